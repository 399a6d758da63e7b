import { html, LitElement, type PropertyValues, type TemplateResult } from 'lit';
import { tierSummary, type CacheTier } from '../../reports/tiers.ts';
import type { ChartModel } from './chart-model.ts';
import { tierModel } from './chart-models.ts';
import { shared } from './styles.ts';

/** What flows from the viewers towards the origin, by requests and by bytes. */
export class WeirTiers extends LitElement {
  static override properties = { tiers: { attribute: false } };

  declare tiers: readonly CacheTier[];

  #models: ChartModel[] = [];

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('tiers')) return;
    const { tiers } = this;
    const isThere = (measure: 'requests' | 'bytes'): boolean => tiers.some((tier) => tier[measure].total > 0);
    const measures = (['requests', 'bytes'] as const).filter(isThere);
    this.#models = measures.map((measure) => tierModel(tiers, measure, tierSummary(tiers, measure)));
  }

  protected override render(): TemplateResult {
    return html`<div class="charts">${this.#models.map((model) => html`
      <div class="card"><weir-chart .model=${model}></weir-chart></div>`)}</div>`;
  }

  static override styles = shared;
}

customElements.define('weir-tiers', WeirTiers);
