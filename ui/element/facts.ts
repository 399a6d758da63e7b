import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import type { RunDocument } from '../../models/core/run-record.ts';
import { formatClock, formatDuration, formatFigure, formatValue } from '../../reports/format.ts';
import { shared } from './styles.ts';

/** Alerts and costs, where a run has them. */
export class WeirFacts extends LitElement {
  static override properties = { document: { attribute: false } };

  declare document: RunDocument;

  protected override render(): TemplateResult {
    const { alerts, costs } = this.document;
    const alertRows = alerts.map(({ name, severity, firedIn, firingSeconds, transitions }) => {
      const first = transitions.find(({ state }) => state === 'firing');
      return [
        name, severity, `${firedIn} of ${this.document.replications}`,
        first === undefined ? '' : formatClock(first.seconds), formatDuration(firingSeconds),
      ];
    });
    const costRows = costs.map((cost) => [
      cost.name, formatFigure(cost), formatValue(cost.quantity, cost.quantityUnit),
      `${cost.list}, ${cost.asOf}`,
    ]);
    return html`
      <div class="grid">
        ${alerts.length > 0 ? this.#table('Alerts', ALERT_HEAD, alertRows) : nothing}
        ${costs.length > 0 ? this.#table('Costs', ['Cost', 'Amount', 'Used', 'Price of'], costRows) : nothing}
      </div>
    `;
  }

  #table(title: string, head: readonly string[], rows: ReadonlyArray<readonly string[]>): TemplateResult {
    return html`
      <div class="scroll" role="region" aria-label=${title} tabindex="0">
        <table>
          <thead><tr>${head.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
          <tbody>${rows.map((row) => html`<tr>${row.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody>
        </table>
      </div>
    `;
  }

  static override styles = [shared, css`
    .grid {
      display: grid;
      grid-template-columns: repeat(auto-fit, minmax(min(100%, 27rem), 1fr));
      gap: 0.9rem;
    }

    .scroll {
      background: var(--surface);
    }
  `];
}

customElements.define('weir-facts', WeirFacts);

const ALERT_HEAD = ['Alert', 'Severity', 'Fired in', 'First', 'Firing for'];
