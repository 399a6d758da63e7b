import { html, LitElement, nothing, svg, type PropertyValues, type TemplateResult } from 'lit';
import { cursorLayer, nearestStop, stopOfKey, type CursorStop } from '../chart/cursor.ts';
import { lineLook } from '../chart/plot.ts';
import { cellText, columnHeading, tableCsv, type ChartModel, type LegendEntry } from './chart-model.ts';
import { chartStyles } from './chart-styles.ts';
import { downloadText, standaloneSvg } from './download.ts';
import { shared } from './styles.ts';

/** Told by a chart when its cursor moves; `key` is null when it leaves. */
export class CursorMoved extends Event {
  static readonly type = 'weir-cursor';
  readonly key: number | null;

  constructor(key: number | null) {
    super(CursorMoved.type, { bubbles: true, composed: true });
    this.key = key;
  }
}

/**
 * A chart with title, summary, legend, a cursor for pointer and keyboard, its figures as a table, its files.
 * Charts that are to share a cursor are given the same `cursorKey`.
 */
export class WeirChart extends LitElement {
  static override properties = { model: { attribute: false }, cursorKey: { attribute: false } };

  declare model: ChartModel;
  declare cursorKey: number | null;

  #width = 0;
  #drawn: SVGSVGElement | undefined;
  #stops: CursorStop[] = [];
  #showsTable = false;
  readonly #resize = new ResizeObserver((entries) => this.#measured(entries[0]!.contentRect.width));

  constructor() {
    super();
    this.cursorKey = null;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resize.disconnect();
  }

  protected override firstUpdated(): void {
    this.#resize.observe(this.renderRoot.querySelector('.stage')!);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('model') && this.#width > 0) this.#draw();
  }

  protected override render(): TemplateResult {
    const { title, summary, height } = this.model;
    const stop = this.#stop();
    return html`
      <figure role="figure" aria-labelledby="title" aria-describedby="summary">
        <div class="intro">
          <div class="head">
            <h3 id="title">${title}</h3>
            <div class="tools screen">${this.#tools()}</div>
          </div>
          <p id="summary" class="soft small">${summary}</p>
        </div>
        <div class="plot">
          ${this.#readout(stop)}
          <div class="stage" style="height: ${height}px" tabindex="0" role="slider"
            aria-label="Cursor in ${title}"
            aria-valuemin="0" aria-valuemax=${Math.max(0, this.#stops.length - 1)}
            aria-valuenow=${stop === undefined ? 0 : this.#stops.indexOf(stop)} aria-valuetext=${spoken(stop)}
            @keydown=${this.#pressed} @pointermove=${this.#pointed} @pointerdown=${this.#pointed}
            @pointerleave=${this.#left} @blur=${() => this.#moveTo(undefined)}>
            ${this.#drawn ?? nothing}
            ${stop === undefined ? nothing
              : cursorLayer(stop, this.model.area(this.#width), { width: this.#width, height })}
          </div>
        </div>
        ${this.#showsTable ? this.#table() : nothing}
      </figure>
    `;
  }

