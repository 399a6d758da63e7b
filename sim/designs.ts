import type { Provenance, RunRecord } from '../models/core/run-record.ts';
import type { ReplicationOutcome } from '../models/operations/run-summary.ts';
import { packPlan } from '../scenarios/packed-plan.ts';
import type { ScenarioPlan } from '../scenarios/plan.ts';
import type { DesignsData } from './design-worker.ts';
import { runExperiment } from './experiments/pool.ts';
import { experimentKey, type ParallelOptions } from './parallel.ts';
import { summariseSimulation } from './summary.ts';

/** One of several scenarios to be run on common random numbers. */
export interface Design {
  readonly plan: ScenarioPlan;
  readonly provenance: Provenance;
}

/** Options of running designs. */
export type DesignsOptions = Pick<ParallelOptions, 'workers' | 'checkpoint' | 'signal' | 'onProgress'>;

/**
 * Runs several designs with the same seed and as many replications on worker threads: one record each, as
 * `simulateInParallel` makes it. The first replication of every design comes before the second of any, so
 * that what is stopped early still compares: only replications that every design has finished count.
 */
export async function simulateDesigns(
  designs: readonly Design[], options: DesignsOptions,
): Promise<RunRecord[]> {
  const { signal, onProgress, checkpoint: file } = options;
  const { replications } = designs[0]!.plan.scenario.run;
  const key = JSON.stringify(designs.map(({ plan, provenance }) => experimentKey(plan, provenance)));
  const tasks = designs.length * replications;
  const startedMs = performance.now();
  const result = await runExperiment<DesignsData, ReplicationOutcome>({
    module: new URL('./design-worker.ts', import.meta.url),
    data: { plans: designs.map(({ plan }) => packPlan(plan)) },
    replications: tasks,
    workers: Math.min(options.workers, tasks),
    ...(signal === undefined ? {} : { signal }),
    ...(onProgress === undefined ? {} : { onProgress }),
    ...(file === undefined ? {} : { checkpoint: { file, key } }),
  });
  const wallSeconds = (performance.now() - startedMs) / 1000;
  const whole = Array.from({ length: replications }, (_, r) => r)
    .filter((r) => designs.every((_design, i) => result.finished.has(r * designs.length + i)));
  return designs.map(({ plan, provenance }, i) => {
    const outcomes = whole.map((r) => result.finished.get(r * designs.length + i)!);
    const retried = result.retried.filter((task) => task % designs.length === i)
      .map((task) => Math.floor(task / designs.length));
    const partial = i === 0 ? result.partial ?? result.finished.get(0) : undefined;
    return summariseSimulation(plan, provenance, wallSeconds, {
      outcomes, partial, complete: result.complete, retried,
    });
  });
}
