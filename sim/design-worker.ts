import type { ReplicationOutcome } from '../models/operations/run-summary.ts';
import type { PackedPlan } from '../scenarios/packed-plan.ts';
import type { Replicated, ReplicationControl } from './experiments/replication.ts';
import { replicate as replicateVideo } from './video-worker.ts';

/** What the threads of several designs are started with. */
export interface DesignsData {
  readonly plans: readonly PackedPlan[];
}

/** One replication of one design: task 0 is the first one of the first design, 1 the first of the second. */
export function replicate(
  { plans }: DesignsData, task: number, control: ReplicationControl,
): Replicated<ReplicationOutcome> {
  return replicateVideo(plans[task % plans.length]!, Math.floor(task / plans.length), control);
}
