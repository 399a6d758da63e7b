import type { ReplicationOutcome } from '../models/operations/run-summary.ts';
import { unpackPlan, type PackedPlan } from '../scenarios/packed-plan.ts';
import type { Replicated, ReplicationControl } from './experiments/replication.ts';
import { VideoRun } from './video-run.ts';

/** Events delivered between two looks at the outside world: some ten milliseconds' worth. */
const SLICE = 20_000;

/** One replication of a scenario, on a thread of its own. */
export function replicate(
  packed: PackedPlan,
  replication: number,
  control: ReplicationControl,
): Replicated<ReplicationOutcome> {
  const run = new VideoRun(unpackPlan(packed), replication);
  let complete = run.advance(SLICE);
  while (!complete && !control.cancelled()) {
    control.progress(run.progress, run.events);
    complete = run.advance(SLICE);
  }
  control.progress(run.progress, run.events);
  return { outcome: run.finish(), complete };
}
