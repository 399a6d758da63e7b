import { unpackPlan, type PackedPlan } from '../scenarios/packed-plan.ts';
import type { Replicated, ReplicationControl } from './experiments/replication.ts';
import { shardsOf, type ShardOutcome } from './shards.ts';
import { VideoRun } from './video-run.ts';
import { runThrough } from './video-worker.ts';

/** One shard of a replication, on a thread of its own: unit u is shard u modulo the number of shards. */
export function replicate(
  packed: PackedPlan,
  unit: number,
  control: ReplicationControl,
): Replicated<ShardOutcome> {
  const plan = unpackPlan(packed);
  const count = shardsOf(plan);
  const run = new VideoRun(plan, Math.floor(unit / count), { index: unit % count, count });
  const complete = runThrough(run, control, (fraction, events) => control.progress(fraction, events));
  return { outcome: run.finishShard(), complete };
}
