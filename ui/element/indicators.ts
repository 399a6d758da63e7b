import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import type { MetricResult, RunDocument, SliResult } from '../../models/core/run-record.ts';
import { findSli } from '../../models/operations/sli.ts';
import { formatFigureValue, formatInterval, humanise, NOTHING } from '../../reports/format.ts';
import { playbackCounts } from '../../reports/playback-counts.ts';
import { percentileText } from '../../reports/percentiles.ts';
import { shared } from './styles.ts';

/** Every indicator with its interval and what it means. */
export class WeirIndicators extends LitElement {
  static override properties = { slis: { attribute: false }, metrics: { attribute: false } };

  declare slis: RunDocument['slis'];
  declare metrics: readonly MetricResult[];

  protected override render(): TemplateResult {
    return html`
      <div class="scroll" role="region" aria-label="Indicators" tabindex="0">
        <table>
          <thead><tr>
            <th scope="col">Indicator</th><th scope="col" class="figure">Value</th>
            <th scope="col" class="figure">95 % interval</th>
            <th scope="col" class="figure runs">Replications</th>
          </tr></thead>
          <tbody>${Object.entries(this.slis).map(([name, sli]) => this.#row(name, sli))}</tbody>
        </table>
      </div>
      ${[...playbackCounts(this.metrics), percentileText(this.metrics)].map((text) =>
        html`<p class="soft small">${text}</p>`)}
    `;
  }

  #row(name: string, sli: SliResult): TemplateResult {
    const interval = sli.value === null ? NOTHING : (formatInterval(sli) ?? 'single run');
    return html`
      <tr>
        <th scope="row">${humanise(name)} <span class="soft mono">${name}</span>
          <div class="soft small help">${findSli(name)?.help ?? ''}
            ${sli.over === undefined ? nothing : `Over ${sli.over}.`}</div></th>
        <td class="figure"><b>${formatFigureValue(sli)}</b></td>
        <td class="figure">${interval}</td>
        <td class="figure runs">${sli.n}</td>
      </tr>
    `;
  }

  static override styles = [shared, css`
    .scroll {
      max-height: none;
      background: var(--surface);
    }

    .mono {
      font-size: 0.75rem;
      font-weight: 400;
    }

    .help {
      font-weight: 400;
    }

    @media (max-width: 36rem) {
      .mono,
      .runs {
        display: none;
      }

      th,
      td {
        padding: 0.4rem 0.5rem;
      }
    }
  `];
}

customElements.define('weir-indicators', WeirIndicators);
