import { indicatorOf } from '../models/operations/indicator.ts';
import { formatDifference } from '../reports/format.ts';
import type { SweepSelection } from '../reports/sweep-document.ts';
import type { Selected, SelectionMethod } from '../sim/selection.ts';
import type { SweepOptions } from '../sim/sweep.ts';
import { UsageError } from './exit.ts';

/** Options of `weir sweep` on finding the best point. */
export interface SelectionOptions {
  readonly by?: string;
  readonly select?: boolean;
  readonly indifference?: string;
  readonly budget?: string;
  readonly replications?: string;
}

/** Replications of a point that a selection runs at most, unless --replications says otherwise. */
const MOST_REPLICATIONS = 200;
/** Replications of every point before KN drops one: fewer need more in all (docs/output-analysis.md). */
const FIRST_KN = 10;
const FIRST_OCBA = 5;
const ERROR = 0.05;

/** How the best is looked for, as the options say; undefined when it is not. */
export function selectionOf(options: SelectionOptions, points: number): SweepOptions['selection'] {
  const { select, indifference, budget, by } = options;
  if (select !== true) {
    if (indifference === undefined && budget === undefined) return undefined;
    throw new UsageError('--indifference and --budget belong to --select');
  }
  if (by === undefined) throw new UsageError('--select: say by which indicator, with --by');
  if ((indifference === undefined) === (budget === undefined)) {
    throw new UsageError('--select: expected either --indifference (KN) or --budget (OCBA)');
  }
  if (budget !== undefined) {
    const least = FIRST_OCBA * points;
    if (!/^\d{1,7}$/.test(budget) || Number(budget) < least) {
      const expected = `expected at least ${least} replications for ${points} points`;
      throw new UsageError(`--budget: ${expected}, got "${budget}"`);
    }
    return { by, method: { kind: 'OCBA', budget: Number(budget) }, most: Number(budget), first: FIRST_OCBA };
  }
  const method: SelectionMethod = { kind: 'KN', indifference: zoneOf(indifference!, by), error: ERROR };
  const most = options.replications === undefined ? MOST_REPLICATIONS : Number(options.replications);
  return { by, method, most: Math.max(most, FIRST_KN), first: FIRST_KN };
}

/** A difference in the unit of an indicator; a percentage is one of percentage points. */
function zoneOf(text: string, by: string): number {
  const { unit } = indicatorOf({ slis: {}, costs: [], replications: 0 }, by);
  const [, number, percent] = /^(\d+(?:\.\d+)?(?:e[-+]?\d+)?)\s*(%?)$/i.exec(text.trim()) ?? [];
  const value = number === undefined ? NaN : Number(number);
  const shares = unit === 'ratio' || unit === '%';
  if (!(value > 0) || (percent === '%' && !shares)) {
    const example = shares ? 'such as 0.1%' : `in ${unit === '' ? 'its unit' : unit}`;
    throw new UsageError(`--indifference: expected a difference of ${by}, ${example}, got "${text}"`);
  }
  return percent === '%' && unit === 'ratio' ? value / 100 : value;
}

/** A selection with its guarantee in words. */
export function selectionTold(
  selected: Selected, by: string, method: SelectionMethod,
): SweepSelection {
  const { design, ties, probability, indifference, reason, replications } = selected;
  const total = Object.values(replications).reduce((sum, count) => sum + count, 0);
  const { unit, better } = indicatorOf({ slis: {}, costs: [], replications: 0 }, by);
  const percent = `${Number((100 * probability).toPrecision(3))} %`;
  const least = better === 'lower' ? 'lowest' : 'highest';
  const zone = formatDifference(indifference ?? null, unit).replace('+', '');
  const chosen = [design, ...ties].join(' = ');
  const choice = design === undefined ? `No point was selected: ${reason}.`
    : `Selected ${chosen} for the ${least} ${by}, after ${total} replications: ${reason}.`;
  const promise = method.kind === 'KN'
    ? `Kim and Nelson's procedure chooses the best with probability ${percent} at least if it is better than `
      + `every other by ${zone} or more, and else, as a rule, one within that of the best (normal figures).`
    : `OCBA spends a budget and promises nothing; the chance that the choice is the best is estimated, from `
      + `below, as ${percent}.`;
  return {
    method: selected.method, design: design ?? null, ties, probability, reason,
    indifference: indifference ?? null,
    guarantee: `${choice} ${promise}`,
  };
}
