import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { Distribution } from '../../reports/distributions.ts';
import { formatValue, humanise } from '../../reports/format.ts';
import { tierSummary, type CacheTier, type TierEgress } from '../../reports/tiers.ts';
import type { ChartModel } from './chart-model.ts';
import { distributionModel, tierModel } from './chart-models.ts';
import { shared } from './styles.ts';

/** What flows from the viewers towards the origin, by requests and by bytes, and how soon edges answer. */
export class WeirTiers extends LitElement {
  static override properties = { tiers: { attribute: false }, firstByte: { attribute: false },
    egress: { attribute: false } };

  declare tiers: readonly CacheTier[];
  /** How soon edges answer. */
  declare firstByte: Distribution | undefined;
  /** What each tier sent and was paid for. */
  declare egress: readonly TierEgress[];

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
      <div class="card"><weir-chart .model=${model}></weir-chart></div>`)}</div>
      ${this.egress.some(({ cost }) => cost !== null) ? this.#paid() : nothing}`;
  }

  #paid(): TemplateResult {
    return html`
      <div class="scroll" role="region" aria-label="Egress by tier" tabindex="0">
        <table>
          <thead><tr><th scope="col">Tier</th><th scope="col" class="figure">Sent</th>
            <th scope="col" class="figure">Paid for it</th></tr></thead>
          <tbody>${this.egress.map(({ tier, bytes, cost }) => html`<tr>
            <th scope="row">${humanise(tier)}</th><td class="figure">${formatValue(bytes, 'bytes')}</td>
            <td class="figure">${formatValue(cost, '$')}</td></tr>`)}</tbody>
        </table>
      </div>`;
  }

  static override styles = [shared, css`
    .scroll {
      background: var(--surface);
    }
  `];
}

customElements.define('weir-tiers', WeirTiers);
