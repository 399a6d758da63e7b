import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { REGION_COLUMNS, regionCells, type RegionRow } from '../../reports/regions.ts';
import { humanise } from '../../reports/format.ts';
import type { MapData } from '../chart/place-map.ts';
import type { ChartModel } from './chart-model.ts';
import { mapModel } from './chart-models.ts';
import { shared } from './styles.ts';

/** Where viewers were answered: a map of the places, and the regions as a table. */
export class WeirPlaces extends LitElement {
  static override properties = { map: { attribute: false }, regions: { attribute: false } };

  declare map: MapData | undefined;
  declare regions: readonly RegionRow[];

  #model: ChartModel | undefined;

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('map')) this.#model = this.map && mapModel(this.map);
  }

  protected override render(): TemplateResult {
    const { regions } = this;
    const kind = (i: number) => (i === 0 ? '' : 'figure');
    return html`
      ${this.#model === undefined ? nothing : html`
        <div class="card"><weir-chart .model=${this.#model}></weir-chart></div>`}
      ${regions.length === 0 ? nothing : html`
        <div class="scroll" role="region" aria-label="Regions" tabindex="0">
          <table>
            <thead><tr>${REGION_COLUMNS.map((name, i) =>
              html`<th scope="col" class=${kind(i)}>${humanise(name)}</th>`)}</tr></thead>
            <tbody>${regions.map((row) => html`<tr>${regionCells(row).map((cell, i) => (i === 0
              ? html`<th scope="row">${cell}</th>` : html`<td class="figure">${cell}</td>`))}</tr>`)}</tbody>
          </table>
        </div>`}
    `;
  }

  static override styles = [shared, css`
    .scroll {
      background: var(--surface);
      margin-top: 0.9rem;
    }
  `];
}

customElements.define('weir-places', WeirPlaces);
