import type { SeriesPoint } from '../../core/metrics.ts';
import { evaluatePromql } from '../promql/evaluate.ts';
import { parsePromql } from '../promql/parse.ts';
import type { SeriesStore } from '../promql/series.ts';
import type { Expression } from '../promql/syntax.ts';
import type { SloDefinition } from '../slo.ts';
import { burnRates, spend, type BudgetOutcome, type EventCounts } from './error-budget.ts';

/** What one replication did to the budget of an objective. */
export interface SloBudgetOutcome extends BudgetOutcome {
  readonly slo: string;
}

/** Burn rates are drawn over this window, or a sampling step when that is longer. [s] */
const DRAWN_WINDOW_S = 300; // the short window of the fastest alert in the SRE Workbook, chapter 5

/**
 * What a run did to the budgets of its objectives, counted at the given times from the end of the warm-up,
 * and their burn rates as time series `slo:burn_rate{slo}`. Objectives without events are left out.
 */
export function budgetOutcomes(
  slos: readonly SloDefinition[], store: SeriesStore, seconds: readonly number[],
): { readonly outcomes: SloBudgetOutcome[]; readonly series: SeriesPoint[] } {
  const outcomes: SloBudgetOutcome[] = [];
  const series: SeriesPoint[] = [];
  for (const { name, events, budget } of slos) {
    if (events === undefined || budget === undefined) continue;
    const counts = countsOf(parsePromql(events.bad), parsePromql(events.total), store, seconds);
    const outcome = spend(budget, counts);
    if (outcome === undefined) continue;
    outcomes.push({ slo: name, ...outcome });
    const step = seconds[1]! - seconds[0]!;
    burnRates(budget, counts, Math.max(step, DRAWN_WINDOW_S)).forEach((value, i) => {
      if (Number.isNaN(value)) return;
      series.push({ seconds: seconds[i]!, metric: 'slo:burn_rate', labels: `slo="${name}"`, value });
    });
  }
  return { outcomes, series };
}

function countsOf(
  bad: Expression, total: Expression, store: SeriesStore, seconds: readonly number[],
): EventCounts {
  const at = (query: Expression) => seconds.map((second) => {
    const value = evaluatePromql(query, store, second * 1000);
    if (value.kind === 'scalar') return value.value;
    return value.samples.reduce((sum, sample) => sum + sample.value, 0);
  });
  return { seconds, bad: at(bad), total: at(total) };
}
