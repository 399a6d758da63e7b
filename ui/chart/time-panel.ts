import { area as areaShape, line as lineShape, scaleLinear, type ScaleLinear } from 'd3';
import { formatClock, formatFigure, formatValue, scaleFor, type DisplayScale } from '../../reports/format.ts';
import type { Panel, PanelLine } from '../../reports/panels.ts';
import type { BandPoint } from '../../reports/series.ts';
import type { CursorReading, CursorStop } from './cursor.ts';
import {
  createPlot, drawLabel, drawRule, drawText, drawValueAxis, lineLook, textWidth, type Plot, type PlotArea,
} from './plot.ts';
import { clockUnit, drawTimeAxis, timeScale } from './time-axis.ts';

/** How a panel is laid out; panels with one domain and one width share their time axis. */
export interface TimePanelOptions {
  readonly width: number;
  readonly height: number;
  readonly domain: readonly [number, number];
  /** Until here nothing counts; drawn shaded. */
  readonly warmupSeconds: number;
}

/** What places a panel's marks: value to pixel. */
export interface TimePanelLayout {
  readonly area: PlotArea;
  readonly x: ScaleLinear<number, number>;
  readonly y: ScaleLinear<number, number>;
  readonly scale: DisplayScale;
}

/** The scales of a panel. */
export function timePanelLayout(panel: Panel, options: TimePanelOptions): TimePanelLayout {
  const area = { left: 52, right: options.width - 14, top: 22, bottom: options.height - 36 };
  const y = scaleLinear().domain(valueDomain(panel)).range([area.bottom, area.top]).nice(4);
  const scale = scaleFor(panel.unit, Math.max(...y.domain().map(Math.abs)));
  return { area, x: timeScale(options.domain, area), y, scale };
}

/** A panel over time: a line for the median, a band around it over replications, the objective dashed. */
export function timePanel(panel: Panel, options: TimePanelOptions): SVGSVGElement {
  const layout = timePanelLayout(panel, options);
  const { area, x, y, scale } = layout;
  const plot = createPlot(options);
  const warm = Math.min(x(options.warmupSeconds), area.right);
  const covered = coveredLines(panel, layout);
  if (options.warmupSeconds > options.domain[0]) drawWarmup(plot, area, warm, covered);
  drawValueAxis(plot, area, y, scale);
  drawTimeAxis(plot, area, x, `simulated time, ${clockUnit(options.domain[1])}`);
  const at = (point: BandPoint): boolean => point.median !== null;
  const band = areaShape<BandPoint>().defined(at)
    .x((point) => x(point.seconds)).y0((point) => y(point.low!)).y1((point) => y(point.high!));
  const median = lineShape<BandPoint>().defined(at)
    .x((point) => x(point.seconds)).y((point) => y(point.median!));
  panel.lines.forEach(({ name, points }, i) => {
    const { colour, dash } = lineLook(i);
    const group = plot.append('g').attr('class', 'line').attr('data-name', name);
    group.append('path').attr('class', 'band').attr('d', band(points))
      .style('fill', colour).style('opacity', 0.18);
    group.append('path').attr('class', 'median').attr('d', median(points))
      .style('fill', 'none').style('stroke', colour).style('stroke-width', 1.75)
      .style('stroke-dasharray', dash).style('stroke-linejoin', 'round');
  });
  if (panel.bound !== null) drawBound(plot, area, y(panel.bound.value), panel.bound.target, covered);
  return plot.node()!;
}

/** Places at which the cursor of a panel can stand: every time at which a line has a value. */
export function timePanelStops(panel: Panel, options: TimePanelOptions): CursorStop[] {
  const { area, x, y } = timePanelLayout(panel, options);
  const [first] = panel.lines;
  return first!.points.flatMap(({ seconds }, i) => {
    const points = panel.lines.map((line) => line.points[i]!);
    if (points.every((point) => point.median === null)) return [];
    const dots = points.flatMap((point, k) =>
      (point.median === null ? [] : [{ x: x(seconds), y: y(point.median), colour: lineLook(k).colour }]));
    const readings = panel.lines.map((line, k) => reading(line, points[k]!, panel.unit, k));
    return [{ key: seconds, x: x(seconds), y: area.top, title: formatClock(seconds), readings, dots }];
  });
}

function reading(line: PanelLine, point: BandPoint, unit: string, look: number): CursorReading {
  const figure = { value: point.median, low: point.low, high: point.high, unit };
  const text = point.low === point.high ? formatValue(point.median, unit) : formatFigure(figure);
  return { name: line.name, text, look };
}

// Shares say most close to their ends, so they may start above zero; amounts may not.
function valueDomain(panel: Panel): [number, number] {
  const bounds = panel.bound === null ? [] : [panel.bound.value];
  const points = panel.lines.flatMap((line) => line.points);
  const values = points.flatMap(({ low, high }) => [low, high].filter((value) => value !== null));
  const high = Math.max(...values, ...bounds);
  const low = Math.min(...values, ...bounds);
  const isShare = panel.unit === 'ratio';
  const roomy = isShare ? Math.min(high + (high - low) * 0.05, Math.max(1, high)) : high * 1.05;
  const top = high === 0 ? 1 : roomy;
  if (isShare && low > 0.3) return [Math.max(0, low - (high - low) * 0.08), top > low ? top : low + 0.01];
  return [Math.min(0, low), top];
}

function drawWarmup(plot: Plot, area: PlotArea, to: number, covered: Covered): void {
  const group = plot.append('g').attr('class', 'warmup');
  group.append('rect')
    .attr('x', area.left).attr('y', area.top)
    .attr('width', Math.max(0, to - area.left)).attr('height', area.bottom - area.top)
    .style('fill', 'var(--sunken)');
  const text = 'warm-up';
  const at = [area.top + 13, area.bottom - 6].find((y) => covered(area.left + 5, y, textWidth(text)) === 0);
  if (to - area.left > 50 && at !== undefined) drawText(group, { x: area.left + 5, y: at }, text);
}

function drawBound(plot: Plot, area: PlotArea, y: number, target: string, covered: Covered): void {
  const group = plot.append('g').attr('class', 'bound');
  drawRule(group, [area.left, y, area.right, y], 'bad')
    .style('stroke-dasharray', '5 4').style('stroke-width', 1.5);
  const text = `objective ${target}`;
  const width = textWidth(text);
  const room = area.right - area.left - width - 6;
  const places = [y - 5, y + 13].filter((at) => at > area.top + 8 && at < area.bottom)
    .flatMap((at) => [1, 0, 0.75, 0.5, 0.25].map((share) => [area.left + 4 + share * room, at] as const));
  const [best] = places.sort((a, b) => covered(...a, width) - covered(...b, width));
  if (best !== undefined) drawLabel(group, { x: best[0], y: best[1] }, text, 'bad');
}

/** How many points of lines a text of this width would cover, the left end of its baseline at a point. */
type Covered = (left: number, baseline: number, width: number) => number;

function coveredLines(panel: Panel, { x, y }: TimePanelLayout): Covered {
  const marks = panel.lines.flatMap((line) => line.points.flatMap(({ seconds, median }) =>
    (median === null ? [] : [[x(seconds), y(median)] as const])));
  return (left, baseline, width) => marks.filter(([at, height]) =>
    at > left - 4 && at < left + width + 4 && height > baseline - 13 && height < baseline + 4).length;
}
