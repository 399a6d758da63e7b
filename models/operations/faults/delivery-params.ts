import { z } from 'zod';
import { quantity } from '../../core/quantity.ts';
import { delay, kind, onset, place, ramp, share, span, tier } from './scope.ts';

const site = z.number().int().min(0)
  .meta({ description: 'Number of the site of the origin, from 0.', unit: 'number', source: 'assumed' })
  .optional();
const video = z.number().int().min(0)
  .meta({ description: 'Rank of the video, from 0 for the most popular.', unit: 'rank', source: 'assumed' });
const crowdRise = quantity('duration', {
  doc: 'Time over which the crowd gathers.', source: 'assumed', min: '0s',
}).prefault('10s');

/** Faults of delivery: places of the CDN, ways, the origin and its store, too many viewers. */
export const deliveryFaults = [
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
    kind: kind('serverDown', 'A server of places answers nobody; once it is known, others take its keys.'),
    ...span,
    tier,
    ...place,
    server: z.number().int().min(0).meta({
      description: 'Number of the server in each of these places, from 0.', unit: 'number', source: 'assumed',
    }),
  }),
  z.strictObject({
    kind: kind('originOutage', 'The origin answers requests with 503, as when the object store is down.'),
    ...span,
    ramp,
    share,
    region: place.region.describe('Region whose sites of the origin are out; without one, all are.'),
    site,
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
    kind: kind(
      'partition',
      'A region is cut from the rest: its places reach nobody outside, and nobody outside reaches them.',
    ),
    ...span,
    region: z.string().min(1)
      .meta({ description: 'The region that is cut off.', unit: 'name', source: 'assumed' }),
  }),
  z.strictObject({
    kind: kind('network', 'A way through the network takes longer and loses packets.'),
    ...span,
    ramp,
    way: z.enum(['viewers', 'edge', 'regional', 'shield'])
      .meta({
        description: 'viewers: between them and the edges in scope; else from the places of that tier in '
          + 'scope to those they ask.',
        unit: 'name', source: 'assumed',
      })
      .prefault('viewers'),
    ...place,
    latency: quantity('duration', {
      doc: 'What it adds to a round trip.', source: 'assumed', min: '0s',
    }).prefault('0s'),
    loss: quantity('ratio', {
      doc: 'Share of packets that are lost; a connection sends what TCP can with that.',
      source: 'cited: Padhye, Firoiu, Towsley and Kurose, SIGCOMM 1998', min: '0', max: '1',
    }).prefault('0%'),
  }),
  z.strictObject({
    kind: kind('herd', 'A crowd comes on top of the usual viewers, with the same wishes.'),
    ...span,
    rise: crowdRise,
    factor: z.number().positive().max(1000)
      .meta({ description: 'Size of the crowd, times the peak of arrivals.', unit: '1', source: 'assumed' })
      .prefault(3),
  }),
  z.strictObject({
    kind: kind('hotVideo', 'A crowd comes for one video.'),
    ...span,
    rise: crowdRise,
    factor: z.number().positive().max(1000)
      .meta({ description: 'Size of the crowd, times the peak of arrivals.', unit: '1', source: 'assumed' })
      .prefault(1),
    video,
  }),
  z.strictObject({
    kind: kind('brokenVideo', 'A video was encoded anew, and segments of it are not in the object store.'),
    ...span,
    video,
    share: quantity('ratio', {
      doc: 'Share of its segments that are missing.', source: 'assumed', positive: true, max: '1',
    }).prefault('100%'),
  }),
  z.strictObject({
    kind: kind('shortTtl', 'The origin states short lifetimes, until that deploy is rolled back.'),
    ...span,
    ttl: quantity('duration', { doc: 'Longest lifetime it states.', source: 'assumed', positive: true })
      .prefault('1min'),
  }),
  z.strictObject({
    kind: kind('retryStorm', 'Clients ask again for what failed, without backing off.'),
    ...span,
    retries: z.number().int().min(1).max(1000)
      .meta({
        description: 'Further attempts at a request before the player hears of the failure.',
        unit: 'attempts', source: 'assumed',
      })
      .prefault(10),
    every: quantity('duration', {
      doc: 'Wait before each of them.', source: 'assumed', min: '0s',
    }).prefault('100ms'),
    share: quantity('ratio', {
      doc: 'Share of viewers whose clients do so.', source: 'assumed', positive: true, max: '1',
    }).prefault('100%'),
  }),
  z.strictObject({
    kind: kind('cacheFlush', 'Caches lose all that they hold.'),
    ...onset,
    tier,
    ...place,
  }),
] as const;

/** A fault of delivery, parsed. */
export type DeliveryFault = z.output<(typeof deliveryFaults)[number]>;

const KINDS: ReadonlySet<string> = new Set(deliveryFaults.map(({ shape }) => shape.kind.value));

/** Whether a fault is one of delivery. */
export function isDeliveryFault(fault: { readonly kind: string }): fault is DeliveryFault {
  return KINDS.has(fault.kind);
}
