import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { SessionLog } from '../../models/core/run-record.ts';
import { sessionTimeline } from '../../reports/session-timeline.ts';
import type { ChartModel } from './chart-model.ts';
import { sessionModel } from './chart-models.ts';
import { shared } from './styles.ts';

/** What one player saw and why it decided so; with several logs, one to choose. */
export class WeirSession extends LitElement {
  static override properties = { logs: { attribute: false } };

  declare logs: readonly SessionLog[];

  #models: ChartModel[] = [];
  #chosen = 0;

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('logs')) this.#models = this.logs.map((log) => sessionModel(sessionTimeline(log)));
  }

  protected override render(): TemplateResult {
    const choice = html`
      <label class="screen small soft">Session
        <select @change=${this.#choose}>${this.#models.map((model, i) => html`
          <option value=${i} ?selected=${i === this.#chosen}>${model.title}</option>`)}</select></label>`;
    return html`
      ${this.#models.length > 1 ? choice : nothing}
      <div class="charts"><div class="card">
        <weir-chart .model=${this.#models[this.#chosen]!}></weir-chart></div></div>
    `;
  }

  readonly #choose = (event: Event): void => {
    this.#chosen = Number((event.currentTarget as HTMLSelectElement).value);
    this.requestUpdate();
  };

  static override styles = [shared, css`
    .charts {
      grid-template-columns: minmax(0, 1fr);
    }

    label {
      display: block;
      margin-bottom: 0.6rem;
    }
  `];
}

customElements.define('weir-session', WeirSession);
