import type { BudgetFigure, SliResult, SloResult } from '../../core/run-record.ts';
import { estimateMean } from '../../core/statistics.ts';
import { judgeSlo, type SloDefinition } from '../slo.ts';
import type { SloBudgetOutcome } from './budget-outcome.ts';
import { exhaustedAfter } from './error-budget.ts';

/** What a replication says of budgets. */
interface Budgeted {
  readonly budgets?: readonly SloBudgetOutcome[] | undefined;
}

/**
 * An objective held against its indicator, with what became of its error budget. One that is no indicator of
 * Weir's, as an imported objective, is held against its share of good events.
 */
export function judgeWithBudget(
  slo: SloDefinition, sli: SliResult | undefined, outcomes: readonly Budgeted[],
): SloResult {
  const spent = outcomes.flatMap(({ budgets }) => budgets?.filter((one) => one.slo === slo.name) ?? []);
  const isImported = slo.sli === `slo:${slo.name}`;
  const share = isImported ? goodShare(spent) : sli;
  const judged = judgeSlo(slo, share);
  if (spent.length === 0 || slo.budget === undefined) return judged;
  const { method, target, windowSeconds } = slo.budget;
  const burnRate = figure(spent.map((one) => one.burnRate));
  const exhausted = exhaustedAfter(slo.budget, burnRate.value);
  return {
    ...judged,
    ...(isImported && share !== undefined ? { values: share.values } : {}),
    budget: {
      method, target, windowSeconds, burnRate,
      errorRate: figure(spent.map((one) => one.errorRate)),
      spent: figure(spent.map((one) => one.spent)),
      exhaustedAfterSeconds: Number.isFinite(exhausted) ? exhausted : null,
    },
  };
}

function goodShare(spent: readonly SloBudgetOutcome[]): SliResult | undefined {
  if (spent.length === 0) return undefined;
  const values = spent.map((one) => 1 - one.errorRate);
  const { value, low, high, n } = estimateMean(values);
  const cut = (bound: number | null) => (bound === null ? null : Math.min(1, Math.max(0, bound)));
  return { value, low: cut(low), high: cut(high), unit: 'ratio', n, values };
}

function figure(values: readonly number[]): BudgetFigure {
  const { value, low, high } = estimateMean(values);
  return { value, low: low === null ? null : Math.max(0, low), high };
}
