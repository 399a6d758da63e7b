import type { Provenance, RunRecord } from '../models/core/run-record.ts';
import type { ReplicationOutcome } from '../models/operations/run-summary.ts';
import type { ScenarioPlan } from '../scenarios/plan.ts';
import type { Progress } from './experiments/replication.ts';
import { mergeShards, shardsOf, type ShardOutcome } from './shards.ts';
import { summariseSimulation } from './summary.ts';
import { VideoRun } from './video-run.ts';

/** What a caller may want of a simulation beside its result. */
export interface SimulateOptions {
  readonly provenance: Provenance;
  /** Called a few times a second. */
  readonly onProgress?: (progress: Progress) => void;
  /** Aborting it ends the run early: what was done so far is summarised and marked incomplete. */
  readonly signal?: AbortSignal;
}

/** Events delivered between two looks at the outside world: some ten milliseconds' worth. */
const SLICE = 20_000;

/**
 * Runs all replications of a scenario one after the other in this thread, in a browser as well as in Node.
 */
export async function simulate(plan: ScenarioPlan, options: SimulateOptions): Promise<RunRecord> {
  const { replications } = plan.scenario.run;
  const startedMs = performance.now();
  const outcomes: ReplicationOutcome[] = [];
  let partial: ReplicationOutcome | undefined;
  let events = 0;
  const count = shardsOf(plan);
  let shards: ShardOutcome[] = [];
  const stopped = () => options.signal?.aborted === true && outcomes.length < replications;
  while (outcomes.length < replications && !stopped()) {
    const finished = outcomes.length;
    const index = shards.length;
    const run = count === 1 ? new VideoRun(plan, finished) : new VideoRun(plan, finished, { index, count });
    let over = run.advance(SLICE);
    // Short replications, too, let the world have its turn: it may want them to stop.
    do {
      const fraction = (finished + (index + run.progress) / count) / replications;
      options.onProgress?.({ fraction, finished, replications, events: events + run.events });
      await turn();
      if (!over && !stopped()) over = run.advance(SLICE);
    } while (!over && !stopped());
    events += run.events;
    if (count > 1) shards.push(run.finishShard());
    if (over && shards.length < count && count > 1) continue;
    const outcome = count === 1 ? run.finish() : mergeShards(plan, shards);
    shards = [];
    if (over) outcomes.push(outcome);
    else partial = outcome;
  }
  const wallSeconds = (performance.now() - startedMs) / 1000;
  const complete = outcomes.length === replications;
  return summariseSimulation(plan, options.provenance, wallSeconds, { outcomes, partial, complete });
}

/** Lets signals, timers and the page have their turn. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 0);
  });
}
