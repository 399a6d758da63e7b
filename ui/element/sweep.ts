import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { indicatorOf } from '../../models/operations/indicator.ts';
import { rankText } from '../../reports/design-comparison.ts';
import { formatFigureValue, formatInterval } from '../../reports/format.ts';
import { pointVerdict } from '../../reports/sweep.ts';
import type { SweepDocument, SweepPoint } from '../../reports/sweep-document.ts';
import { VERDICTS } from '../../reports/verdict.ts';
import { intervalRow, rowDomain } from '../chart/interval-row.ts';
import { ROW_WIDTH } from './ranking.ts';
import { shared } from './styles.ts';

/** A sweep: a heatmap of two factors, then every point with its interval drawn and its objectives judged. */
export class WeirSweep extends LitElement {
  static override properties = { document: { attribute: false } };

  declare document: SweepDocument;

  protected override render(): TemplateResult {
    const { title, scenario, seed, points, replications, complete, selection, criterion } = this.document;
    return html`
      <main>
        <p class="soft mono">${scenario}, seed ${seed}</p>
        <h1>${title}</h1>
        <p class="soft">${points.length} points, ${replications} replications on common random numbers${
          criterion === null ? '' : `; by ${criterion.by}, ${criterion.better} is better`}.</p>
        ${complete ? nothing : html`
          <p><b>Interrupted.</b> The figures cover what every point has finished.</p>`}
        ${selection === null ? nothing : html`<p class="selected">${selection.guarantee}</p>`}
        ${this.#heatmap()}
        <h2>Points</h2>
        ${this.#table()}
        <p class="soft small">A range of ranks is a tie: these replications do not separate the points
          (Holm over all pairs). Signs: ${SIGNS}.</p>
      </main>`;
  }

  /** Cells tinted by value, the better the stronger; figure and verdict stand in each. */
  #heatmap(): TemplateResult | typeof nothing {
    const { factors, points, criterion } = this.document;
    const [down, across] = factors;
    if (criterion === null || down === undefined || across === undefined) return nothing;
    if (factors.length > 2) return nothing;
    const values = points.map((point) => indicatorOf(point, criterion.by).value)
      .filter((value) => value !== null);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const cell = (row: string, column: string): TemplateResult => {
      const point = points.find(({ values: own }) => own[down.path] === row && own[across.path] === column)!;
      const figure = indicatorOf(point, criterion.by);
      const share = high > low ? ((figure.value ?? low) - low) / (high - low) : 0;
      const good = Math.round(35 * (criterion.better === 'lower' ? 1 - share : share));
      const tint = `color-mix(in srgb, var(--series-1) ${good}%, transparent)`;
      return html`<td class="figure" style="background: ${tint}">
        ${formatFigureValue(figure)} ${VERDICTS[pointVerdict(point)].sign}</td>`;
    };
    return html`
      <h2>${criterion.by}</h2>
      <p class="soft small">${down.path} down, ${across.path} across; the stronger the tint, the better.</p>
      <table class="heat" aria-label="${criterion.by} by ${down.path} and ${across.path}">
        <thead><tr><td></td>${across.values.map((value) => html`<th scope="col">${value}</th>`)}</tr></thead>
        <tbody>${down.values.map((row) => html`
          <tr><th scope="row">${row}</th>${across.values.map((column) => cell(row, column))}</tr>`)}</tbody>
      </table>`;
  }

  #table(): TemplateResult {
    const { factors, points, criterion, ranking } = this.document;
    const figures = points.map((point) => indicatorOf(point, criterion?.by ?? ''));
    const domain = rowDomain(figures, null);
    const row = (point: SweepPoint, i: number): TemplateResult => {
      const ranked = ranking.find((one) => one.design === point.name);
      const judged = point.slos.filter((slo) => slo.verdict !== 'no-data');
      const told = judged.map((slo) => `${VERDICTS[slo.verdict].sign} ${slo.name}`).join(', ');
      return html`<tr>
        <td class="figure">${ranked === undefined ? '' : rankText(ranked)}</td>
        ${factors.map((factor) => html`<th scope="row">${point.values[factor.path]}</th>`)}
        <td>${intervalRow(figures[i]!, { width: ROW_WIDTH, domain, mark: null, colour: 'series-1' })}</td>
        <td class="figure"><b>${formatFigureValue(figures[i]!)}</b></td>
        <td class="figure">${formatInterval(figures[i]!) ?? 'single run'}</td>
        <td class="figure">${point.replications}</td><td class="small">${told}</td></tr>`;
    };
    return html`
      <div class="scroll" role="region" aria-label="Points" tabindex="0"><table>
        <thead><tr><th scope="col" class="figure">Rank</th>
          ${factors.map((factor) => html`<th scope="col">${factor.path}</th>`)}
          <th scope="col">95 % interval</th><th scope="col" class="figure">Value</th>
          <th scope="col" class="figure">95 %</th><th scope="col" class="figure">Runs</th>
          <th scope="col">Objectives</th></tr></thead>
        <tbody>${points.map(row)}</tbody>
      </table></div>`;
  }

  static override styles = [shared, css`
    main {
      max-width: 75rem;
      margin: 0 auto;
      padding: 1.5rem 1rem;
    }

    h2 {
      margin-top: 1.6rem;
    }

    .scroll {
      max-height: none;
      background: var(--surface);
      margin: 0.6rem 0;
    }

    td,
    th {
      vertical-align: middle;
    }

    .heat td,
    .heat th {
      padding: 0.5rem 0.9rem;
    }

    .selected {
      margin-top: 0.8rem;
      padding: 0.55rem 0.8rem;
      border-left: 4px solid var(--good);
      background: var(--good-wash);
    }
  `];
}

const SIGNS = Object.values(VERDICTS).map(({ sign, word }) => `${sign} ${word}`).join(', ');

customElements.define('weir-sweep', WeirSweep);
