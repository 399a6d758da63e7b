import { z } from 'zod';
import { action, on } from './action.ts';
import { ROLLBACK, type RollbackAction } from './rollback.ts';

/** What can be done about failures of the pipeline from an upload to its renditions. */
export const pipelineActions = [
  z.strictObject({
    action: action('queueUploads', 'Uploads that cannot be taken in are accepted, kept, and taken in later.'),
    on,
  }),
] as const;

/** Something done about the pipeline, parsed. */
export type PipelineAction = z.output<(typeof pipelineActions)[number]> | RollbackAction;

const NAMES: ReadonlySet<string> =
  new Set([ROLLBACK, ...pipelineActions.map(({ shape }) => shape.action.value)]);

/** Whether an action is one about the pipeline; taking a deploy back concerns every part. */
export function isPipelineAction(params: { readonly action: string }): params is PipelineAction {
  return NAMES.has(params.action);
}
