import type { Provenance, RunRecord } from '../models/core/run-record.ts';
import type { ReplicationOutcome } from '../models/operations/run-summary.ts';
import { packPlan, type PackedPlan } from '../scenarios/packed-plan.ts';
import type { ScenarioPlan } from '../scenarios/plan.ts';
import type { SimulateOptions } from './experiment.ts';
import { runExperiment, type ExperimentResult } from './experiments/pool.ts';
import { mergeShards, shardsOf, type ShardOutcome } from './shards.ts';
import { StoppingRule, type Precision, type StoppingDecision } from './statistics/stopping-rule.ts';
import { summariseSimulation } from './summary.ts';

/** Options of a simulation on worker threads. */
export interface ParallelOptions extends SimulateOptions {
  /** Threads; the record does not depend on their number. */
  readonly workers: number;
  /**
   * Ends the run as soon as these indicators are as precise as asked; the scenario's replications are then
   * the most that are run.
   */
  readonly precision?: Readonly<Record<string, Precision>>;
  /** A file that keeps finished replications, from which a run that was killed goes on. */
  readonly checkpoint?: string;
}

/** Runs the replications of a scenario on worker threads: the same record as `simulate`. */
export async function simulateInParallel(plan: ScenarioPlan, options: ParallelOptions): Promise<RunRecord> {
  const { run } = plan.scenario;
  const { checkpoint, provenance, signal, onProgress } = options;
  const startedMs = performance.now();
  const { precision } = options;
  const stopping = precision === undefined ? undefined : new Stopping(precision, run.replications);
  const shards = shardsOf(plan);
  const isSplit = shards > 1 && options.workers > run.replications && precision === undefined
    && checkpoint === undefined;
  const result = isSplit ? await runShards(plan, shards, options)
    : await runExperiment<PackedPlan, ReplicationOutcome>({
    module: new URL('./video-worker.ts', import.meta.url),
    data: packPlan(plan),
    replications: run.replications,
    workers: Math.min(options.workers, run.replications),
    ...(stopping === undefined ? {} : { enough: (outcomes) => stopping.add(outcomes.at(-1)!) }),
    ...(signal === undefined ? {} : { signal }),
    ...(onProgress === undefined ? {} : { onProgress }),
    // More replications of the same scenario may go on from fewer: their number is not part of the key.
    ...(checkpoint === undefined ? {} : {
      checkpoint: { file: checkpoint, key: experimentKey(plan, provenance) },
    }),
  });
  const wallSeconds = (performance.now() - startedMs) / 1000;
  const notes = stopping === undefined || !result.complete ? [] : [stopping.note()];
  return summariseSimulation(plan, provenance, wallSeconds, { ...result, notes });
}

/** More threads than replications: each takes shards. The same outcomes as one thread's. */
async function runShards(
  plan: ScenarioPlan, shards: number, { workers, signal, onProgress }: ParallelOptions,
): Promise<ExperimentResult<ReplicationOutcome>> {
  const { replications } = plan.scenario.run;
  const units = replications * shards;
  const result = await runExperiment<PackedPlan, ShardOutcome>({
    module: new URL('./shard-worker.ts', import.meta.url),
    data: packPlan(plan),
    replications: units,
    workers: Math.min(workers, units),
    ...(signal === undefined ? {} : { signal }),
    ...(onProgress === undefined ? {} : {
      onProgress: (progress) => {
        onProgress({ ...progress, finished: Math.floor(progress.finished / shards), replications });
      },
    }),
  });
  const finished = new Map<number, ReplicationOutcome>();
  for (let replication = 0; replication < replications; replication++) {
    const first = replication * shards;
    const own = Array.from({ length: shards }, (_, i) => result.finished.get(first + i));
    if (own.every((shard) => shard !== undefined)) finished.set(replication, mergeShards(plan, own));
  }
  const rest = [...result.outcomes, ...(result.partial === undefined ? [] : [result.partial])];
  return {
    ...result, finished,
    outcomes: [...finished.values()],
    partial: finished.size > 0 || rest.length === 0 ? undefined : mergeShards(plan, rest),
    retried: [...new Set(result.retried.map((unit) => Math.floor(unit / shards)))],
  };
}

/** Sequential stopping over outcomes that come in their order. */
class Stopping {
  readonly #rule: StoppingRule;
  #decision: StoppingDecision | undefined;

  constructor(targets: Readonly<Record<string, Precision>>, maximum: number) {
    this.#rule = new StoppingRule({ targets, maximum, minimum: Math.min(FIRST_LOOK, maximum) });
  }

  add(outcome: ReplicationOutcome): boolean {
    this.#decision = this.#rule.add(outcome.slis);
    return this.#decision.kind === 'stop';
  }

  note(): string {
    const decision = this.#decision;
    const reached = decision?.kind === 'stop' && decision.reached;
    return `Sequential stopping: ${reached ? 'reached' : 'not reached'}. ${decision?.reason ?? ''}.`;
  }
}

/** Replications before precision is first looked at: an interval over fewer stops by luck too often. */
const FIRST_LOOK = 10;

/** What must be the same for outcomes to belong to the same experiment. */
export function experimentKey(plan: ScenarioPlan, { version, gitRevision }: Provenance): string {
  const { scenario, inputs } = plan;
  const { replications: _any, ...run } = scenario.run;
  return JSON.stringify({ version, gitRevision, scenario: { ...scenario, run }, inputs });
}
