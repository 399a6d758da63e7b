import { css, html, LitElement, type TemplateResult } from 'lit';
import type { ComparisonDocument, DesignVerdict } from '../../models/operations/design-comparison.ts';
import { comparisonSentences, DESIGN_VERDICTS, rankText } from '../../reports/design-comparison.ts';
import { formatDifference, formatFigureValue, formatInterval, humanise } from '../../reports/format.ts';
import { intervalRow, rowDomain } from '../chart/interval-row.ts';
import { shared } from './styles.ts';

/** Colour of a verdict, by the name of its variable; the sign beside it says the same without colour. */
export const VERDICT_COLOURS: Readonly<Record<DesignVerdict | 'baseline', string>> = {
  better: 'good', worse: 'bad', 'no difference': 'none', identical: 'none', inconclusive: 'unsure',
  baseline: 'text',
};

/** Width of the drawn intervals. [CSS pixels] */
export const ROW_WIDTH = 220;

/** Designs by rank, each with its figure drawn on one scale, and how it differs from the baseline. */
export class WeirRanking extends LitElement {
  static override properties = { document: { attribute: false } };

  declare document: ComparisonDocument;

  protected override render(): TemplateResult {
    const { criterion, ranking, baseline, variants } = this.document;
    const base = ranking.find((one) => one.design === baseline.name)?.value ?? null;
    const domain = rowDomain(ranking, base);
    const rows = ranking.map((ranked) => {
      const { design } = ranked;
      const difference = variants.find((one) => one.name === design)?.differences
        .find((one) => one.indicator === criterion?.by);
      const verdict = design === baseline.name ? 'baseline' : difference?.verdict ?? 'inconclusive';
      const told = verdict === 'baseline' ? { sign: '', word: 'baseline' } : DESIGN_VERDICTS[verdict];
      const interval = difference?.difference;
      const bounds = interval === undefined || interval === null || interval.low === null ? ''
        : `${formatDifference(interval.low, ranked.unit)} to ${formatDifference(interval.high, ranked.unit)}`;
      const drawn = intervalRow(ranked, {
        width: ROW_WIDTH, domain, mark: base, colour: VERDICT_COLOURS[verdict],
      });
      return html`
        <tr>
          <td class="figure">${rankText(ranked)}</td>
          <th scope="row"><a href="./${design}/report.html">${design}</a></th>
          <td class="drawn">${drawn}</td>
          <td class="figure"><b>${formatFigureValue(ranked)}</b></td>
          <td class="figure">${formatInterval(ranked) ?? 'single run'}</td>
          <td class="figure">${formatDifference(interval?.value ?? null, ranked.unit)}</td>
          <td class="figure">${bounds}</td>
          <td class="verdict" style="color: var(--${VERDICT_COLOURS[verdict]})">${told.sign} ${told.word}</td>
        </tr>`;
    });
    const better = criterion?.better === 'lower' ? 'lower is better' : 'higher is better';
    return html`
      <p class="soft small">By ${humanise(criterion?.by ?? '')}
        <span class="mono">${criterion?.by}</span>, ${better}. The dashed rule is the baseline.</p>
      <div class="scroll" role="region" aria-label="Ranking" tabindex="0">
        <table>
          <thead><tr>
            <th scope="col" class="figure">Rank</th><th scope="col">Design</th>
            <th scope="col"><span class="soft">95 % interval</span></th>
            <th scope="col" class="figure">Value</th><th scope="col" class="figure">95 %</th>
            <th scope="col" class="figure">− ${baseline.name}</th>
            <th scope="col" class="figure">Adjusted interval</th><th scope="col">Verdict</th>
          </tr></thead>
          <tbody>${rows}</tbody>
        </table>
      </div>
      ${comparisonSentences(this.document).map((text) => html`<p class="soft small">${text}</p>`)}
    `;
  }

  static override styles = [shared, css`
    .scroll {
      max-height: none;
      background: var(--surface);
      margin: 0.6rem 0;
    }

    .drawn svg {
      display: block;
    }

    td,
    th {
      vertical-align: middle;
    }

    .verdict {
      font-weight: 600;
      white-space: nowrap;
    }

    p {
      max-width: 60rem;
      margin-top: 0.3rem;
    }

    a {
      color: var(--accent);
    }
  `];
}

customElements.define('weir-ranking', WeirRanking);
