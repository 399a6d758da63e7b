import { formatLabels } from '../models/core/labels.ts';
import { formatClock, formatDuration } from './format.ts';
import type { Firing, RulesVerdict } from './rules-test.ts';
import type { TerminalOptions } from './terminal.ts';
import { painter, textTable } from './text-table.ts';

/** What `weir rules test` prints. */
export function renderRulesVerdict(
  verdict: RulesVerdict, options: TerminalOptions & { readonly engine: string },
): string {
  const paint = painter(options.colour);
  const { firings, faults, falsePages } = verdict;
  const lines = [paint.bold('Faults') + paint.dim(`  alerts as ${options.engine} evaluates them`)];
  if (faults.length === 0) lines.push(paint.dim('  the run had none'));
  lines.push(...textTable(faults.map((one) => [
    one.detectSeconds === null ? `  ${paint.bad('✗ missed')}` : `  ${paint.good('✓ caught')}`,
    one.fault,
    `${formatClock(one.fromSeconds)} to ${formatClock(one.untilSeconds)}`,
    one.detectSeconds === null ? '' : `detected after ${formatDuration(one.detectSeconds)}`,
    one.clearSeconds === null ? (one.detectSeconds === null ? '' : 'not clear at the end')
      : `clear ${formatDuration(one.clearSeconds)} after its end`,
    one.alerts.join(', '),
  ]), []));
  const unexplained = new Set(falsePages);
  lines.push('', paint.bold('Alerts that fired'));
  if (firings.length === 0) lines.push(paint.dim('  none'));
  lines.push(...textTable(firings.map((one) => [
    `  ${formatClock(one.fromSeconds)}`, lasted(one), nameOf(one),
    unexplained.has(one) ? paint.unsure('no fault explains it') : '',
  ]), [0]));
  return `${lines.join('\n')}\n`;
}

function nameOf({ alert, labels }: Firing): string {
  const { severity, ...rest } = labels;
  const shown = Object.fromEntries(Object.entries(rest).filter(([name]) => !name.startsWith('sloth_')));
  const text = formatLabels(shown);
  return `${alert}${text === '' ? '' : `{${text}}`}${severity === undefined ? '' : ` (${severity})`}`;
}

function lasted({ fromSeconds, untilSeconds }: Firing): string {
  return untilSeconds === null ? 'to the end' : `for ${formatDuration(untilSeconds - fromSeconds)}`;
}
