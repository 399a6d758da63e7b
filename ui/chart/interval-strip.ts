import { scaleLinear } from 'd3';
import type { SloResult } from '../../models/core/run-record.ts';
import { formatValue } from '../../reports/format.ts';
import { createPlot, drawRule, drawText, textWidth } from './plot.ts';

/** An objective as a strip: its good side tinted, its target a line, the value with its 95 % interval. */
export function intervalStrip(slo: SloResult, options: { readonly width: number }): SVGSVGElement {
  const { width } = options;
  const plot = createPlot({ width, height: STRIP_HEIGHT });
  const x = scaleLinear().domain(stripDomain(slo)).range([0, width]).clamp(true);
  const bound = x(slo.bound);
  const below = slo.direction === 'below';
  const side = (from: number, to: number, fill: string): void => {
    plot.append('rect').attr('x', from).attr('y', 6).attr('width', Math.max(0, to - from)).attr('height', 16)
      .style('fill', fill);
  };
  side(0, bound, below ? 'var(--good-wash)' : 'var(--bad-wash)');
  side(bound, width, below ? 'var(--bad-wash)' : 'var(--good-wash)');
  const colour = VERDICT_COLOURS[slo.verdict];
  if (slo.low !== null && slo.high !== null) {
    plot.append('rect').attr('class', 'interval')
      .attr('x', x(slo.low)).attr('y', 11)
      .attr('width', Math.max(3, x(slo.high) - x(slo.low))).attr('height', 6)
      .attr('rx', 3).style('fill', colour).style('opacity', 0.45);
  }
  drawRule(plot, [bound, 2, bound, 26], 'text').style('stroke-width', 2);
  if (slo.value !== null) {
    plot.append('circle').attr('class', 'value').attr('cx', x(slo.value)).attr('cy', 14).attr('r', 5)
      .style('fill', colour).style('stroke', 'var(--surface)').style('stroke-width', 1.5);
  }
  const label = formatValue(slo.bound, slo.unit);
  const half = textWidth(label) / 2;
  drawText(plot, { x: Math.min(Math.max(bound, half), width - half), y: 38, anchor: 'middle' }, label);
  return plot.node()!;
}

// The target and the whole interval, with room on either side; never beyond what a share can be.
function stripDomain(slo: SloResult): [number, number] {
  const values = [slo.bound, slo.value, slo.low, slo.high].filter((value) => value !== null);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const room = (high - low || Math.abs(high) || 1) / 3;
  const most = slo.unit === 'ratio' ? 1 : slo.unit === '%' ? 100 : Infinity;
  return [Math.max(0, low - room), Math.min(most, high + room)];
}

const STRIP_HEIGHT = 42;

const VERDICT_COLOURS: Readonly<Record<SloResult['verdict'], string>> = {
  met: 'var(--good)', missed: 'var(--bad)', inconclusive: 'var(--unsure)', 'no-data': 'var(--none)',
};
