import { z } from 'zod';
import { durationLaw } from '../core/distribution.ts';
import { quantity } from '../core/quantity.ts';
import { codecName } from './codecs.ts';
import { liveParams } from './live-params.ts';

const SEED = 'cited: platform design document, section 5.3';

/** One rendition of the ladder. */
export const renditionParams = z.strictObject({
  name: z.string().min(1).meta({ description: 'Name of the rendition.', unit: 'name', source: SEED }),
  bitrate: quantity('rate', { doc: 'Nominal rate.', source: SEED, positive: true }),
  height: z.number().int().positive()
    .meta({ description: 'Height of the picture.', unit: 'pixels', source: SEED }),
});

function checkAscending(
  ladder: ReadonlyArray<z.output<typeof renditionParams>>,
  context: z.RefinementCtx,
): void {
  ladder.forEach((rendition, i) => {
    if (i === 0 || rendition.bitrate > ladder[i - 1]!.bitrate) return;
    const message = 'expected a rate above the rendition before it: a ladder ascends';
    context.addIssue({ code: 'custom', path: [i, 'bitrate'], message, input: rendition.bitrate });
  });
}

const AKAMAI = 'cited: Akamai video servers, UMass-LIDS/Tragen FOOTPRINT_DESCRIPTORS/v (29.2 M objects, '
  + '100 M requests)';

/** Which videos are asked for how often. */
export const popularityParams = z.strictObject({
  law: z.enum(['twoSlope', 'zipf']).meta({
    description: 'zipf: one slope over all videos; twoSlope: another one from the knee on, and videos '
      + 'asked for about once.',
    unit: 'name', source: 'assumed',
  }).prefault('twoSlope'),
  exponent: z.number().min(0).max(3)
    .meta({
      description: 'Slope of the ranking, up to the knee if it has one; 0 makes all videos equal.',
      unit: '1', source: `${AKAMAI}: 0.92 to rank 1000, 0.91 to 10,000`,
    })
    .prefault(0.9),
  knee: z.number().int().min(1)
    .meta({
      description: 'Rank from which the second slope holds (twoSlope).', unit: 'rank', source: AKAMAI,
    })
    .prefault(10_000),
  tailExponent: z.number().min(0).max(3)
    .meta({
      description: 'Slope beyond the knee (twoSlope).', unit: '1',
      source: `${AKAMAI}: 0.67 from rank 1000, 0.57 from 10,000`,
    })
    .prefault(0.6),
  oneTimers: z.strictObject({
    videos: quantity('ratio', {
      doc: 'Share of the videos that are asked for about once (twoSlope).',
      source: `${AKAMAI}: 56.4 %`, min: '0', max: '0.99',
    }).prefault('56.4%'),
    requests: quantity('ratio', {
      doc: 'Share of the requests that go to them (twoSlope).', source: `${AKAMAI}: 16.5 %`,
      min: '0', max: '1',
    }).prefault('16.5%'),
  }).prefault({}),
  regional: quantity('ratio', {
    doc: 'Share of ranked requests that follow a ranking of the viewer\'s region\'s own.',
    source: 'assumed', min: '0', max: '1',
  }).prefault('0%'),
  locality: z.strictObject({
    share: quantity('ratio', {
      doc: 'Share of requests for one of the videos started last: requests come in bursts.',
      source: 'assumed; that they do: Guillemin et al., ICC 2013', min: '0', max: '1',
    }).prefault('0%'),
    window: z.number().int().min(1).max(10_000_000)
      .meta({ description: 'How many sessions back a burst reaches.', unit: 'sessions', source: 'assumed' })
      .prefault(1000),
  }).prefault({}),
});

/** New videos, which rise and decay. */
export const uploadParams = z.strictObject({
  rate: quantity('frequency', {
    doc: 'Videos uploaded, evenly in time.', source: 'assumed', positive: true, max: '1000/s',
  }),
  share: quantity('ratio', {
    doc: 'Share of requests for uploads.', source: 'assumed', min: '0', max: '1',
  }),
  rise: quantity('duration', {
    doc: 'Time over which an upload is found: its requests grow as 1 - e^(-age/rise).',
    source: 'assumed', positive: true,
  }).prefault('2h'),
  halfLife: quantity('duration', {
    doc: 'Time in which the requests for an upload halve.',
    source: 'assumed; hot for a day: platform design document, section 8.1', positive: true,
  }).prefault('1d'),
  skew: z.number().min(0).max(10)
    .meta({
      description: 'How unequal uploads are: weights are u^skew with u uniform; 0 makes them equal.',
      unit: '1', source: 'assumed',
    })
    .prefault(2),
});

/** A video that everybody wants at once. */
export const viralParams = z.strictObject({
  at: quantity('duration', { doc: 'When the rush begins.', source: 'assumed', min: '0s' }),
  share: quantity('ratio', {
    doc: 'Share of all viewers that come for it at the height.', source: 'assumed', min: '0', max: '1',
  }),
  video: z.union([z.literal('new'), z.number().int().min(0)])
    .meta({
      description: 'Rank of the video, or new: one that no cache can hold yet.', unit: 'rank',
      source: 'assumed',
    })
    .prefault('new'),
  rise: quantity('duration', { doc: 'From the first viewers to the height.', source: 'assumed', min: '0s' })
    .prefault('5min'),
  halfLife: quantity('duration', {
    doc: 'Time in which interest halves after the height.', source: 'assumed', positive: true,
  }).prefault('2h'),
});

/** The catalogue: what there is to watch, how popular it is, how large its segments are. */
export const catalogueParams = z.strictObject({
  videos: z.number().int().min(1).max(10_000_000)
    .meta({ description: 'Videos.', unit: 'videos', source: 'assumed' })
    .prefault(1000),
  popularity: popularityParams.prefault({}),
  uploads: uploadParams.optional(),
  viral: z.array(viralParams).max(100).prefault([]),
  segment: quantity('duration', { doc: 'Duration of a segment.', source: SEED, min: '1s', max: '1min' })
    .prefault('4s'),
  length: durationLaw.prefault({ law: 'lognormal', mean: '10min', median: '6min' }),
  live: liveParams.optional(),
  ladder: z.array(renditionParams).min(1).max(32).superRefine(checkAscending).prefault([
    { name: '360p', bitrate: '800 kbps', height: 360 },
    { name: '720p', bitrate: '2.8 Mbps', height: 720 },
    { name: '1080p', bitrate: '5 Mbps', height: 1080 },
    { name: '4k', bitrate: '14 Mbps', height: 2160 },
  ]),
  codecs: z.array(codecName).min(1).max(4)
    .meta({
      description: 'Codecs on offer. Rates of the ladder are those of H.264; the others need fewer bits.',
      unit: 'names', source: 'assumed',
    })
    .prefault(['h264']),
  sizes: z.strictObject({
    tables: z.array(z.string().min(1)).max(100)
      .meta({
        description: 'Files of measured segment sizes; without any, every segment has its nominal size.',
        unit: 'paths', source: 'assumed',
      })
      .prefault([]),
    use: z.enum(['shape', 'exact'])
      .meta({
        description: 'shape: nominal rates, varied as the table varies; exact: the bytes of the table, '
          + 'whose ladder and segment duration must be the catalogue\'s.',
        unit: 'name', source: 'assumed',
      })
      .prefault('shape'),
  }).prefault({}),
});

export type CatalogueParams = z.output<typeof catalogueParams>;
