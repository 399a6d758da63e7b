import { US_PER_S, type Us } from '../../core/units.ts';
import type { RuleFile } from '../alerts/rule-file.ts';
import { budgetOutcomes } from '../budget/budget-outcome.ts';
import type { PartOutcome } from '../run-summary.ts';
import type { SloDefinition } from '../slo.ts';
import type { Monitor } from './monitor.ts';

/** What was watched, by which rules, for which objectives. */
export interface Monitored {
  readonly rules: readonly RuleFile[];
  readonly slos: readonly SloDefinition[];
  readonly run: { readonly warmup: Us; readonly sampleEvery: Us };
}

/** What a monitor has seen by `until`, of a simulated run or a real one. */
export function monitoredOutcome({ rules, slos, run }: Monitored, monitor: Monitor, until: Us): PartOutcome {
  const alerts = rules.flatMap(({ groups }) => groups.flatMap((group) =>
    group.rules.flatMap(({ alert, labels }) => {
      return alert === undefined ? [] : [{ alert, severity: labels?.['severity'] ?? '' }];
    })));
  const { warmup, sampleEvery } = run;
  const seconds: number[] = [];
  for (let at = warmup; at <= until; at += sampleEvery) seconds.push(at / US_PER_S);
  const { outcomes, series } = budgetOutcomes(slos, monitor.store, seconds);
  return {
    alerts: {
      rules: alerts, changes: monitor.changes, fromSeconds: warmup / US_PER_S, untilSeconds: until / US_PER_S,
    },
    scrapes: monitor.scrapes(),
    budgets: outcomes,
    series,
    warnings: monitor.problems,
  };
}

/** Buckets of histograms that objectives need beside the usual ones. */
export function bucketsOf(slos: readonly SloDefinition[]) {
  return slos.flatMap(({ events }) => (events?.bucket === undefined ? [] : [events.bucket]));
}
