import { z } from 'zod';
import { quantity } from '../../core/quantity.ts';
import { QUEUE_ORDERS } from '../../transcode/task.ts';
import { action, on, SEED } from './action.ts';
import { ROLLBACK, type RollbackAction } from './rollback.ts';

const pool = z.string().min(1).optional()
  .meta({ description: 'Pool of the fleet; all without one.', unit: 'name', source: 'assumed' });
const coldStart = quantity('duration', {
  doc: 'Time until workers of a simple pool are there; machines of a fleet have their own.',
  source: 'cited: Karpenter report (about 5 min), autoscaler comments (up to 15 min)', min: '0s',
}).prefault('4min');

/** What can be done about failures of the pipeline from an upload to its renditions. */
export const pipelineActions = [
  z.strictObject({
    action: action('queueUploads', 'Uploads that cannot be taken in are accepted, kept, and taken in later.'),
    on,
  }),
  z.strictObject({
    action: action('scaleWorkers', 'The farm gets more workers, or a pool of it more machines.'),
    factor: z.number().min(1).max(1000)
      .meta({ description: 'Times as many.', unit: '1', source: 'assumed' }).prefault(2),
    pool,
    coldStart,
  }),
  z.strictObject({
    action: action('spotBurst', 'Machines are asked for on the spot market, which may take them back.'),
    machines: z.number().int().min(1).max(1_000_000)
      .meta({ description: 'Machines more.', unit: 'machines', source: 'assumed' }).prefault(20),
    pool,
    coldStart,
  }),
  z.strictObject({
    action: action('replaceWorkers', 'Workers whose hardware fails go, and others come in their place.'),
    coldStart,
  }),
  z.strictObject({
    action: action('prioritise', 'The queue is put in another order; some go before or after all others.'),
    order: z.enum(QUEUE_ORDERS).optional()
      .meta({ description: 'Order of the queue from now on, as transcode.queue.order.', unit: 'name',
        source: SEED }),
    tier: z.string().min(1).optional()
      .meta({ description: 'Tier of creators whose tasks go into the first class.', unit: 'name',
        source: SEED }),
    importsLast: z.boolean()
      .meta({ description: 'Whether tasks of imports go into the last class.', unit: 'flag',
        source: 'assumed' })
      .prefault(false),
  }),
  z.strictObject({
    action: action('skipProblematic', 'What has failed some times is put by, and all else is done first.'),
    after: z.number().int().min(1).max(100)
      .meta({ description: 'Tries after which it is put by.', unit: 'tries', source: 'assumed' })
      .prefault(2),
    on,
  }),
  z.strictObject({
    action: action('deferWebhooks', 'Videos do not wait for the notice to their creator; it is queued.'),
    on,
  }),
  z.strictObject({ action: action('requeueFailed', 'What was put by is tried again.') }),
] as const;

/** Something done about the pipeline, parsed. */
export type PipelineAction = z.output<(typeof pipelineActions)[number]> | RollbackAction;

const NAMES: ReadonlySet<string> =
  new Set([ROLLBACK, ...pipelineActions.map(({ shape }) => shape.action.value)]);

/** Whether an action is one about the pipeline; taking a deploy back concerns every part. */
export function isPipelineAction(params: { readonly action: string }): params is PipelineAction {
  return NAMES.has(params.action);
}
