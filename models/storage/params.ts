import { z } from 'zod';
import { durationLaw } from '../core/distribution.ts';
import { quantity } from '../core/quantity.ts';

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

/** The catalogue: what there is to watch, how popular it is, how large its segments are. */
export const catalogueParams = z.strictObject({
  videos: z.number().int().min(1).max(10_000_000)
    .meta({ description: 'Videos.', unit: 'videos', source: 'assumed' })
    .prefault(1000),
  popularity: z.strictObject({
    law: z.literal('zipf').meta({
      description: 'Law of popularity.', unit: 'name', source: 'assumed',
    }).prefault('zipf'),
    exponent: z.number().min(0).max(3)
      .meta({
        description: 'Exponent of the Zipf law; 0 makes all videos equal.', unit: '1',
        source: 'cited: video edges measure 0.6 to 0.9; 0.8 as the simple choice',
      })
      .prefault(0.8),
  }).prefault({}),
  segment: quantity('duration', { doc: 'Duration of a segment.', source: SEED, min: '1s', max: '1min' })
    .prefault('4s'),
  length: durationLaw.prefault({ law: 'lognormal', mean: '10min', median: '6min' }),
  ladder: z.array(renditionParams).min(1).max(32).superRefine(checkAscending).prefault([
    { name: '360p', bitrate: '800 kbps', height: 360 },
    { name: '720p', bitrate: '2.8 Mbps', height: 720 },
    { name: '1080p', bitrate: '5 Mbps', height: 1080 },
    { name: '4k', bitrate: '14 Mbps', height: 2160 },
  ]),
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
