import { css, html, LitElement, svg, type SVGTemplateResult, type TemplateResult } from 'lit';
import { formatCount, formatDuration, NOTHING } from '../../reports/format.ts';
import { stageColumns, type StageRow } from '../../reports/transcoding.ts';
import { shared } from './styles.ts';

/** The work on a video as a graph of stages, with how often each was done and how long it took. */
export class WeirStages extends LitElement {
  static override properties = { rows: { attribute: false } };

  declare rows: readonly StageRow[];

  protected override render(): TemplateResult {
    const boxes = boxesOf(this.rows);
    const width = Math.max(...boxes.map(({ x }) => x)) + WIDTH + MARGIN;
    const height = Math.max(...boxes.map(({ y }) => y)) + HEIGHT + MARGIN;
    const at = new Map(boxes.map((box) => [box.row.stage, box] as const));
    const summary = this.rows.map(({ stage, after }) =>
      `${stage} after ${after.length === 0 ? 'the upload' : after.join(' and ')}`).join(', ');
    return html`
      <div class="card scroll" role="region" aria-label="Graph of stages" tabindex="0">
        <svg viewBox="0 0 ${width} ${height}" width=${width} height=${height} role="img"
          aria-label=${summary}>
          ${boxes.flatMap((box) => box.row.after.map((before) => edge(at.get(before)!, box)))}
          ${boxes.map(drawBox)}
        </svg>
      </div>
      <div class="scroll" role="region" aria-label="Stages" tabindex="0">
        <table>
          <thead><tr>
            <th scope="col">Stage</th><th scope="col">Waits for</th><th scope="col" class="number">Done</th>
            <th scope="col" class="number">Mean time</th><th scope="col">What it does</th>
          </tr></thead>
          <tbody>${this.rows.map((row) => html`<tr>
            <th scope="row">${row.stage}</th><td>${row.after.join(', ') || 'the upload'}</td>
            <td class="number">${formatCount(Math.round(row.runs))}</td>
            <td class="number">${timeOf(row)}</td><td>${row.help}</td></tr>`)}</tbody>
        </table>
      </div>
    `;
  }

  static override styles = [shared, css`
    .scroll { overflow-x: auto; margin-bottom: 0.9rem; }
    svg { max-width: 100%; min-width: 860px; height: auto; }
    .number { text-align: right; font-variant-numeric: tabular-nums; }
    rect { fill: var(--surface); stroke: var(--series-1); stroke-width: 1.5; }
    path { fill: none; stroke: var(--soft); stroke-width: 1.5; }
    text { fill: var(--text); font-size: 13px; text-anchor: middle; }
    text.small { fill: var(--soft); font-size: 11px; }
  `];
}

interface Box {
  readonly row: StageRow;
  readonly x: number;
  readonly y: number;
}

/** Stages of one column stand under each other, in the order of the work. */
function boxesOf(rows: readonly StageRow[]): Box[] {
  const columns = stageColumns();
  const used = new Map<number, number>();
  return rows.map((row) => {
    const column = columns[row.stage];
    const line = used.get(column) ?? 0;
    used.set(column, line + 1);
    return { row, x: MARGIN + column * (WIDTH + GAP), y: MARGIN + line * (HEIGHT + GAP) };
  });
}

function drawBox({ row, x, y }: Box): SVGTemplateResult {
  const middle = x + WIDTH / 2;
  const figures = `${formatCount(Math.round(row.runs))} · ${timeOf(row)}`;
  return svg`<g><rect x=${x} y=${y} width=${WIDTH} height=${HEIGHT} rx="5"></rect>
    <text x=${middle} y=${y + 20}>${row.stage}</text>
    <text class="small" x=${middle} y=${y + 37}>${figures}</text></g>`;
}

function edge(from: Box, to: Box): SVGTemplateResult {
  const [x1, y1] = [from.x + WIDTH, from.y + HEIGHT / 2];
  const [x2, y2] = [to.x, to.y + HEIGHT / 2];
  // A line down runs in the gap before the stage it leads to, so that it crosses no box between.
  const bend = y2 < y1 ? x2 - GAP / 2 : x1 + GAP / 2;
  return svg`<path d="M${x1},${y1}H${bend}V${y2}H${x2 - 6}"></path>
    <path d="M${x2 - 6},${y2 - 4}L${x2},${y2}L${x2 - 6},${y2 + 4}"></path>`;
}

function timeOf({ meanSeconds }: StageRow): string {
  return meanSeconds === null ? NOTHING : formatDuration(meanSeconds);
}

const WIDTH = 108;
const HEIGHT = 46;
const GAP = 26;
const MARGIN = 4;

customElements.define('weir-stages', WeirStages);
