import { z } from 'zod';
import { quantity } from '../core/quantity.ts';

const SEED = 'cited: platform design document, section 8.2';

const at = quantity('duration', { doc: 'When it is done.', source: 'assumed', min: '0s' });
const video = z.union([
  z.number().int().min(0),
  z.string().regex(/^viral:\d+$/, 'expected the rank of a video, or viral:0, of the first viral event'),
]).meta({
  description: 'Rank of the video, or viral:N for that of a viral event of the catalogue.', unit: 'rank',
  source: 'assumed',
});
const part = z.string().min(1)
  .meta({
    description: 'What of the video: all, manifest, or the name of a rendition.', unit: 'name', source: SEED,
  });
const regions = z.array(z.string().min(1)).max(100)
  .meta({ description: 'Regions whose caches are filled; without any, all.', unit: 'names', source: SEED })
  .prefault([]);
const fill = {
  tier: z.enum(['edge', 'regional', 'shield'])
    .meta({ description: 'Tier whose caches are filled.', unit: 'name', source: 'assumed' }).prefault('edge'),
  regions,
  segments: z.number().int().min(1).max(100_000)
    .meta({ description: 'Most segments of a video, from its start.', unit: 'segments', source: 'assumed' })
    .prefault(100_000),
  rate: quantity('rate', {
    doc: 'Rate at which each server is filled.',
    source: 'cited: Netflix fills storage appliances at up to 1.2 Gb/s off-peak', positive: true,
  }).prefault('1.2 Gbps'),
};
const timeOfDay = (doc: string) =>
  quantity('duration', { doc, source: 'assumed', min: '0h', max: '24h' });
const fillWindow = z.strictObject({
  from: timeOfDay('Time of day from which a server is filled, in the time of its place.'),
  to: timeOfDay('Time of day until which it is filled; before `from`: of the next day.'),
}).refine(({ from, to }) => from !== to, { error: 'expected a window that is open for a while' })
  .meta({
    description: 'Hours of the day in which servers are filled, in the time of each place; without it, at '
      + 'once. Netflix fills from 2 to 14 o\'clock.', unit: 'hours',
    source: 'cited: Netflix Open Connect, fill patterns: off-peak 02:00 to 14:00 local, 12 h',
  });
const what = <Name extends string>(name: Name, description: string) =>
  z.literal(name).meta({ description, unit: 'name', source: SEED });

/** Something that is done to content or its caches at a time. */
export const operationParams = z.discriminatedUnion('what', [
  z.strictObject({
    what: what('upload', 'The video is there from now on; before, it is a 404. Nothing is purged.'),
    at, video,
  }),
  z.strictObject({ what: what('metadata', 'The manifest has changed: it is purged.'), at, video }),
  z.strictObject({
    what: what('delete', 'All of the video is purged, and the origin answers 404 from now on.'), at, video,
  }),
  z.strictObject({
    what: what('reprocess', 'All of it is purged; its manifest is fetched again in the regions named.'),
    at, video, regions,
  }),
  z.strictObject({
    what: what('purge', 'What a prefix covers is purged.'), at, video, part: part.prefault('all'),
  }),
  z.strictObject({
    what: what('prefetch', 'Videos are fetched before anybody asks for them.'),
    at, video: video.prefault(0),
    count: z.number().int().min(1).max(1_000_000)
      .meta({ description: 'Videos, from this one on by rank.', unit: 'videos', source: 'assumed' })
      .prefault(1),
    part: part.prefault('all'), window: fillWindow.optional(), ...fill,
  }),
  z.strictObject({
    what: what('shield', 'The shield is switched on or off.'), at,
    on: z.boolean().meta({ description: 'On or off.', unit: 'flag', source: 'assumed' }),
  }),
]);

/** Lifetimes, tokens, and what is done to content during the run. */
export const contentParams = z.strictObject({
  segmentTtl: quantity('duration', {
    doc: 'Lifetime of segments in caches, as the origin states it.',
    source: 'assumed; segments never change under their name, so a year, the customary maximum',
    positive: true,
  }).prefault('365d'),
  manifestTtl: quantity('duration', {
    doc: 'Lifetime of manifests in caches, as the origin states it.',
    source: 'assumed; a changed manifest is purged; the design document, section 9.4, has 1 min',
    positive: true,
  }).prefault('365d'),
  negativeTtl: quantity('duration', {
    doc: 'Lifetime of a 404, as the origin states it; 0s: not kept.', source: 'assumed', min: '0s',
  }).prefault('0s'),
  purgeDelay: quantity('duration', {
    doc: 'Mean time until a purge has reached a server; exponential.',
    source: 'assumed; CDNs state from 150 ms to some minutes', min: '0s',
  }).prefault('5s'),
  signedUrls: z.strictObject({
    lifetime: quantity('duration', {
      doc: 'How long the URLs of a session are valid; the edge answers 403 after that.',
      source: 'assumed', positive: true,
    }).prefault('4h'),
    renew: z.boolean()
      .meta({ description: 'Whether a player that is refused gets new ones and tries again.', unit: 'flag',
        source: 'assumed' })
      .prefault(true),
  }).optional(),
  operations: z.array(operationParams).max(10_000).prefault([]),
});

export type ContentParams = z.output<typeof contentParams>;
/** One operation, parsed. */
export type ContentOperation = z.output<typeof operationParams>;
