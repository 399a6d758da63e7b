import type { RehearsalDocument } from '../models/operations/rehearsal/outcomes.ts';
import type { SteadyState } from '../models/operations/rehearsal/probe.ts';
import { formatClock, formatDuration, formatValue } from './format.ts';
import type { TerminalOptions } from './terminal.ts';
import { painter, textTable } from './text-table.ts';

/** The distributions at the terminal: quantiles over seeds and timings, with a histogram each. */
export function renderRehearsal(
  { distributions, detections, worst, timings }: RehearsalDocument, { colour }: TerminalOptions,
): string {
  const paint = painter(colour);
  const indicators = [...new Set(distributions.map(({ indicator }) => indicator))];
  const n = Math.max(0, ...distributions.map((one) => one.n));
  const rows = indicators.flatMap((indicator) => distributions.filter((one) => one.indicator === indicator)
    .map((one, i) => [
      `  ${i === 0 ? indicator : ''}`, one.design,
      ...[one.least, one.p10, one.p50, one.p90, one.most].map((value) => formatValue(value, one.unit)),
      paint.dim(bars(one.histogram.counts)),
    ]));
  const found = detections.map(({ design, fault, n: of, detectedIn, p10, p50, p90 }) => [
    `  ${fault}`, design, `${detectedIn} of ${of}`,
    ...[p10, p50, p90].map((value) => (value === null ? '–' : formatDuration(value))),
  ]);
  const timed = timings.length > 1 ? `, faults ${timings.join(', ')}` : '';
  return [
    paint.bold('Outcomes') + paint.dim(`  over ${n} evenings${timed}`),
    ...textTable([
      ['  indicator', '', 'least', '10 %', 'median', '90 %', 'most', ''].map(paint.dim), ...rows,
    ], [2, 3, 4, 5, 6]),
    '', paint.bold('Time to detect'),
    ...textTable([['  fault', '', 'detected', '10 %', 'median', '90 %'].map(paint.dim), ...found], [3, 4, 5]),
    ...(worst === null ? [] : ['', `Worst by ${worst.indicator}: ${formatValue(worst.value, worst.unit)} in `
      + `replication ${worst.replication} of seed ${worst.seed} (${worst.design}`
      + `${timings.length > 1 ? `, faults ${worst.timing}` : ''}).`]),
  ].join('\n');
}

/** A steady state in a line a probe. */
export function renderSteadyState(
  title: string, { met, seconds, probes }: SteadyState, { colour }: TerminalOptions,
): string {
  const paint = painter(colour);
  const head = met ? paint.good('✓ holds') : paint.bad('✗ does not hold');
  return [
    `${head} at ${formatClock(seconds)}: ${title}`,
    ...textTable(probes.map((probe) => [
      `  ${probe.met ? '✓' : '✗'} ${probe.name}`, probe.tolerance,
      probe.output === null ? 'nothing observed' : typeof probe.output === 'boolean' ? ''
        : String(Number(probe.output.toPrecision(4))),
    ])),
  ].join('\n');
}

function bars(counts: readonly number[]): string {
  const most = Math.max(...counts, 1);
  const bar = (count: number) => (count === 0 ? ' ' : BARS[Math.ceil((count / most) * BARS.length) - 1]!);
  return counts.map(bar).join('');
}

const BARS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
