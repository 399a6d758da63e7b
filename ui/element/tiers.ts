import { html, LitElement, type PropertyValues, type TemplateResult } from 'lit';
import type { Distribution } from '../../reports/distributions.ts';
import { tierSummary, type CacheTier } from '../../reports/tiers.ts';
import type { ChartModel } from './chart-model.ts';
import { distributionModel, tierModel } from './chart-models.ts';
import { shared } from './styles.ts';

/** What flows from the viewers towards the origin, by requests and by bytes, and how soon edges answer. */
export class WeirTiers extends LitElement {
  static override properties = { tiers: { attribute: false }, firstByte: { attribute: false } };

  declare tiers: readonly CacheTier[];
  /** How soon edges answer. */
  declare firstByte: Distribution | undefined;

  #models: ChartModel[] = [];

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('tiers') && !changed.has('firstByte')) return;
    const { tiers, firstByte } = this;
    const isThere = (measure: 'requests' | 'bytes'): boolean => tiers.some((tier) => tier[measure].total > 0);
    const measures = (['requests', 'bytes'] as const).filter(isThere);
    this.#models = measures.map((measure) => tierModel(tiers, measure, tierSummary(tiers, measure)));
    if (firstByte !== undefined) this.#models.push(distributionModel(firstByte));
  }

  protected override render(): TemplateResult {
    return html`<div class="charts">${this.#models.map((model) => html`
      <div class="card"><weir-chart .model=${model}></weir-chart></div>`)}</div>`;
  }

  static override styles = shared;
}

customElements.define('weir-tiers', WeirTiers);
