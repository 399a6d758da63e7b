import { z } from 'zod';
import { quantity } from '../../core/quantity.ts';

const SEED = 'cited: platform design document, section 9.1';

/** What every fault has: a name and an onset. */
export const onset = {
  name: z.string().min(1).optional()
    .meta({ description: 'Name of the fault; its kind without one.', unit: 'name', source: 'assumed' }),
  at: quantity('duration', { doc: 'When it begins.', source: 'assumed', min: '0s' }),
  jitter: quantity('duration', {
    doc: 'It begins up to this much later, drawn for each replication.', source: 'assumed', min: '0s',
  }).prefault('0s'),
};
/** What a fault has that lasts. */
export const span = {
  ...onset,
  duration: quantity('duration', { doc: 'For how long.', source: 'assumed', positive: true }),
};
/** Time over which a fault grows. [us] */
export const ramp = quantity('duration', {
  doc: 'Time over which it grows to its full strength.', source: 'assumed', min: '0s',
}).prefault('0s');
/** Places that a fault is about: one, those of a city, those of a region, or all. */
export const place = {
  place: z.number().int().min(0)
    .meta({ description: 'Number of the place in its tier, from 0.', unit: 'number', source: 'assumed' })
    .optional(),
  city: z.string().min(1)
    .meta({ description: 'City whose places it is about.', unit: 'name', source: 'assumed' }).optional(),
  region: z.string().min(1)
    .meta({ description: 'Region whose places it is about.', unit: 'name', source: 'assumed' }).optional(),
};
/** Tier that a fault is about. */
export const tier = z.enum(['edge', 'regional', 'shield'])
  .meta({ description: 'Tier it is about.', unit: 'name', source: 'assumed' }).prefault('edge');
/** The kind of a fault. */
export const kind = <Kind extends string>(name: Kind, description: string) =>
  z.literal(name).meta({ description, unit: 'name', source: SEED });
/** Share of calls that fail. */
export const share = quantity('ratio', {
  doc: 'Share of requests that fail.', source: 'assumed', min: '0', max: '1',
}).prefault('100%');
/** What a fault adds to each call. [us] */
export const delay = quantity('duration', {
  doc: 'What it adds to the time to the first byte.', source: 'assumed', min: '0s',
}).prefault('0s');
