import { z } from 'zod';
import { quantity } from '../../core/quantity.ts';
import { action, on, SEED } from './action.ts';

const broken = z.union([z.number().int().min(0), z.literal('worst')])
  .meta({ description: 'Rank of the video, or worst: that of most failures.', unit: 'rank', source: SEED })
  .prefault('worst');

/** What can be done about failures of delivery. */
export const deliveryActions = [
  z.strictObject({
    action: action('reroute', 'Places that are down are taken out of routing now, found out or not.'),
    on,
    edge: z.union([z.number().int().min(0), z.literal('worst')])
      .meta({
        description: 'Number of an edge that is taken out as well, or worst: that which fails most, or else '
          + 'is slowest to viewers.',
        unit: 'number', source: SEED,
      })
      .optional(),
  }),
  z.strictObject({ action: action('shield', 'One cache in front of the origin.'), on }),
  z.strictObject({
    action: action('prewarm', 'Edges fetch videos before anybody asks; off: filling stops.'),
    on,
    video: z.union([z.number().int().min(0), z.literal('hot')])
      .meta({
        description: 'Rank of the first video, or hot: the one that most viewers came for lately.',
        unit: 'rank', source: SEED,
      })
      .prefault(0),
    videos: z.number().int().min(1).max(10_000)
      .meta({ description: 'Videos, from that one on.', unit: 'videos', source: 'assumed' })
      .prefault(10),
  }),
  z.strictObject({
    action: action('scaleOrigin', 'The origin gets more capacity; off: what it had.'),
    on,
    factor: z.number().min(1).max(1000)
      .meta({ description: 'Times its capacity.', unit: '1', source: 'assumed' })
      .prefault(4),
  }),
  z.strictObject({
    action: action('failoverOrigin', 'Reads go to a replica of the object store that is well.'), on,
  }),
  z.strictObject({
    action: action(
      'multiRegionRead', 'A read that one site of the origin fails is tried at the next nearest.',
    ),
    on,
  }),
  z.strictObject({ action: action('rollback', 'The deploy, or the expired key, is taken back.'), on }),
  z.strictObject({
    action: action('manifestTtl', 'Manifests stay longer in caches; off: as the scenario has it.'),
    on,
    ttl: quantity('duration', { doc: 'Their lifetime.', source: SEED, positive: true }).prefault('5min'),
  }),
  z.strictObject({
    action: action('ladderCap', 'Players ask for no rendition of more lines.'),
    on,
    height: z.number().int().positive()
      .meta({ description: 'Lines of the highest rendition.', unit: 'pixels', source: SEED }).prefault(720),
  }),
  z.strictObject({
    action: action('prebuffer', 'Players hold fewer segments ahead of the playhead.'),
    on,
    segments: z.number().int().min(1).max(100)
      .meta({ description: 'Most segments ahead.', unit: 'segments', source: SEED }).prefault(2),
  }),
  z.strictObject({
    action: action(
      'serveCachedOnly', 'Caches ask the origin nothing, give what has expired, and refuse what they lack.',
    ),
    on,
  }),
  z.strictObject({
    action: action('staticPage', 'Who comes is shown a page instead of the platform.'), on,
  }),
  z.strictObject({ action: action('hideVideo', 'A video is offered to nobody.'), on, video: broken }),
  z.strictObject({
    action: action('retranscode', 'A broken video is encoded again from what was uploaded.'),
    video: broken,
    takes: quantity('duration', { doc: 'How long that takes.', source: 'assumed', min: '0s' })
      .prefault('5min'),
  }),
] as const;

/** Something done about delivery, parsed. */
export type DeliveryAction = z.output<(typeof deliveryActions)[number]>;

const NAMES: ReadonlySet<string> = new Set(deliveryActions.map(({ shape }) => shape.action.value));

/** Whether an action is one about delivery. */
export function isDeliveryAction(params: { readonly action: string }): params is DeliveryAction {
  return NAMES.has(params.action);
}
