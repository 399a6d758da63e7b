import { scaleLinear, type ScaleLinear } from 'd3';
import { formatClock } from '../../reports/format.ts';
import { drawRule, drawText, type Plot, type PlotArea } from './plot.ts';

/** Times at which a clock's hands stand well, between two moments and at most `most` of them. */
export function clockTicks(from: number, to: number, most: number): number[] {
  const step = STEPS.find((one) => (to - from) / one <= most) ?? WEEK * Math.ceil((to - from) / most / WEEK);
  const first = Math.ceil(from / step) * step;
  return Array.from({ length: Math.max(0, Math.floor((to - first) / step) + 1) }, (_, i) => first + i * step);
}

/** A scale from seconds to the width of an area. */
export function timeScale(domain: readonly [number, number], area: PlotArea): ScaleLinear<number, number> {
  return scaleLinear().domain(domain).range([area.left, area.right]);
}

/** Draws the time axis under an area, its unit at the right end. */
export function drawTimeAxis(
  plot: Plot,
  area: PlotArea,
  x: ScaleLinear<number, number>,
  label: string,
): void {
  const axis = plot.append('g').attr('class', 'axis x');
  const [from = 0, to = 1] = x.domain();
  drawRule(axis, [area.left, area.bottom, area.right, area.bottom], 'line');
  for (const tick of clockTicks(from, to, (area.right - area.left) / 64)) {
    drawRule(axis, [x(tick), area.bottom, x(tick), area.bottom + 4], 'line');
    drawText(axis, { x: x(tick), y: area.bottom + 16, anchor: 'middle' }, formatClock(tick));
  }
  drawText(axis, { x: area.right, y: area.bottom + 31, anchor: 'end' }, label);
}

/** The reading of a time axis: which places of the clock its labels show. */
export function clockUnit(seconds: number): string {
  return seconds >= 3600 ? 'h:min:s' : 'min:s';
}

const WEEK = 604_800;

const STEPS = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400,
  172_800, WEEK,
];
