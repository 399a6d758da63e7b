import { z } from 'zod';
import { quantity } from '../core/quantity.ts';
import { renditionParams } from '../storage/params.ts';
import { fleetParams } from './fleet-params.ts';
import { CODECS, PRIORITIES, QUEUE_ORDERS } from './task.ts';

const SEED = 'cited: platform design document';

/** In which order tasks wait, and how often they are tried. */
export const queueParams = z.strictObject({
  order: z.enum(QUEUE_ORDERS)
    .meta({
      description: 'fifo; edf: earliest deadline; smallest: least work of the whole video; srpt: least work '
        + 'not started yet; fair: users share by weight.',
      unit: 'name', source: 'assumed',
    })
    .prefault('fifo'),
  aging: quantity('duration', {
    doc: 'A task counts as one class more urgent for each such span it has waited; without it, classes are '
      + 'strict.',
    source: 'assumed', min: '1s',
  }).optional(),
  tries: z.number().int().min(1).max(100)
    .meta({
      description: 'Tries of a piece before it is set aside.', unit: 'tries',
      source: 'assumed',
    })
    .prefault(4),
  backoff: quantity('duration', {
    doc: 'Wait before the first retry; it doubles with every further one.', source: 'assumed', min: '0s',
  }).prefault('5s'),
  lease: quantity('duration', {
    doc: 'A piece belongs to its worker for so long after the worker was last heard of.',
    source: 'cited: BullMQ lockDuration', positive: true,
  }).prefault('30s'),
  leaseCheck: quantity('duration', {
    doc: 'How often leases are looked at.', source: 'cited: BullMQ stalledInterval', positive: true,
  }).prefault('30s'),
  admission: z.strictObject({
    most: z.number().int().min(1)
      .meta({ description: 'Tasks that may wait; videos that come then are parked until fewer do.',
        unit: 'tasks', source: 'assumed' }),
    resume: quantity('ratio', {
      doc: 'Parked videos are let in again below this share of the most.', source: 'assumed',
      positive: true, max: '1',
    }).prefault('80%'),
    refuse: z.strictObject({
      retryAfter: quantity('duration', {
        doc: 'While the queue is full, uploads that begin are refused (503) and told to come again after '
          + 'once to twice this; what is under way already is parked.',
        source: 'assumed', positive: true,
      }).prefault('1min'),
    }).optional(),
  }).optional(),
});

/** Parameters of the queue. */
export type QueueParams = z.output<typeof queueParams>;

/** A codec that videos are encoded to, and when. */
const codecParams = z.strictObject({
  codec: z.enum(CODECS).meta({ description: 'Codec.', unit: 'name', source: `${SEED}, section 6.3` }),
  afterViews: z.number().min(0)
    .meta({
      description: 'Encoded once the video has been viewed so often; 0: at once.', unit: 'views',
      source: `${SEED}, section 11.2`,
    })
    .prefault(0),
  from: quantity('duration', {
    doc: 'Encoded from this time of the run on: videos that came before do not get it.', source: 'assumed',
    min: '0s',
  }).prefault('0s'),
  priority: z.enum(PRIORITIES)
    .meta({ description: 'Least urgent class its tasks may have.', unit: 'name', source: 'assumed' })
    .prefault('critical'),
});

/** A stage beside encoding: it takes a fixed time, and one for the media. */
const stageParams = (fixed: string, perMedia: number, doc: string, source: string) => z.strictObject({
  fixed: quantity('duration', { doc: `${doc}: time whatever the length.`, source, min: '0s' })
    .prefault(fixed),
  perMedia: z.number().min(0)
    .meta({ description: `${doc}: seconds for a second of media.`, unit: '1', source })
    .prefault(perMedia),
}).prefault({});

/** The simplest farm: workers that are all alike. */
const poolParams = z.strictObject({
  kind: z.literal('pool')
    .meta({ description: 'Workers that are all alike.', unit: 'name', source: 'assumed' }),
  workers: z.number().int().min(0).max(10_000_000)
    .meta({ description: 'Workers, each of which encodes one chunk at a time.', unit: 'workers',
      source: 'assumed' }),
  resize: z.array(z.strictObject({
    at: quantity('duration', { doc: 'When the number of workers changes.', source: 'assumed', min: '0s' }),
    workers: z.number().int().min(0).max(10_000_000)
      .meta({ description: 'Workers from then on.', unit: 'workers', source: 'assumed' }),
  })).max(1000).prefault([]),
  start: quantity('duration', {
    doc: 'Time that a chunk takes whatever its size.',
    source: 'assumed', min: '0s',
  }).prefault('0.8s'),
  pixelRate: z.number().positive()
    .meta({
      description: 'Pixels a worker encodes in a second, H.264.', unit: 'pixels/s',
      source: 'cited: NVENC application note, 264 frames of 1080p a second (Turing, p5, VBR)',
    })
    .prefault(264 * 1920 * 1080),
  decodeRate: z.number().positive()
    .meta({
      description: 'Pixels a worker decodes in a second.', unit: 'pixels/s',
      source: 'assumed',
    })
    .prefault(6.5 * 264 * 1920 * 1080),
  slowdown: z.strictObject({
    h264: z.number().positive().meta({ description: 'Encoding time against H.264.', unit: '1',
      source: 'assumed' }).prefault(1),
    hevc: z.number().positive().meta({ description: 'Encoding time against H.264.', unit: '1',
      source: 'cited: NVENC application note, 264 to 334 frames/s' }).prefault(0.79),
    vp9: z.number().positive().meta({ description: 'Encoding time against H.264.', unit: '1',
      source: 'cited: VCU (ASPLOS 2021), software VP9 is 6 to 8 times slower' }).prefault(4.6),
    av1: z.number().positive().meta({ description: 'Encoding time against H.264.', unit: '1',
      source: 'assumed' }).prefault(1),
  }).prefault({}),
  law: z.enum(['lognormal', 'exponential'])
    .meta({ description: 'Law of the time of equal chunks; exponential: whatever `variation` says.',
      unit: 'name', source: 'assumed' })
    .prefault('lognormal'),
  variation: z.number().min(0).max(2)
    .meta({
      description: 'Coefficient of variation of the time of equal chunks.', unit: '1',
      source: 'cited: measured on a machine of our own, steady load',
    })
    .prefault(0.08),
  failures: quantity('ratio', {
    doc: 'Tries of a chunk that fail for no lasting reason.', source: 'assumed', min: '0',
    max: '0.9',
  }).prefault('0.5%'),
});

