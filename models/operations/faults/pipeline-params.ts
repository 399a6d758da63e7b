import { z } from 'zod';
import { quantity } from '../../core/quantity.ts';
import { PRIORITIES } from '../../transcode/task.ts';
import { kind, onset, ramp, share, span } from './scope.ts';

/** Faults of the pipeline from an upload to its renditions. */
export const pipelineFaults = [
  z.strictObject({
    kind: kind('uploadApiErrors', 'A bad deploy of the upload API: calls fail, or take longer.'),
    ...span,
    ramp,
    share: share.prefault('20%'),
    delay: quantity('duration', {
      doc: 'What it adds to the time until a call is answered.', source: 'assumed', min: '0s',
    }).prefault('0s'),
    call: z.enum(['init', 'complete', 'metadata']).optional()
      .meta({ description: 'Call it is about; all without one.', unit: 'name', source: 'assumed' }),
  }),
  z.strictObject({
    kind: kind('uploadStoreOutage', 'The object store takes no parts of uploads.'),
    ...span,
    ramp,
    share,
  }),
  z.strictObject({
    kind: kind('importBurst', 'One user imports a library of videos.'),
    ...onset,
    videos: z.number().int().min(1).max(10_000_000)
      .meta({ description: 'Videos that are imported.', unit: 'videos', source: 'assumed' }),
    duration: quantity('duration', {
      doc: 'Time over which they come, evenly.', source: 'assumed', positive: true,
    }),
    priority: z.enum(PRIORITIES)
      .meta({ description: 'Class of their tasks.', unit: 'name', source: 'assumed' })
      .prefault('normal'),
  }),
] as const;

/** A fault of the pipeline, parsed. */
export type PipelineFault = z.output<(typeof pipelineFaults)[number]>;

const KINDS: ReadonlySet<string> = new Set(pipelineFaults.map(({ shape }) => shape.kind.value));

/** Whether a fault is one of the pipeline. */
export function isPipelineFault(fault: { readonly kind: string }): fault is PipelineFault {
  return KINDS.has(fault.kind);
}
