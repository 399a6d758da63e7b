import { z } from 'zod';
import { durationLaw } from '../core/distribution.ts';
import { quantity } from '../core/quantity.ts';
import { PRIORITIES } from '../transcode/task.ts';

const SEED = 'cited: platform design document';

const shapePoint = z.strictObject({
  at: quantity('duration', { doc: 'Time since the start of the period.', source: 'assumed', min: '0s' }),
  level: quantity('ratio', { doc: 'Uploads relative to the peak.', source: 'assumed', min: '0', max: '1' }),
});

/** When uploads begin. */
export const uploadArrivalParams = z.strictObject({
  peak: quantity('frequency', {
    doc: 'Uploads begun at the peak.', source: 'assumed', positive: true,
  }).prefault('1/s'),
  shape: z.array(shapePoint).max(1000).prefault([]),
  period: quantity('duration', {
    doc: 'After which the shape begins anew.', source: 'assumed', positive: true,
  }).prefault('24h'),
  bursts: z.strictObject({
    rate: quantity('frequency', {
      doc: 'Bursts: something happens, and many upload what they saw.', source: 'assumed', positive: true,
    }),
    uploads: z.number().min(1).max(1e6)
      .meta({ description: 'Mean number of uploads in a burst (geometric).', unit: 'uploads',
        source: 'assumed' }),
    over: quantity('duration', {
      doc: 'Span over which the uploads of a burst begin, evenly.', source: 'assumed', min: '0s',
    }).prefault('10min'),
  }).optional(),
  imports: z.array(z.strictObject({
    at: quantity('duration', { doc: 'When an import begins.', source: 'assumed', min: '0s' }),
    videos: z.number().int().min(1).max(10_000_000)
      .meta({ description: 'Videos that one user imports.', unit: 'videos', source: 'assumed' }),
    over: quantity('duration', {
      doc: 'Span over which they arrive, evenly.', source: 'assumed', min: '0s',
    }).prefault('0s'),
    priority: z.enum(PRIORITIES)
      .meta({ description: 'Class of an import\'s tasks.', unit: 'name', source: 'assumed' })
      .prefault('normal'),
    uplink: quantity('rate', {
      doc: 'Line that all of the import shares; without it each video comes over a line of its own, as from '
        + 'a data centre.',
      source: 'assumed', positive: true,
    }).optional(),
  })).max(100).prefault([]),
});

/** Who uploads. */
const creatorParams = z.strictObject({
  sharedLine: z.boolean()
    .meta({
      description: 'What a user uploads at a time shares the line of the first of it, equally; false: each '
        + 'upload has a line of its own.',
      unit: 'flag', source: 'assumed',
    })
    .prefault(true),
  users: z.number().int().min(1).max(10_000_000)
    .meta({ description: 'Users who upload.', unit: 'users', source: 'assumed' })
    .prefault(100_000),
  tiers: z.array(z.strictObject({
    name: z.string().min(1).meta({ description: 'Name of the tier.', unit: 'name', source: 'assumed' }),
    share: quantity('ratio', {
      doc: 'Share of users; shares are scaled to sum to one.', source: 'assumed', positive: true,
    }),
    priority: z.enum(PRIORITIES)
      .meta({ description: 'Class of the tier\'s tasks.', unit: 'name',
        source: `${SEED}, section 9.3: partners first` })
      .prefault('normal'),
    weight: z.number().positive()
      .meta({ description: 'Share of the farm under the order `fair`, relative to others.', unit: '1',
        source: 'assumed' })
      .prefault(1),
  })).min(1).max(20).prefault([{ name: 'all', share: '100%' }]),
});

/** What is uploaded. */
const sourceParams = z.strictObject({
  name: z.string().min(1).meta({ description: 'Name of the kind of source.', unit: 'name',
    source: 'assumed' }),
  share: quantity('ratio', {
    doc: 'Share of uploads; shares are scaled to sum to one.', source: 'assumed', positive: true,
  }),
  height: z.number().int().min(16).max(8640)
    .meta({ description: 'Height of the picture, which is 16:9.', unit: 'pixels', source: 'assumed' }),
  frames: z.number().positive().max(240)
    .meta({ description: 'Frames a second.', unit: '1/s', source: 'assumed' })
    .prefault(30),
  bitrate: quantity('rate', { doc: 'Rate of the file.', source: 'assumed', positive: true }),
});

/** How creators reach the object store. */
const uplinkParams = z.strictObject({
  median: quantity('rate', { doc: 'Median rate of an uplink.', source: 'assumed', positive: true })
    .prefault('10 Mbps'),
  mean: quantity('rate', { doc: 'Mean rate of an uplink (lognormal).', source: 'assumed', positive: true })
    .prefault('20 Mbps'),
}).refine((law) => law.median <= law.mean, {
  path: ['median'], error: 'expected a median of at most the mean (a lognormal is skewed to the right)',
});

