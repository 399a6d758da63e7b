import { curveStepAfter, line as lineShape, scaleLinear, scaleLog, type ScaleContinuousNumeric } from 'd3';
import { curveShare, type Distribution, type DistributionCurve } from '../../reports/distributions.ts';
import { formatValue, scaleFor } from '../../reports/format.ts';
import type { CursorStop } from './cursor.ts';
import {
  createPlot, drawLabel, drawRule, drawText, drawValueAxis, lineLook, oneTwoFive, textWidth, tickText,
  type Plot, type PlotArea,
} from './plot.ts';

/** How a distribution is laid out. */
export interface CumulativeOptions {
  readonly width: number;
  readonly height: number;
}

/** What places a distribution's marks: value and share to pixel. */
export interface CumulativeLayout {
  readonly area: PlotArea;
  readonly x: ScaleContinuousNumeric<number, number>;
  readonly y: ScaleContinuousNumeric<number, number>;
}

/** The scales of a distribution. */
export function cumulativeLayout(distribution: Distribution, options: CumulativeOptions): CumulativeLayout {
  const top = 14 + 15 * Math.max(1, distribution.marks.length);
  const area = { left: 36, right: options.width - 14, top, bottom: options.height - 38 };
  const ends = distribution.curves.map(({ points }) => [points[0]!.value, points.at(-1)!.value] as const);
  const marks = distribution.marks.map((mark) => mark.value);
  const low = Math.min(...ends.map(([first]) => first), ...marks);
  const high = Math.max(...ends.map(([, last]) => last), ...marks);
  const range: [number, number] = [area.left, area.right];
  const x = distribution.scale === 'log'
    ? scaleLog().domain([low / 1.1, high * 1.1]).range(range)
    : scaleLinear().domain([0, high * 1.02]).range(range);
  return { area, x, y: scaleLinear().domain([0, 1]).range([area.bottom, area.top]) };
}

/** The share at or below each value, a line for each group; percentile and objective marked. */
export function cumulative(distribution: Distribution, options: CumulativeOptions): SVGSVGElement {
  const layout = cumulativeLayout(distribution, options);
  const { area, x, y } = layout;
  const plot = createPlot(options);
  drawValueAxis(plot, area, y, { divisor: 0.01, suffix: '' });
  drawText(plot, { x: 0, y: area.top - 8 }, `% of ${distribution.counted}`);
  drawAmountAxis(plot, distribution, layout);
  drawMarks(plot, distribution, layout);
  const path = lineShape<DistributionCurve['points'][number]>()
    .x((point) => x(point.value)).y((point) => y(point.share)).curve(curveStepAfter);
  distribution.curves.forEach((curve, i) => {
    const { colour, dash } = lineLook(i);
    plot.append('path').attr('class', 'curve').attr('data-name', curve.name).attr('d', path(curve.points))
      .style('fill', 'none').style('stroke', colour).style('stroke-width', i === 0 ? 2.25 : 1.5)
      .style('stroke-dasharray', dash).style('stroke-linejoin', 'round');
  });
  return plot.node()!;
}

/** Places at which the cursor of a distribution can stand: evenly over its width. */
export function cumulativeStops(distribution: Distribution, options: CumulativeOptions): CursorStop[] {
  const { area, x, y } = cumulativeLayout(distribution, options);
  const count = Math.max(2, Math.floor((area.right - area.left) / 5));
  return Array.from({ length: count + 1 }, (_, i) => {
    const at = area.left + ((area.right - area.left) * i) / count;
    const value = x.invert(at);
    const shares = distribution.curves.map((curve) => curveShare(curve, value));
    return {
      key: value, x: at, y: area.top,
      title: `≤ ${formatValue(value, distribution.unit)}`,
      readings: distribution.curves.map((curve, k) =>
        ({ name: curve.name, text: formatValue(shares[k]!, 'ratio'), look: k })),
      dots: shares.map((share, k) => ({ x: at, y: y(share), colour: lineLook(k).colour })),
    };
  });
}

function drawAmountAxis(plot: Plot, distribution: Distribution, { area, x }: CumulativeLayout): void {
  const axis = plot.append('g').attr('class', 'axis x');
  const isLog = distribution.scale === 'log';
  const scale = scaleFor(distribution.unit, x.domain()[1]!);
  const ticks = isLog ? oneTwoFive(x.domain()) : x.ticks((area.right - area.left) / 60);
  const step = ((ticks[1] ?? 1) - (ticks[0] ?? 0)) / scale.divisor;
  drawRule(axis, [area.left, area.bottom, area.right, area.bottom], 'line');
  let free = -Infinity;
  for (const tick of ticks) {
    const text = isLog ? formatValue(tick, distribution.unit) : tickText(tick / scale.divisor, step);
    const half = textWidth(text) / 2;
    drawRule(axis, [x(tick), area.bottom, x(tick), area.bottom + 4], 'line');
    if (x(tick) - half < free || x(tick) + half > area.right + 12) continue;
    drawText(axis, { x: x(tick), y: area.bottom + 16, anchor: 'middle' }, text);
    free = x(tick) + half + 8;
  }
  const label = `${distribution.axis}, ${isLog ? 'log scale' : scale.suffix}`;
  drawText(axis, { x: area.right, y: area.bottom + 32, anchor: 'end' }, label);
}

function drawMarks(plot: Plot, distribution: Distribution, { area, x }: CumulativeLayout): void {
  distribution.marks.forEach((mark, i) => {
    const group = plot.append('g').attr('class', `mark ${mark.kind}`);
    const colour = mark.kind === 'bound' ? 'bad' : 'text';
    const at = x(mark.value);
    const rule = drawRule(group, [at, area.top, at, area.bottom], colour).style('stroke-width', 1.5);
    if (mark.kind === 'bound') rule.style('stroke-dasharray', '5 4');
    // Each label has a row of its own over the plot, beside its rule, which reaches up to it.
    const y = area.top - 8 - 15 * i;
    rule.attr('y1', y - 9);
    const fits = at + 6 + textWidth(mark.label) < area.right + 12;
    drawLabel(group, { x: fits ? at + 5 : at - 5, y, anchor: fits ? 'start' : 'end' }, mark.label, colour);
  });
}
