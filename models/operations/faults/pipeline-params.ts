import { z } from 'zod';
import { quantity } from '../../core/quantity.ts';
import { CODECS, PRIORITIES } from '../../transcode/task.ts';
import { kind, onset, ramp, share, span } from './scope.ts';

const pool = z.string().min(1).optional()
  .meta({ description: 'Pool of the fleet it is about; all without one.', unit: 'name', source: 'assumed' });

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
  z.strictObject({
    kind: kind('workerCrashes', 'Workers of the farm crash again and again: what they take on is lost.'),
    ...span,
    share: quantity('ratio', {
      doc: 'Share of the workers that crash.', source: 'assumed', min: '0', max: '1',
    }).prefault('30%'),
    pool,
    crashAfter: quantity('duration', {
      doc: 'Mean time until a worker that has begun crashes (exponential).', source: 'assumed',
      positive: true,
    }).prefault('20s'),
    noticedAfter: quantity('duration', {
      doc: 'From a crash until its lease is looked at: so long the work is missing, and the worker away.',
      source: 'cited: BullMQ lockDuration and stalledInterval', min: '0s',
    }).prefault('45s'),
    cause: z.enum(['deploy', 'hardware'])
      .meta({
        description: 'deploy: new workers crash as well, until it is taken back; hardware: new ones do not.',
        unit: 'name', source: 'cited: platform design document, section 9.3',
      })
      .prefault('deploy'),
  }),
  z.strictObject({
    kind: kind('gpuFailures', 'A share of the GPUs of a fleet breaks, until they are repaired.'),
    ...span,
    share: quantity('ratio', {
      doc: 'Share of the GPUs, or of the machines without one.', source: 'assumed', min: '0', max: '1',
    }).prefault('20%'),
    pool,
  }),
  z.strictObject({
    kind: kind('spotStorm', 'Spot machines are taken back together, and none is to be had while it lasts.'),
    ...span,
    share: quantity('ratio', {
      doc: 'Share of the spot machines.', source: 'assumed', min: '0', max: '1',
    }).prefault('80%'),
  }),
  z.strictObject({
    kind: kind('encoderDeploy', 'A deploy of the encoder fails some videos, however often it tries.'),
    ...span,
    ramp,
    share: quantity('ratio', {
      doc: 'Share of the videos that it fails.', source: 'assumed', min: '0', max: '1',
    }).prefault('10%'),
    codec: z.enum(CODECS).optional()
      .meta({ description: 'Codec it is about; all without one.', unit: 'name', source: 'assumed' }),
  }),
] as const;

/** A fault of the pipeline, parsed. */
export type PipelineFault = z.output<(typeof pipelineFaults)[number]>;

const KINDS: ReadonlySet<string> = new Set(pipelineFaults.map(({ shape }) => shape.kind.value));

/** Whether a fault is one of the pipeline. */
export function isPipelineFault(fault: { readonly kind: string }): fault is PipelineFault {
  return KINDS.has(fault.kind);
}
