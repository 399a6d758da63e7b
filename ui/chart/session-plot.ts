import {
  area as areaShape, curveStepAfter, line as lineShape, scaleLinear, scaleLog, type ScaleContinuousNumeric,
  type ScaleLinear,
} from 'd3';
import { formatClock, formatDuration, formatValue, humanise, scaleFor } from '../../reports/format.ts';
import {
  isDecision, type SessionTimeline, type TimedValue, type TimelineEvent,
} from '../../reports/session-timeline.ts';
import type { CursorReading, CursorStop } from './cursor.ts';
import {
  createPlot, drawLabel, drawRule, drawText, drawValueAxis, lineLook, textWidth, type Plot, type PlotArea,
} from './plot.ts';
import { clockUnit, drawTimeAxis, timeScale } from './time-axis.ts';

/** How a session is laid out. */
export interface SessionPlotOptions {
  readonly width: number;
  readonly height: number;
}

/** What places a session's marks: rates above, the buffer below, one time axis. */
export interface SessionPlotLayout {
  readonly area: PlotArea;
  readonly rates: PlotArea;
  readonly buffer: PlotArea;
  readonly x: ScaleLinear<number, number>;
  /** Logarithmic: a link may carry a hundred times what the lowest rendition needs. */
  readonly yRate: ScaleContinuousNumeric<number, number>;
  readonly yBuffer: ScaleLinear<number, number>;
}

/** The scales of a session. */
export function sessionPlotLayout(timeline: SessionTimeline, options: SessionPlotOptions): SessionPlotLayout {
  const area = { left: 52, right: options.width - 12, top: 24, bottom: options.height - 36 };
  const split = area.top + (area.bottom - area.top) * 0.56;
  const rates = { ...area, bottom: split - 18 };
  const buffer = { ...area, top: split + 18 };
  const seen = timeline.throughput.map((point) => point.value);
  const known = [...timeline.ladder, ...seen].filter((rate) => rate > 0);
  const [lowest, highest] = [Math.min(...known, 1e6), Math.max(...known, 2e6)];
  const topBuffer = Math.max(...timeline.buffer.map((point) => point.value), 1);
  return {
    area, rates, buffer,
    x: timeScale([0, Math.max(timeline.duration, 1)], area),
    yRate: scaleLog().domain([lowest / 1.25, highest * 1.25]).range([rates.bottom, rates.top]),
    yBuffer: scaleLinear().domain([0, topBuffer]).range([buffer.bottom, buffer.top]).nice(3),
  };
}

/** One session: rendition and throughput estimate above, media held below, stalls shaded through both. */
export function sessionPlot(timeline: SessionTimeline, options: SessionPlotOptions): SVGSVGElement {
  const layout = sessionPlotLayout(timeline, options);
  const { area, rates, buffer, x, yRate, yBuffer } = layout;
  const plot = createPlot(options);
  drawStalls(plot, timeline, layout);
  drawValueAxis(plot, rates, yRate, scaleFor('bits/s', yRate.domain()[1]!), 'log');
  drawValueAxis(plot, buffer, yBuffer, { divisor: 1, suffix: 's' });
  drawText(plot, { x: area.left + 2, y: rates.top - 9 }, TITLES[0]).style('font-weight', 600);
  drawText(plot, { x: area.left + 2, y: buffer.top - 9 }, TITLES[1]).style('font-weight', 600);
  drawTimeAxis(plot, area, x, `since play was pressed, ${clockUnit(timeline.duration)}`);
  for (const rate of timeline.ladder) {
    drawRule(plot, [rates.left, yRate(rate), rates.right, yRate(rate)], 'line')
      .style('stroke-dasharray', '1 3');
  }
  const held = (points: readonly TimedValue[]): TimedValue[] =>
    (points.length === 0 ? [] : [...points, { seconds: timeline.duration, value: points.at(-1)!.value }]);
  const steps = lineShape<TimedValue>().x((p) => x(p.seconds)).y((p) => yRate(p.value)).curve(curveStepAfter);
  plot.append('path').attr('class', 'throughput').attr('d', steps(held(timeline.throughput)))
    .style('fill', 'none').style('stroke', lineLook(1).colour).style('stroke-dasharray', lineLook(1).dash)
    .style('stroke-width', 1.5);
  plot.append('path').attr('class', 'rendition').attr('d', steps(held(timeline.renditions)))
    .style('fill', 'none').style('stroke', lineLook(0).colour).style('stroke-width', 2.25);
  const level = areaShape<TimedValue>().x((p) => x(p.seconds)).y0(buffer.bottom).y1((p) => yBuffer(p.value));
  const edge = lineShape<TimedValue>().x((p) => x(p.seconds)).y((p) => yBuffer(p.value));
  plot.append('path').attr('class', 'buffer-area').attr('d', level(timeline.buffer))
    .style('fill', lineLook(2).colour).style('opacity', 0.2);
  plot.append('path').attr('class', 'buffer').attr('d', edge(timeline.buffer))
    .style('fill', 'none').style('stroke', lineLook(2).colour).style('stroke-width', 1.5);
  return plot.node()!;
}

/** Places at which the cursor of a session can stand: its events. */
export function sessionPlotStops(timeline: SessionTimeline, options: SessionPlotOptions): CursorStop[] {
  const { area, x, yRate, yBuffer } = sessionPlotLayout(timeline, options);
  return timeline.events.map((event, key) => {
    const at = x(event.seconds);
    const dots = [{ x: at, y: yBuffer(event.bufferSeconds), colour: lineLook(2).colour }];
    if (event.bitrate !== null) dots.push({ x: at, y: yRate(event.bitrate), colour: lineLook(0).colour });
    const segment = event.segment >= 0 ? ` segment ${event.segment}` : '';
    const title = `${formatClock(event.seconds)} ${humanise(event.kind).toLowerCase()}${segment}`;
    return { key, x: at, y: area.top, title, readings: readings(event), dots };
  });
}

function readings(event: TimelineEvent): CursorReading[] {
  const list: CursorReading[] = [];
  if (event.bitrate !== null) {
    list.push({ name: 'rendition', text: formatValue(event.bitrate, 'bits/s'), look: 0 });
  }
  if (event.throughput > 0) {
    list.push({ name: 'estimate', text: formatValue(event.throughput, 'bits/s'), look: 1 });
  }
  list.push({ name: 'buffer', text: formatDuration(event.bufferSeconds), look: 2 });
  if (isDecision(event)) list.push({ name: 'because', text: event.reason });
  return list;
}

// Stalls are told in the gap between the two plots, each where the label of the one before leaves room.
function drawStalls(plot: Plot, timeline: SessionTimeline, { area, buffer, x }: SessionPlotLayout): void {
  let free = area.left + textWidth(TITLES[1]) + 12;
  for (const stall of timeline.stalls) {
    const group = plot.append('g').attr('class', 'stall');
    const width = Math.max(2, x(stall.to) - x(stall.from));
    group.append('rect').attr('x', x(stall.from)).attr('y', area.top).attr('width', width)
      .attr('height', area.bottom - area.top).style('fill', 'var(--bad)').style('opacity', 0.22);
    const text = `stall ${formatDuration(stall.to - stall.from)}`;
    const left = Math.min(x(stall.from) + width / 2 - textWidth(text) / 2, area.right - textWidth(text));
    if (left < free) continue;
    drawLabel(group, { x: left, y: buffer.top - 9 }, text, 'bad');
    free = left + textWidth(text) + 6;
  }
}

const TITLES = ['rendition and throughput, log scale', 'media held in the buffer'] as const;
