import {
  createPlot, drawRule, drawText, textWidth, type Plot, type PlotArea, type PlotSize,
} from './plot.ts';

/** One figure that the cursor reads off a chart. */
export interface CursorReading {
  readonly name: string;
  readonly text: string;
  /** Index of the line's look; absent for what is no line. */
  readonly look?: number;
}

/** A place in a chart at which its cursor can stand. */
export interface CursorStop {
  /** What places of charts with a shared cursor have in common, such as the time. */
  readonly key: number;
  readonly x: number;
  readonly y: number;
  readonly title: string;
  readonly readings: readonly CursorReading[];
  /** Points to mark, with the colour of each. */
  readonly dots: ReadonlyArray<{ readonly x: number; readonly y: number; readonly colour: string }>;
  /** An area to outline in place of the vertical rule. */
  readonly box?: PlotArea;
}

/** Index of the stop nearest to a point: in both directions for boxes, along the axis for the others. */
export function nearestStop(stops: readonly CursorStop[], x: number, y: number): number {
  let best = -1;
  let bestDistance = Infinity;
  stops.forEach((stop, i) => {
    const distance = stop.box === undefined ? Math.abs(stop.x - x) : distanceToBox(stop.box, x, y);
    if (distance >= bestDistance) return;
    best = i;
    bestDistance = distance;
  });
  return best;
}

/** Index of the stop whose key is nearest. */
export function stopOfKey(stops: readonly CursorStop[], key: number): number {
  let best = -1;
  stops.forEach((stop, i) => {
    if (best < 0 || Math.abs(stop.key - key) < Math.abs(stops[best]!.key - key)) best = i;
  });
  return best;
}

/** The cursor at a stop, as a layer to lay over its chart. */
export function cursorLayer(stop: CursorStop, area: PlotArea, size: PlotSize): SVGSVGElement {
  const layer = createPlot(size).attr('class', 'cursor');
  if (stop.box === undefined) {
    drawRule(layer, [stop.x, area.top, stop.x, area.bottom], 'text')
      .attr('class', 'rule').style('opacity', 0.55);
  } else {
    layer
      .append('rect')
      .attr('x', stop.box.left).attr('y', stop.box.top)
      .attr('width', stop.box.right - stop.box.left).attr('height', stop.box.bottom - stop.box.top)
      .style('fill', 'none').style('stroke', 'var(--text)').style('stroke-width', 2);
  }
  if (stop.title !== '') drawFlag(layer, stop, area);
  for (const dot of stop.dots) {
    layer
      .append('circle')
      .attr('cx', dot.x).attr('cy', dot.y).attr('r', 4)
      .style('fill', dot.colour).style('stroke', 'var(--surface)').style('stroke-width', 1.5);
  }
  return layer.node()!;
}

// On the axis, over its labels: where the cursor stands.
function drawFlag(layer: Plot, { x, title }: CursorStop, area: PlotArea): void {
  const width = textWidth(title) * 1.1 + 10;
  const left = Math.min(Math.max(x - width / 2, 0), area.right + 12 - width);
  layer.append('rect').attr('x', left).attr('y', area.bottom + 3).attr('width', width).attr('height', 18)
    .attr('rx', 3).style('fill', 'var(--text)');
  drawText(layer, { x: left + width / 2, y: area.bottom + 16, anchor: 'middle' }, title)
    .style('fill', 'var(--surface)').style('font-weight', 600);
}

function distanceToBox(box: PlotArea, x: number, y: number): number {
  const dx = Math.max(box.left - x, 0, x - box.right);
  const dy = Math.max(box.top - y, 0, y - box.bottom);
  return Math.hypot(dx, dy);
}