  #tools(): TemplateResult {
    const { title } = this.model;
    return html`
      <button type="button" aria-expanded=${this.#showsTable} aria-label="Show as table: ${title}"
        @click=${this.#toggleTable}>${this.#showsTable ? 'Hide table' : 'Show as table'}</button>
      <button type="button" aria-label="CSV of ${title}" @click=${this.#saveCsv}>CSV</button>
      <button type="button" aria-label="SVG of ${title}" @click=${this.#saveSvg}>SVG</button>
    `;
  }

  #readout(stop: CursorStop | undefined): TemplateResult {
    const lines = this.model.legend.map((entry) => {
      const text = stop?.readings.find((one) => one.name === entry.name)?.text ?? '';
      return html`<span class="entry">${swatch(entry)}${entry.name} <b class="value">${text}</b></span>`;
    });
    const names = new Set(this.model.legend.map((entry) => entry.name));
    const others = stop?.readings.filter((one) => !names.has(one.name)) ?? [];
    const note = others.map(({ name, text }) => html`<span>${name} <b class="value">${text}</b></span> `);
    return html`
      <div class="readout small" aria-hidden="true">
        ${lines}
        ${this.model.hasNotes ? html`<span class="note">${note}</span>` : nothing}
      </div>
    `;
  }

  #table(): TemplateResult {
    const { columns, rows } = this.model.table();
    const kinds = columns.map(({ unit }, i) =>
      (unit !== '' || typeof rows[0]?.[i] === 'number' ? 'figure' : ''));
    return html`
      <div class="scroll table" role="region" aria-label="Figures of ${this.model.title}" tabindex="0">
        <table>
          <thead><tr>
            ${columns.map((one, i) => html`<th scope="col" class=${kinds[i]!}>${columnHeading(one)}</th>`)}
          </tr></thead>
          <tbody>
            ${rows.map((row) => html`<tr>${row.map((cell, i) => html`
              <td class=${kinds[i]!}>${cellText(cell, columns[i]!.unit)}</td>`)}</tr>`)}
          </tbody>
        </table>
      </div>
    `;
  }

  #measured(width: number): void {
    const whole = Math.floor(width);
    if (whole === this.#width || whole === 0) return;
    this.#width = whole;
    this.#draw();
    this.requestUpdate();
  }

  #draw(): void {
    this.#drawn = this.model.draw(this.#width);
    this.#stops = this.model.stops(this.#width);
  }

  #stop(): CursorStop | undefined {
    return this.cursorKey === null ? undefined : this.#stops[stopOfKey(this.#stops, this.cursorKey)];
  }

  #moveTo(stop: CursorStop | undefined): void {
    const key = stop?.key ?? null;
    if (key === this.cursorKey) return;
    this.cursorKey = key;
    this.dispatchEvent(new CursorMoved(key));
  }

  readonly #pointed = (event: PointerEvent): void => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const nearest = nearestStop(this.#stops, event.clientX - box.left, event.clientY - box.top);
    this.#moveTo(this.#stops[nearest]);
  };

  readonly #left = (event: PointerEvent): void => {
    if (!(event.currentTarget as HTMLElement).matches(':focus')) this.#moveTo(undefined);
  };

  readonly #pressed = (event: KeyboardEvent): void => {
    const last = this.#stops.length - 1;
    const at = this.cursorKey === null ? -1 : stopOfKey(this.#stops, this.cursorKey);
    const page = Math.max(1, Math.round(last / 10));
    const back = at < 0 ? last : at - 1;
    const targets: Readonly<Record<string, number>> = {
      ArrowRight: at + 1, ArrowUp: at + 1, ArrowLeft: back, ArrowDown: back,
      PageUp: at + page, PageDown: at - page, Home: 0, End: last,
    };
    const target = targets[event.key];
    if (event.key !== 'Escape' && target === undefined) return;
    event.preventDefault();
    this.#moveTo(target === undefined ? undefined : this.#stops[Math.min(Math.max(target, 0), last)]);
  };

  readonly #toggleTable = (): void => {
    this.#showsTable = !this.#showsTable;
    this.requestUpdate();
  };

  readonly #saveCsv = (): void => {
    downloadText(`${this.model.id}.csv`, 'text/csv', tableCsv(this.model.table()));
  };

  readonly #saveSvg = (): void => {
    downloadText(`${this.model.id}.svg`, 'image/svg+xml', standaloneSvg(this.#drawn!, this.model.title));
  };

  static override styles = [shared, chartStyles];
}

function swatch({ look, colour: area }: LegendEntry): TemplateResult {
  if (look === undefined) return html`<i class="area" style="background: ${area ?? 'none'}"></i>`;
  const { colour, dash } = lineLook(look);
  return html`<svg viewBox="0 0 22 8">${svg`<line x1="0" x2="22" y1="4" y2="4" stroke-width="2.5"
    style="stroke: ${colour}; stroke-dasharray: ${dash}"></line>`}</svg>`;
}

function spoken(stop: CursorStop | undefined): string {
  if (stop === undefined) return 'no position; press an arrow key';
  const told = stop.readings.map((reading) => `${reading.name} ${reading.text}`).join(', ');
  return stop.title === '' ? told : `${stop.title}: ${told}`;
}

customElements.define('weir-chart', WeirChart);
