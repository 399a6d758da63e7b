import { scaleLinear } from 'd3';
import { createPlot, drawRule } from './plot.ts';

/** A figure with its interval, to be drawn under others on one scale. */
export interface RowFigure {
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

/** The common scale of rows: all values and intervals, and `mark` where there is one, with some room. */
export function rowDomain(figures: readonly RowFigure[], mark: number | null): [number, number] {
  const values = [...figures.flatMap(({ value, low, high }) => [value, low, high]), mark]
    .filter((value) => value !== null);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const room = (high - low || Math.abs(high) || 1) * 0.08;
  return [low - room, high + room];
}

/** One row: a dot with a bar for its interval, and a rule at `mark` (zero, or the baseline). */
export function intervalRow(
  { value, low, high }: RowFigure,
  options: {
    readonly width: number; readonly domain: readonly [number, number]; readonly mark: number | null;
    readonly colour: string;
  },
): SVGSVGElement {
  const { width, domain, mark, colour } = options;
  const plot = createPlot({ width, height: HEIGHT });
  const x = scaleLinear().domain(domain).range([4, width - 4]);
  const middle = HEIGHT / 2;
  if (mark !== null) drawRule(plot, [x(mark), 0, x(mark), HEIGHT], 'soft').style('stroke-dasharray', '3 3');
  if (low !== null && high !== null) {
    drawRule(plot, [x(low), middle, x(high), middle], colour)
      .attr('class', 'interval').style('stroke-width', 2);
    for (const end of [low, high]) drawRule(plot, [x(end), middle - 4, x(end), middle + 4], colour);
  }
  if (value !== null) {
    plot.append('circle').attr('class', 'value').attr('cx', x(value)).attr('cy', middle).attr('r', 4.5)
      .style('fill', `var(--${colour})`).style('stroke', 'var(--surface)').style('stroke-width', 1.5);
  }
  return plot.node()!;
}

const HEIGHT = 22;
