import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { SloResult, Verdict } from '../../models/core/run-record.ts';
import { formatFigureValue, formatInterval, humanise } from '../../reports/format.ts';
import { VERDICTS } from '../../reports/verdict.ts';
import { intervalStrip } from '../chart/interval-strip.ts';
import { shared } from './styles.ts';
import { verdictIcon } from './verdict-mark.ts';

/** The objectives with their verdicts, a card each. */
export class WeirObjectives extends LitElement {
  static override properties = { slos: { attribute: false } };

  declare slos: readonly SloResult[];

  #strips: SVGSVGElement[] = [];

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('slos')) this.#strips = this.slos.map((slo) => intervalStrip(slo, { width: 240 }));
  }

  protected override render(): TemplateResult {
    const observed = this.slos.filter((slo) => slo.verdict !== 'no-data');
    const silent = this.slos.filter((slo) => slo.verdict === 'no-data');
    return html`
      <p class="headline">${headline(this.slos)}</p>
      <div class="cards">${observed.map((slo) => this.#card(slo))}</div>
      ${silent.length === 0 ? nothing : html`
        <ul class="silent">${silent.map((slo) => html`
          <li><span class="verdict no-data">${verdictIcon('no-data')} no data</span>
            <b>${humanise(slo.name)}</b> <span class="soft">target ${slo.target}${note(slo)}</span></li>`)}
        </ul>`}
    `;
  }

  #card(slo: SloResult): TemplateResult {
    const { word, meaning } = VERDICTS[slo.verdict];
    const interval = formatInterval(slo);
    return html`
      <article class="card ${slo.verdict}" aria-label="${humanise(slo.name)}: ${word}">
        <div class="top">
          <h3>${humanise(slo.name)}</h3>
          <span class="verdict ${slo.verdict}" title=${meaning}>${verdictIcon(slo.verdict)} ${word}</span>
        </div>
        <p class="soft mono sli">${slo.sli}</p>
        <p class="value">${formatFigureValue(slo)}</p>
        <p class="soft small number">${interval === null ? 'single run' : `95 % interval ${interval}`}</p>
        <div class="strip" aria-hidden="true">${this.#strips[this.slos.indexOf(slo)]}</div>
        <p class="small"><span class="soft">target</span> <b class="number">${slo.target}</b></p>
      </article>
    `;
  }

  static override styles = [shared, css`
    .headline {
      font-size: 1.05rem;
      margin-bottom: 0.9rem;
    }

    .cards {
      display: grid;
      grid-template-columns: repeat(auto-fit, minmax(min(100%, 15.5rem), 1fr));
      gap: 0.9rem;
    }

    .card {
      border-top: 4px solid var(--none);
      display: flex;
      flex-direction: column;
      gap: 0.15rem;
    }

    .card.met {
      border-top-color: var(--good);
    }

    .card.missed {
      border-top-color: var(--bad);
    }

    .card.inconclusive {
      border-top-color: var(--unsure);
    }

    .top {
      display: flex;
      justify-content: space-between;
      align-items: flex-start;
      gap: 0.6rem;
    }

    .value {
      font-size: 1.9rem;
      font-weight: 600;
      line-height: 1.2;
      letter-spacing: -0.02em;
      font-variant-numeric: tabular-nums;
      margin-top: 0.35rem;
    }

    .verdict {
      display: inline-flex;
      align-items: center;
      gap: 0.3rem;
      padding: 0.1rem 0.6rem 0.1rem 0.35rem;
      border-radius: 99px;
      font-size: 0.8rem;
      font-weight: 600;
      white-space: nowrap;
    }

    .icon {
      width: 1.05rem;
      height: 1.05rem;
    }

    .verdict.met {
      color: var(--good);
      background: var(--good-wash);
    }

    .verdict.missed {
      color: var(--bad);
      background: var(--bad-wash);
    }

    .verdict.inconclusive {
      color: var(--unsure);
      background: var(--unsure-wash);
    }

    .verdict.no-data {
      color: var(--none);
      background: var(--none-wash);
    }

    .strip {
      margin: 0.5rem 0 0.1rem;
    }

    .strip svg {
      display: block;
      width: 100%;
      height: auto;
      overflow: visible;
    }

    .sli {
      font-size: 0.72rem;
    }

    .silent {
      list-style: none;
      margin-top: 0.9rem;
      display: grid;
      gap: 0.35rem;
      font-size: 0.88rem;
    }

    .silent li {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 0.2rem 0.6rem;
    }

    .silent b {
      font-weight: 500;
    }
  `];
}

function headline(slos: readonly SloResult[]): string {
  const order: readonly Verdict[] = ['met', 'missed', 'inconclusive', 'no-data'];
  const parts = order
    .map((verdict) => [slos.filter((slo) => slo.verdict === verdict).length, VERDICTS[verdict].word] as const)
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${count} ${word}`);
  return `Of ${slos.length} objectives: ${parts.join(', ')}.`;
}

function note(slo: SloResult): string {
  return slo.note === '' ? '' : `; ${slo.note}`;
}

customElements.define('weir-objectives', WeirObjectives);
