import { counter } from '../core/metrics.ts';

/** What a part of the platform has used of an item of the price list, in the item's unit. */
export const usage = counter('usage_total', {
  labels: ['part', 'item'], unit: 'item units',
  help: 'Quantity of a priced item that a part of the platform used: hours, GB, requests.',
});
