import { create, type ScaleContinuousNumeric, type Selection } from 'd3';
import { formatCount, type DisplayScale } from '../../reports/format.ts';

/** The SVG that a chart draws into. */
export type Plot = Selection<SVGSVGElement, undefined, null, undefined>;

/** A group inside a plot. */
export type PlotGroup = Selection<SVGGElement, undefined, null, undefined>;

/** Size of a chart in CSS pixels. */
export interface PlotSize {
  readonly width: number;
  readonly height: number;
}

/** Where a chart's marks may be: the plot without the room for its axes. */
export interface PlotArea {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** How the n-th line of a chart looks: by its colour, and without colour by its dashes. */
export interface LineLook {
  readonly colour: string;
  readonly dash: string;
}

/** The look of the n-th line; looks repeat after six, where colour no longer tells lines apart. */
export function lineLook(index: number): LineLook {
  const dashes = ['none', '7 3', '2 3', '8 3 2 3', '12 4', '4 2'];
  return { colour: `var(--series-${(index % 6) + 1})`, dash: dashes[index % dashes.length]! };
}

/** An empty SVG of the given size that scales with its container. */
export function createPlot({ width, height }: PlotSize): Plot {
  return create('svg')
    .attr('viewBox', `0 0 ${width} ${height}`)
    .attr('width', width)
    .attr('height', height)
    .attr('font-family', 'inherit')
    .attr('font-size', 11)
    .attr('aria-hidden', 'true');
}

/** Draws text; `anchor` is the end of the text that stands at x. */
export function drawText(
  into: Plot | PlotGroup,
  at: { readonly x: number; readonly y: number; readonly anchor?: 'start' | 'middle' | 'end' },
  text: string,
): Selection<SVGTextElement, undefined, null, undefined> {
  return into
    .append('text')
    .attr('x', at.x)
    .attr('y', at.y)
    .attr('text-anchor', at.anchor ?? 'start')
    .style('fill', 'var(--soft)')
    .text(text);
}

/** Draws a straight line in the colour of a style variable. */
export function drawRule(
  into: Plot | PlotGroup,
  [x1, y1, x2, y2]: readonly [number, number, number, number],
  colour: string,
): Selection<SVGLineElement, undefined, null, undefined> {
  return into
    .append('line')
    .attr('x1', x1).attr('y1', y1).attr('x2', x2).attr('y2', y2)
    .style('stroke', `var(--${colour})`);
}

/** Draws the value axis at the left with its grid; the unit stands over the numbers. */
export function drawValueAxis(
  plot: Plot,
  area: PlotArea,
  y: ScaleContinuousNumeric<number, number>,
  scale: DisplayScale,
  kind: 'linear' | 'log' = 'linear',
): void {
  const axis = plot.append('g').attr('class', 'axis y');
  const ticks = kind === 'log' ? oneTwoFive(y.domain()) : y.ticks(Math.max(2, (area.bottom - area.top) / 34));
  const step = Math.abs((ticks[1] ?? 1) - (ticks[0] ?? 0)) / scale.divisor;
  for (const tick of ticks) {
    const shown = tick / scale.divisor;
    drawRule(axis, [area.left, y(tick), area.right, y(tick)], 'grid');
    const text = kind === 'log' ? String(Number(shown.toPrecision(3))) : tickText(shown, step);
    drawText(axis, { x: area.left - 6, y: y(tick) + 4, anchor: 'end' }, text);
  }
  const unit = scale.suffix.replace(/^\//, 'per ');
  if (unit !== '') drawText(axis, { x: area.left - 6, y: area.top - 8, anchor: 'end' }, unit);
}

/** Ticks of a logarithmic axis: 1, 2 and 5 of each power of ten within the domain. */
export function oneTwoFive([from = 0, to = 1]: readonly number[]): number[] {
  const ticks: number[] = [];
  for (let exponent = Math.floor(Math.log10(from)); 10 ** exponent <= to; exponent++) {
    ticks.push(...[1, 2, 5].map((lead) => Number(`${lead}e${exponent}`)));
  }
  return ticks.filter((tick) => tick >= from && tick <= to);
}

/** A tick's number with the decimals its step needs. */
export function tickText(value: number, step: number): string {
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  return decimals === 0 ? formatCount(value) : value.toFixed(decimals);
}

/** Draws text that stays readable over lines: it has an edge in the colour of the surface. */
export function drawLabel(
  into: Plot | PlotGroup,
  at: { readonly x: number; readonly y: number; readonly anchor?: 'start' | 'middle' | 'end' },
  text: string,
  colour: string,
): Selection<SVGTextElement, undefined, null, undefined> {
  return drawText(into, at, text)
    .style('fill', `var(--${colour})`)
    .style('paint-order', 'stroke')
    .style('stroke', 'var(--surface)')
    .style('stroke-width', 3)
    .style('stroke-linejoin', 'round');
}

/** Room that a text of this many characters takes at the charts' font size; a little more than it needs. */
export function textWidth(text: string): number {
  return text.length * 6.3;
}
