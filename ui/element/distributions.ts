import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { Distribution, NetworkRow } from '../../reports/distributions.ts';
import { formatCount, formatValue } from '../../reports/format.ts';
import type { ChartModel } from './chart-model.ts';
import { distributionModel } from './chart-models.ts';
import { shared } from './styles.ts';

/** How start-up and bitrate are spread over sessions, and what each network class saw. */
export class WeirDistributions extends LitElement {
  static override properties = {
    distributions: { attribute: false }, networks: { attribute: false },
    sessionsDrawn: { type: Number }, sessionsTotal: { type: Number },
  };

  declare distributions: readonly Distribution[];
  declare networks: readonly NetworkRow[];
  declare sessionsDrawn: number;
  declare sessionsTotal: number;

  #models: ChartModel[] = [];

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('distributions')) this.#models = this.distributions.map(distributionModel);
  }

  protected override render(): TemplateResult {
    const sampled = this.sessionsDrawn < this.sessionsTotal;
    return html`
      ${sampled ? html`<p class="soft small note">An even sample of ${formatCount(this.sessionsDrawn)} of
        ${formatCount(this.sessionsTotal)} sessions is drawn.</p>` : nothing}
      <div class="charts">${this.#models.map((model) => html`
        <div class="card"><weir-chart .model=${model}></weir-chart></div>`)}</div>
      ${this.networks.length > 0 ? this.#table() : nothing}
    `;
  }

  #table(): TemplateResult {
    const head = [
      'Sessions', 'Started', 'Start, median', 'Start, p99', 'Bitrate, median', 'Time stalled', 'With a stall',
    ];
    return html`
      <div class="scroll" role="region" aria-label="By network class" tabindex="0">
        <table>
          <thead><tr><th scope="col">Network</th>
            ${head.map((name) => html`<th scope="col" class="figure">${name}</th>`)}</tr></thead>
          <tbody>${this.networks.map((row) => html`<tr>
            <th scope="row">${row.network}</th>
            ${cells(row).map((text) => html`<td class="figure">${text}</td>`)}</tr>`)}</tbody>
        </table>
      </div>
    `;
  }

  static override styles = [shared, css`
    .note {
      margin-bottom: 0.7rem;
    }

    .scroll {
      background: var(--surface);
    }
  `];
}

function cells(row: NetworkRow): string[] {
  return [
    formatCount(row.sessions),
    formatValue(row.started / row.sessions, 'ratio'),
    formatValue(row.startupP50, 's'),
    formatValue(row.startupP99, 's'),
    formatValue(row.bitrateP50, 'bits/s'),
    formatValue(row.stalledRatio, 'ratio'),
    formatValue(row.withStalls, 'ratio'),
  ];
}

customElements.define('weir-distributions', WeirDistributions);
