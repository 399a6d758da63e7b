import { z } from 'zod';
import { action } from './action.ts';

/** What can be done about failures of delivery. */
export const deliveryActions = [
  z.strictObject({
    action: action('reroute', 'Places that are down are taken out of routing now, found out or not.'),
  }),
  z.strictObject({
    action: action('shield', 'One cache in front of the origin, on or off.'),
    on: z.boolean().meta({ description: 'On or off.', unit: 'flag', source: 'assumed' }).prefault(true),
  }),
  z.strictObject({
    action: action('prewarm', 'Edges fetch the most popular videos before anybody asks.'),
    videos: z
      .number()
      .int()
      .min(1)
      .max(10_000)
      .meta({ description: 'Videos, from the most popular on.', unit: 'videos', source: 'assumed' })
      .prefault(10),
  }),
  z.strictObject({
    action: action('scaleOrigin', 'The origin gets more capacity.'),
    factor: z
      .number()
      .min(1)
      .max(1000)
      .meta({ description: 'Times its capacity.', unit: '1', source: 'assumed' })
      .prefault(4),
  }),
  z.strictObject({
    action: action('failoverOrigin', 'Reads go to a replica of the object store that is well.'),
  }),
  z.strictObject({ action: action('rollback', 'The deploy, or the expired key, is taken back.') }),
] as const;

/** Something done about delivery, parsed. */
export type DeliveryAction = z.output<(typeof deliveryActions)[number]>;

const NAMES: ReadonlySet<string> = new Set(deliveryActions.map(({ shape }) => shape.action.value));

/** Whether an action is one about delivery. */
export function isDeliveryAction(params: { readonly action: string }): params is DeliveryAction {
  return NAMES.has(params.action);
}
