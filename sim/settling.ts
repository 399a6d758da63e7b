import { US_PER_S } from '../models/core/units.ts';
import type { ReplicationOutcome } from '../models/operations/run-summary.ts';
import type { ScenarioPlan } from '../scenarios/plan.ts';
import { averageOver, findWarmup } from './statistics/warmup.ts';

/** The series that tells whether the caches have filled. */
const WATCHED = 'sli:cache_hit_rate';

/**
 * A warning when the cache hit rate was still settling after the scenario's warm-up, by MSER-5 on its mean
 * over replications; undefined when it had settled, or too few windows were sampled to tell.
 */
export function settlingWarning(
  plan: ScenarioPlan, outcomes: readonly ReplicationOutcome[],
): string | undefined {
  const { warmup, sampleEvery, duration } = plan.scenario.run;
  const series = outcomes.map((outcome) =>
    outcome.series.filter((point) => point.metric === WATCHED).map((point) => point.value));
  if (series.length === 0 || series.some((values) => values.length === 0)) return undefined;
  const found = findWarmup(averageOver(series));
  const minutes = (us: number) => `${Number((us / US_PER_S / 60).toPrecision(3))} min`;
  if (found.kind === 'refused') {
    if (found.cause === 'too few values') return undefined;
    return `The cache hit rate was still settling when the run of ${minutes(duration)} was half over `
      + '(MSER-5): its mean depends on when the run ends.';
  }
  const settledUs = found.observations * sampleEvery;
  if (settledUs <= warmup) return undefined;
  return `The cache hit rate settled after ${minutes(settledUs)} (MSER-5), the warm-up is `
    + `${minutes(warmup)}: a longer run.warmup would leave less of the filling in the figures.`;
}
