import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { Panel } from '../../reports/panels.ts';
import { bandMeaning } from '../../reports/series.ts';
import type { CursorMoved } from './chart.ts';
import type { ChartModel } from './chart-model.ts';
import { panelModel } from './chart-models.ts';
import { shared } from './styles.ts';

/** The panels over time as small multiples with one time axis and one cursor. */
export class WeirOverTime extends LitElement {
  static override properties = {
    panels: { attribute: false }, replications: { type: Number }, warmupSeconds: { type: Number },
    bands: { type: Boolean },
  };

  declare panels: readonly Panel[];
  declare replications: number;
  declare warmupSeconds: number;
  /** False for lines without a band around them. */
  declare bands: boolean;

  #main: ChartModel[] = [];
  #more: ChartModel[] = [];
  #cursorKey: number | null = null;

  constructor() {
    super();
    this.bands = true;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('panels') && !changed.has('warmupSeconds')) return;
    const times = this.panels.flatMap((panel) => panel.lines[0]!.points.map((point) => point.seconds));
    const domain = [0, Math.max(1, ...times)] as const;
    const model = (panel: Panel): ChartModel =>
      panelModel(panel, { height: 210, domain, warmupSeconds: this.warmupSeconds });
    this.#main = this.panels.filter((panel) => panel.main).map(model);
    this.#more = this.panels.filter((panel) => !panel.main).map(model);
  }

  protected override render(): TemplateResult {
    const lines = this.bands || this.replications === 1 ? bandMeaning(this.replications)
      : `median of ${this.replications} replications`;
    return html`
      <p class="soft small note">Lines: ${lines}. All charts share one time axis
        and one cursor; arrow keys move it.</p>
      <div @weir-cursor=${this.#moved}>
        ${this.#grid(this.#main)}
        ${this.#more.length === 0 ? nothing : html`
          <details>
            <summary>More over time (${this.#more.length})</summary>
            ${this.#grid(this.#more)}
          </details>`}
      </div>
    `;
  }

  #grid(models: readonly ChartModel[]): TemplateResult {
    const key = this.#cursorKey;
    return html`<div class="charts">${models.map((model) => html`
      <div class="card"><weir-chart .model=${model} .cursorKey=${key}></weir-chart></div>`)}</div>`;
  }

  readonly #moved = (event: CursorMoved): void => {
    this.#cursorKey = event.key;
    this.requestUpdate();
  };

  static override styles = [shared, css`
    .note {
      margin-bottom: 0.7rem;
    }

    summary {
      cursor: pointer;
      padding: 0.4rem 0;
      font-weight: 500;
    }
  `];
}

customElements.define('weir-over-time', WeirOverTime);
