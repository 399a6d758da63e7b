import { z } from 'zod';
import { quantity } from '../../core/quantity.ts';
import { delay, kind, onset, place, ramp, share, span, tier } from './scope.ts';

/** Faults of delivery: places of the CDN, the way between them, the origin and its store. */
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
] as const;

/** A fault of delivery, parsed. */
export type DeliveryFault = z.output<(typeof deliveryFaults)[number]>;

const KINDS: ReadonlySet<string> = new Set(deliveryFaults.map(({ shape }) => shape.kind.value));

/** Whether a fault is one of delivery. */
export function isDeliveryFault(fault: { readonly kind: string }): fault is DeliveryFault {
  return KINDS.has(fault.kind);
}
