import type { ReplicationOutcome } from '../models/operations/run-summary.ts';
import { unpackPlan, type PackedPlan } from '../scenarios/packed-plan.ts';
import type { Replicated, ReplicationControl } from './experiments/replication.ts';
import { mergeShards, shardsOf, type ShardOutcome } from './shards.ts';
import { VideoRun } from './video-run.ts';

/** Events delivered between two looks at the outside world: some ten milliseconds' worth. */
const SLICE = 20_000;

/** One replication of a scenario, on a thread of its own; its shards, if it has any, one after the other. */
export function replicate(
  packed: PackedPlan,
  replication: number,
  control: ReplicationControl,
): Replicated<ReplicationOutcome> {
  const plan = unpackPlan(packed);
  const count = shardsOf(plan);
  if (count === 1) {
    const run = new VideoRun(plan, replication);
    const complete = runThrough(run, control, (fraction, events) => control.progress(fraction, events));
    return { outcome: run.finish(), complete };
  }
  const outcomes: ShardOutcome[] = [];
  let complete = true;
  let before = 0;
  for (let index = 0; index < count && complete; index++) {
    const run = new VideoRun(plan, replication, { index, count });
    complete = runThrough(run, control, (fraction, events) => {
      control.progress((index + fraction) / count, before + events);
    });
    before += run.events;
    outcomes.push(run.finishShard());
  }
  return { outcome: mergeShards(plan, outcomes), complete };
}

/** Runs to the end, or until it is cancelled; true when the run is over. */
export function runThrough(
  run: VideoRun, control: ReplicationControl, tell: (fraction: number, events: number) => void,
): boolean {
  let complete = run.advance(SLICE);
  while (!complete && !control.cancelled()) {
    tell(run.progress, run.events);
    complete = run.advance(SLICE);
  }
  tell(run.progress, run.events);
  return complete;
}
