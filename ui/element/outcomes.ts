import { html, LitElement, type TemplateResult } from 'lit';
import type { OutcomeDistribution, RehearsalDocument } from '../../models/operations/rehearsal/outcomes.ts';
import { formatDuration, formatValue, humanise } from '../../reports/format.ts';
import { histogram } from '../chart/histogram.ts';
import { drawnCards, shared } from './styles.ts';

/** How a rehearsal came out over seeds and timings: a table for each indicator, all rows on one scale. */
export class WeirOutcomes extends LitElement {
  static override properties = { rehearsal: { attribute: false } };

  declare rehearsal: RehearsalDocument;

  protected override render(): TemplateResult {
    const { distributions, worst } = this.rehearsal;
    const names = [...new Set(distributions.map(({ indicator }) => indicator))];
    return html`
      <div class="cards">${names.map((name) => this.#indicator(name))}${this.#detections()}</div>
      ${worst === null ? '' : html`<p class="soft small">Worst by ${worst.indicator}:
        ${formatValue(worst.value, worst.unit)} in replication ${worst.replication} of seed ${worst.seed}
        (${worst.design}, faults ${worst.timing}).</p>`}`;
  }

  #indicator(name: string): TemplateResult {
    const rows = this.rehearsal.distributions.filter(({ indicator }) => indicator === name);
    return html`
      <div class="card">
        <h3>${humanise(name)} <span class="soft mono small">${name}</span></h3>
        <table aria-label="Outcomes in ${name}">
          <thead><tr>
            <th scope="col">Design</th><th scope="col"><span class="soft">evenings</span></th>
            <th scope="col" class="figure">10 %</th><th scope="col" class="figure">Median</th>
            <th scope="col" class="figure">90 %</th>
          </tr></thead>
          <tbody>${rows.map((row) => this.#row(row))}</tbody>
        </table>
      </div>`;
  }

  #row(row: OutcomeDistribution): TemplateResult {
    return html`
      <tr>
        <th scope="row">${row.design}</th>
        <td class="drawn">${histogram(row, { width: 110, height: 26 })}</td>
        ${[row.p10, row.p50, row.p90].map((value) =>
          html`<td class="figure">${formatValue(value, row.unit)}</td>`)}
      </tr>`;
  }

  #detections(): TemplateResult {
    const { detections } = this.rehearsal;
    return html`
      <div class="card">
        <h3>Time to detect</h3>
        <table aria-label="Time to detect">
          <thead><tr>
            <th scope="col">Fault</th><th scope="col">Design</th><th scope="col" class="figure">Detected</th>
            <th scope="col" class="figure">Median</th><th scope="col" class="figure">90 %</th>
          </tr></thead>
          <tbody>${detections.map((one) => html`
            <tr>
              <th scope="row">${one.fault}</th><td>${one.design}</td>
              <td class="figure">${one.detectedIn} of ${one.n}</td>
              ${[one.p50, one.p90].map((value) =>
                html`<td class="figure">${value === null ? '–' : formatDuration(value)}</td>`)}
            </tr>`)}</tbody>
        </table>
      </div>`;
  }

  static override styles = [shared, drawnCards];
}

customElements.define('weir-outcomes', WeirOutcomes);
