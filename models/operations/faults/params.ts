import { z } from 'zod';
import { quantity } from '../../core/quantity.ts';

const SEED = 'cited: platform design document, section 9.1';

const onset = {
  name: z.string().min(1).optional()
    .meta({ description: 'Name of the fault; its kind without one.', unit: 'name', source: 'assumed' }),
  at: quantity('duration', { doc: 'When it begins.', source: 'assumed', min: '0s' }),
  jitter: quantity('duration', {
    doc: 'It begins up to this much later, drawn for each replication.', source: 'assumed', min: '0s',
  }).prefault('0s'),
};
const span = {
  ...onset,
  duration: quantity('duration', { doc: 'For how long.', source: 'assumed', positive: true }),
};
const ramp = quantity('duration', {
  doc: 'Time over which it grows to its full strength.', source: 'assumed', min: '0s',
}).prefault('0s');
const place = {
  place: z.number().int().min(0)
    .meta({ description: 'Number of the place in its tier, from 0.', unit: 'number', source: 'assumed' })
    .optional(),
  city: z.string().min(1)
    .meta({ description: 'City whose places it is about.', unit: 'name', source: 'assumed' }).optional(),
  region: z.string().min(1)
    .meta({ description: 'Region whose places it is about.', unit: 'name', source: 'assumed' }).optional(),
};
const tier = z.enum(['edge', 'regional', 'shield'])
  .meta({ description: 'Tier it is about.', unit: 'name', source: 'assumed' }).prefault('edge');
const kind = <Kind extends string>(name: Kind, description: string) =>
  z.literal(name).meta({ description, unit: 'name', source: SEED });
const share = quantity('ratio', {
  doc: 'Share of requests that fail.', source: 'assumed', min: '0', max: '1',
}).prefault('100%');
const delay = quantity('duration', {
  doc: 'What it adds to the time to the first byte.', source: 'assumed', min: '0s',
}).prefault('0s');

/** Something that breaks, as data; the components it breaks know nothing of it. */
export const faultParams = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: kind(
      'placeDown',
      'Places of the CDN answer nobody; monitoring of the CDN finds out after a while.',
    ),
    ...span,
    tier,
    ...place,
  }),
  z.strictObject({
    kind: kind('originOutage', 'The origin answers requests with 503, as when the object store is down.'),
    ...span,
    ramp,
    share,
    region: place.region,
  }),
  z.strictObject({
    kind: kind('originSlow', 'The origin takes longer: a slow database or disk behind it.'),
    ...span,
    ramp,
    delay: quantity('duration', {
      doc: 'What it adds to the time to the first byte.',
      source: 'assumed',
      positive: true,
    }),
  }),
  z.strictObject({
    kind: kind('originOverload', 'The origin takes on and sends only a part of what it can.'),
    ...span,
    capacity: quantity('ratio', {
      doc: 'Part of its capacity that is left; needs limits of cdn.origin.',
      source: 'assumed',
      positive: true,
      max: '1',
    }),
  }),
  z.strictObject({
    kind: kind('badDeploy', 'Edges fail a share of requests, or take longer, until it is rolled back.'),
    ...span,
    ramp,
    share: share.prefault('10%'),
    delay,
    ...place,
    status: z
      .number()
      .int()
      .min(500)
      .max(599)
      .meta({ description: 'Status of the failures.', unit: 'status', source: 'assumed' })
      .prefault(500),
  }),
  z.strictObject({
    kind: kind('keyExpiry', 'A certificate or signing key has expired: edges refuse every request with 403.'),
    ...span,
    ...place,
  }),
  z.strictObject({
    kind: kind('cacheFlush', 'Caches lose all that they hold.'),
    ...onset,
    tier,
    ...place,
  }),
]);

/** One fault, parsed. */
export type FaultParams = z.output<typeof faultParams>;
/** Kinds of faults. */
export type FaultKind = FaultParams['kind'];
