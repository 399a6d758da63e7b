import type { OutcomeDistribution } from '../../models/operations/rehearsal/outcomes.ts';
import { createPlot, drawRule } from './plot.ts';

/** A histogram as bars on the scale of its bins, with its median as a line. */
export function histogram(
  { histogram: { from, until, counts }, p50 }: OutcomeDistribution,
  { width, height }: { readonly width: number; readonly height: number },
): SVGSVGElement {
  const plot = createPlot({ width, height });
  const most = Math.max(...counts, 1);
  const step = width / counts.length;
  counts.forEach((count, i) => {
    const tall = (count / most) * (height - 2);
    plot.append('rect').attr('class', 'bin').attr('x', i * step + 0.5).attr('y', height - 1 - tall)
      .attr('width', step - 1).attr('height', tall).style('fill', 'var(--series-1)').style('opacity', 0.55);
  });
  drawRule(plot, [0, height - 0.5, width, height - 0.5], 'line');
  const at = until > from ? ((p50 - from) / (until - from)) * width : step / 2;
  drawRule(plot, [at, 0, at, height], 'text').attr('class', 'median');
  return plot.node()!;
}