/** Parameters of the pool. */
export type PoolParams = z.output<typeof poolParams>;

/** Transcoding: what is made of an upload, in which order, by whom. */
export const transcodeParams = z.strictObject({
  fidelity: z.enum(['chunk', 'rendition'])
    .meta({
      description: 'chunk: every chunk on its worker is simulated; rendition: chunks of a task that start '
        + 'together end together, in steps of `step`, on a farm of kind pool.',
      unit: 'name', source: 'assumed',
    })
    .prefault('chunk'),
  step: quantity('duration', {
    doc: 'At rendition fidelity, workers become free in steps of this.', source: 'assumed', positive: true,
  }).prefault('500ms'),
  chunk: quantity('duration', {
    doc: 'Length of chunks; the last one of a video has what is left.',
    source: `${SEED}, section 6.1 (section 13.1 has one minute)`, min: '500ms',
  }).prefault('4s'),
  leadIn: quantity('duration', {
    doc: 'Media decoded before a chunk on the way to it: from the key frame before, on average. 0: the split '
      + 'cuts at key frames.',
    source: 'assumed', min: '0s',
  }).prefault('0s'),
  ladder: z.array(renditionParams).min(1).max(16).prefault([
    { name: '360p', bitrate: '800 kbps', height: 360 },
    { name: '720p', bitrate: '2.8 Mbps', height: 720 },
    { name: '1080p', bitrate: '5 Mbps', height: 1080 },
    { name: '2160p', bitrate: '14 Mbps', height: 2160 },
  ]),
  /** The first is what a video needs to be ready; the others follow by themselves. */
  codecs: z.array(codecParams).min(1).max(4).prefault([
    { codec: 'h264' },
    { codec: 'vp9', afterViews: 10_000, priority: 'batch' },
    { codec: 'av1', afterViews: 1_000_000, priority: 'batch' },
  ]),
  decode: z.enum(['perRung', 'shared'])
    .meta({
      description: 'perRung: every rung decodes the source for itself; shared: one decode feeds all rungs.',
      unit: 'name', source: 'cited: VCU (ASPLOS 2021): shared is worth 1.2 to 1.3',
    })
    .prefault('perRung'),
  playableFirst: z.boolean()
    .meta({
      description: 'The lowest rung of the first codec goes one class higher, so that a video can soon be '
        + 'watched.',
      unit: 'flag', source: 'assumed',
    })
    .prefault(true),
  sla: z.strictObject({
    least: quantity('duration', {
      doc: 'Every video may take this long from its upload until it is ready.',
      source: `${SEED}, section 3.1`, positive: true,
    }).prefault('1h'),
    perMedia: z.number().min(0)
      .meta({
        description: 'A video may take this many times its own length where that is more.', unit: '1',
        source: `${SEED}, section 3.1: one hour for a video of one hour`,
      })
      .prefault(1),
  }).prefault({}),
  queue: queueParams.prefault({}),
  stages: z.strictObject({
    workers: z.number().int().min(1).max(10_000_000).optional()
      .meta({
        description: 'Workers for the stages beside encoding: a chain of them (probe and split; thumbnails; '
          + 'from packaging to notifying) takes one; without this, as many as are asked for.',
        unit: 'workers', source: 'assumed',
      }),
    probe: stageParams('1s', 0, 'Looking at the source', 'assumed'),
    split: stageParams('1s', 0.002, 'Cutting the source and storing the chunks', 'assumed'),
    package: stageParams('1s', 0.001, 'Merging chunks, manifests', 'assumed'),
    validate: stageParams('500ms', 0.0005, 'Comparing the length with the source', 'assumed'),
    publish: stageParams('1s', 0.002, 'Storing at the origin', 'assumed'),
    prewarm: stageParams('500ms', 0, 'Purging and prewarming the CDN', 'assumed'),
    notify: stageParams('200ms', 0, 'Telling the creator', 'assumed'),
    clean: stageParams('500ms', 0, 'Deleting the raw file', 'assumed'),
    thumbnails: stageParams('2s', 0.002, 'Thumbnails and sprite', 'assumed'),
  }).prefault({}),
  poison: quantity('ratio', {
    doc: 'Uploads that no encoder can read.', source: 'assumed', min: '0', max: '1',
  }).prefault('0.02%'),
  farm: z.discriminatedUnion('kind', [poolParams, fleetParams]),
});

/** Parameters of transcoding. */
export type TranscodeParams = z.output<typeof transcodeParams>;
