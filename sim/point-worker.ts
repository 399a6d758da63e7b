import { usage } from '../models/cost/metrics.ts';
import type { ReplicationOutcome } from '../models/operations/run-summary.ts';
import type { DesignsData } from './design-worker.ts';
import { replicate as replicateDesign } from './design-worker.ts';
import type { Replicated, ReplicationControl } from './experiments/replication.ts';

/** One replication of one point of a sweep: its figures without the bulk, small enough to keep for good. */
export function replicate(
  data: DesignsData, task: number, control: ReplicationControl,
): Replicated<ReplicationOutcome> {
  const { outcome, complete } = replicateDesign(data, task, control);
  // Costs are computed from usage; series and sessions are for reports of single runs.
  const metrics = outcome.metrics.filter((metric) => metric.declaration.name === usage.name);
  return { outcome: { ...outcome, metrics, series: [], sessions: [], logs: [] }, complete };
}
