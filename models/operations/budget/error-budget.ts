/** How events become a budget: each counts, or each slice of time is good or bad as a whole. */
export type BudgetingMethod = 'occurrences' | 'timeslices' | 'ratioTimeslices'; // OpenSLO v1

/** What an error budget is. */
export interface BudgetDefinition {
  readonly method: BudgetingMethod;
  /** Share of events, or of slices, that has to be good; below 1. */
  readonly target: number;
  /** The window the budget is for. [s] */
  readonly windowSeconds: number;
  /** Length of a slice. [s] */
  readonly sliceSeconds: number;
  /** Share of a slice's events that has to be good for the slice to be. */
  readonly sliceTarget: number;
}

/** Cumulative counts of bad and of all events at ascending times. */
export interface EventCounts {
  /** [s] */
  readonly seconds: ArrayLike<number>;
  readonly bad: ArrayLike<number>;
  readonly total: ArrayLike<number>;
}

/** What a span did to an error budget. */
export interface BudgetOutcome {
  /** Share of events, or of slices, that were bad. */
  readonly errorRate: number;
  /** Error rate over what the budget allows: at 1 it is spent exactly when its window ends. */
  readonly burnRate: number;
  /** Share of the window's budget that the span spent, if the rest of the window has as much traffic. */
  readonly spent: number;
}

/**
 * What a span did to a budget; undefined without events. Occurrences: bad events over all. Timeslices: slices
 * with too many bad events over all slices with events. Ratio timeslices: the mean over slices of their share
 * of bad events.
 */
export function spend(budget: BudgetDefinition, counts: EventCounts): BudgetOutcome | undefined {
  const last = counts.seconds.length - 1;
  if (last < 1) return undefined;
  const span = counts.seconds[last]! - counts.seconds[0]!;
  const errorRate = budget.method === 'occurrences'
    ? share(counts, 0, last)
    : mean(sliceErrors(budget, counts));
  if (errorRate === undefined || span <= 0) return undefined;
  const burnRate = errorRate / (1 - budget.target);
  return { errorRate, burnRate, spent: burnRate * (span / budget.windowSeconds) };
}

/**
 * Burn rate over the window that ends at each time: events of the window, or its slices; NaN where the window
 * reaches back before the counts begin or has no events.
 */
export function burnRates(
  budget: BudgetDefinition,
  counts: EventCounts,
  windowSeconds: number,
): Float64Array {
  const { seconds } = counts;
  const rates = new Float64Array(seconds.length).fill(NaN);
  let from = 0;
  for (let i = 0; i < seconds.length; i++) {
    while (seconds[i]! - seconds[from + 1]! >= windowSeconds - TINY) from++;
    if (seconds[i]! - seconds[from]! < windowSeconds - TINY) continue;
    const errorRate = share(counts, from, i);
    if (errorRate !== undefined) rates[i] = errorRate / (1 - budget.target);
  }
  return rates;
}

/** When a whole budget would be spent at a burn rate, from its start; infinite when it never is. [s] */
export function exhaustedAfter(budget: BudgetDefinition, burnRate: number): number {
  return burnRate > 0 ? budget.windowSeconds / burnRate : Infinity;
}

/** Times are sums of steps. [s] */
const TINY = 1e-6;

/** Error of each slice that has events: 0 or 1, or its share of bad events. */
function sliceErrors(budget: BudgetDefinition, counts: EventCounts): number[] {
  const { seconds } = counts;
  const errors: number[] = [];
  let from = 0;
  for (let i = 1; i < seconds.length; i++) {
    const full = seconds[i]! - seconds[from]! >= budget.sliceSeconds - TINY;
    if (!full && i < seconds.length - 1) continue;
    const bad = share(counts, from, i);
    if (bad !== undefined) {
      const isBad = 1 - bad < budget.sliceTarget ? 1 : 0;
      errors.push(budget.method === 'ratioTimeslices' ? bad : isBad);
    }
    from = i;
  }
  return errors;
}

function share({ bad, total }: EventCounts, from: number, to: number): number | undefined {
  const events = total[to]! - total[from]!;
  return events > 0 ? (bad[to]! - bad[from]!) / events : undefined;
}

function mean(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
}
