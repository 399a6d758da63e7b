import { css, html, LitElement, type TemplateResult } from 'lit';
import type { ComparisonDocument, DesignDifference } from '../../models/operations/design-comparison.ts';
import { DESIGN_VERDICTS } from '../../reports/design-comparison.ts';
import { formatChange, formatDifference, humanise, NOTHING } from '../../reports/format.ts';
import { intervalRow, rowDomain } from '../chart/interval-row.ts';
import { ROW_WIDTH, VERDICT_COLOURS } from './ranking.ts';
import { drawnCards, shared } from './styles.ts';

/** Paired differences to the baseline, a table for each indicator, all rows of it on one scale. */
export class WeirDifferences extends LitElement {
  static override properties = { document: { attribute: false } };

  declare document: ComparisonDocument;

  protected override render(): TemplateResult {
    const { variants } = this.document;
    const names = variants[0]?.differences.map((one) => one.indicator) ?? [];
    return html`<div class="cards">${names.map((name) => this.#indicator(name))}</div>`;
  }

  #indicator(name: string): TemplateResult {
    const rows = this.document.variants.map((variant) => {
      return { design: variant.name, one: variant.differences.find((row) => row.indicator === name)! };
    });
    const figures = rows.flatMap(({ one }) => (one.difference === null ? [] : [one.difference]));
    const domain = rowDomain(figures, 0);
    return html`
      <div class="card">
        <h3>${humanise(name)} <span class="soft mono small">${name}</span></h3>
        <table aria-label="Differences in ${name}">
          <thead><tr>
            <th scope="col">Design</th>
            <th scope="col"><span class="soft">− ${this.document.baseline.name}</span></th>
            <th scope="col" class="figure">Difference</th><th scope="col">Verdict</th>
          </tr></thead>
          <tbody>${rows.map(({ design, one }) => this.#row(design, one, domain))}</tbody>
        </table>
      </div>`;
  }

  #row(design: string, one: DesignDifference, domain: readonly [number, number]): TemplateResult {
    const { difference, unit, relative, verdict } = one;
    const colour = VERDICT_COLOURS[verdict];
    const drawn = difference === null ? NOTHING
      : intervalRow(difference, { width: ROW_WIDTH * 0.55, domain, mark: 0, colour });
    const points = unit === 'ratio' || unit === '%';
    const change = points || relative === null ? '' : ` (${formatChange(relative)})`;
    const { sign, word } = DESIGN_VERDICTS[verdict];
    const bounds = difference === null || difference.low === null ? ''
      : `${formatDifference(difference.low, unit)} to ${formatDifference(difference.high, unit)}`;
    return html`
      <tr>
        <th scope="row">${design}</th>
        <td class="drawn">${drawn}</td>
        <td class="figure" title=${bounds}>${formatDifference(difference?.value ?? null, unit)}${change}</td>
        <td class="verdict" style="color: var(--${colour})">${sign} ${word}</td>
      </tr>`;
  }

  static override styles = [shared, drawnCards, css`
    th[scope='row'] {
      white-space: nowrap;
    }

    .verdict {
      font-weight: 600;
    }
  `];
}

customElements.define('weir-differences', WeirDifferences);