/** Lines measured by somebody, which creators have instead of the distribution of `uplink`. */
const linkParams = z.strictObject({
  traces: z.string().min(1)
    .meta({
      description: 'A trace file, or a folder of them: each upload goes over one, from a random point on.',
      unit: 'path', source: 'assumed',
    }),
  direction: quantity('ratio', {
    doc: 'Rate upwards relative to that of the trace: 100 % for traces that were measured upwards.',
    source: 'assumed', positive: true, max: '10',
  }).prefault('100%'),
  together: z.number().int().min(1).max(1000)
    .meta({
      description: 'Parts that share the line at a time; 1: in sequence. A round trip passes between such '
        + 'rounds.',
      unit: 'parts', source: 'assumed',
    })
    .prefault(1),
});

/** Uploads: who brings what, over which lines, and how the service takes it in. */
export const uploadParams = z.strictObject({
  arrivals: uploadArrivalParams.prefault({}),
  creators: creatorParams.prefault({}),
  duration: durationLaw.prefault({ law: 'lognormal', mean: '236s', median: '64s' }),
  durations: z.string().min(1)
    .meta({
      description: 'A file of durations in seconds, one a line, drawn from instead of `duration`.',
      unit: 'path', source: 'assumed',
    })
    .optional(),
  sources: z.array(sourceParams).min(1).max(50).prefault([
    { name: '480p30', share: '15%', height: 480, bitrate: '2.5 Mbps' },
    { name: '720p30', share: '25%', height: 720, bitrate: '5 Mbps' },
    { name: '1080p30', share: '40%', height: 1080, bitrate: '10 Mbps' },
    { name: '1080p60', share: '10%', height: 1080, frames: 60, bitrate: '15 Mbps' },
    { name: '2160p30', share: '10%', height: 2160, bitrate: '45 Mbps' },
  ]),
  complexity: z.number().min(0).max(3)
    .meta({
      description: 'Deviation of the logarithm of encoding time over contents; its mean is 1. Without it, '
        + 'a calibration has its own.',
      unit: '1',
      source: 'cited: encoders measured under capped rates, 0.2; under CRF about 0.6',
    })
    .prefault(0.2),
  views: z.strictObject({
    median: z.number().positive()
      .meta({
        description: 'Median of the views that a video will have had in the end (lognormal).', unit: 'views',
        source: 'cited: fitted to McGrady and others 2023: 65 % below 100, 87 % below 1000, 3.7 % '
          + 'above 10,000',
      })
      .prefault(27),
    sigma: z.number().min(0).max(5)
      .meta({ description: 'Deviation of the logarithm of views.', unit: '1',
        source: 'cited: as the median; 93 % of views then go to videos with more than 10,000' })
      .prefault(3.28),
    settle: quantity('duration', {
      doc: 'Time constant with which views come in after publication.', source: 'assumed', positive: true,
    }).prefault('5d'),
  }).prefault({}),
  uplink: uplinkParams.prefault({}),
  links: linkParams.optional(),
  api: z.strictObject({
    latency: quantity('duration', {
      doc: 'Until a call of the upload API is answered.', source: 'assumed', min: '0s',
    }).prefault('100ms'),
    failures: quantity('ratio', {
      doc: 'Calls of the API that fail.', source: 'assumed', min: '0', max: '0.9',
    }).prefault('0.05%'),
    tries: z.number().int().min(1).max(100)
      .meta({ description: 'Tries of a call before the upload is given up.', unit: 'tries',
        source: 'assumed' })
      .prefault(3),
    refusals: z.number().int().min(0).max(200)
      .meta({ description: 'Times that an upload which was refused (503) comes again.', unit: 'tries',
        source: 'assumed' })
      .prefault(20),
    longestWait: quantity('duration', {
      doc: 'Longest wait after a refusal: what the service asks for, doubled with every further one, ends '
        + 'there.',
      source: 'assumed', positive: true,
    }).prefault('30min'),
  }).prefault({}),
  part: z.strictObject({
    size: quantity('size', {
      doc: 'Size of a part of a multipart upload.', source: 'assumed', min: '5 MB',
    }).prefault('64 MB'),
    failures: quantity('ratio', {
      doc: 'Parts that fail on their way.', source: 'assumed', min: '0', max: '0.9',
    }).prefault('0.1%'),
    tries: z.number().int().min(1).max(100)
      .meta({ description: 'Tries of a part before the upload is given up.', unit: 'tries',
        source: 'assumed' })
      .prefault(5),
    backoff: quantity('duration', {
      doc: 'Wait before a part, or a call of the API, is tried again; it doubles with every further try.',
      source: 'assumed', min: '0s',
    }).prefault('1s'),
  }).prefault({}),
  abandoned: quantity('ratio', {
    doc: 'Uploads that their creator gives up on the way, at a point that is anywhere.', source: 'assumed',
    min: '0', max: '1',
  }).prefault('2%'),
  expiry: quantity('duration', {
    doc: 'For how long the presigned address holds; what has not arrived by then has failed.',
    source: 'cited: YouTube takes up to 12 hours', positive: true,
  }).prefault('12h'),
  largest: quantity('size', {
    doc: 'Largest file that is taken.', source: 'cited: YouTube takes up to 256 GB', positive: true,
  }).prefault('256 GB'),
});

/** Parameters of uploads. */
export type UploadParams = z.output<typeof uploadParams>;
