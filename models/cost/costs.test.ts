import { expect, test } from 'vitest';
import { MetricSet } from '../core/metrics.ts';
import { costsOf } from './costs.ts';
import { usage } from './metrics.ts';
import type { PriceList } from './price-list.ts';

const LIST: PriceList = {
  name: 'own',
  prices: [
    { item: 'machine', unit: 'hour', tiers: [{ upTo: Infinity, price: 2 }], asOf: '2026-01', source: 'x' },
    { item: 'egress', unit: 'GB', tiers: [{ upTo: 730, price: 1 }, { upTo: Infinity, price: 0.5 }],
      asOf: '2026-01', source: 'x' },
  ],
};

test('costs are means over replications, each priced by itself, with intervals', () => {
  const { costs, unpriced } = costsOf(LIST, [
    used([['machine', 3], ['egress', 1]]), used([['machine', 5], ['egress', 3]]),
  ]);
  expect(unpriced).toEqual([]);
  expect(costs.map(({ name, value, quantity }) => [name, value, quantity])).toEqual([
    ['farm: machine', 8, 4],
    // One hour of 730: a month like this is 730 GB at 1 $, or as many and 1460 more at half the price.
    ['farm: egress', (1 + 2) / 2, 2],
  ]);
  expect(costs[0]!.low).toBe(0);
  expect(costs[0]!.high).toBeGreaterThan(10);
  expect(costs[0]).toMatchObject({ unit: '$', quantityUnit: 'hour', list: 'own', asOf: '2026-01' });
  expect(costs[0]!.values).toEqual([6, 10]);
});

test('what was not used costs nothing, and what has no price is named', () => {
  const { costs, unpriced } = costsOf(LIST, [used([['machine', 0], ['rocket', 1]])]);
  expect(costs).toEqual([]);
  expect(unpriced).toEqual(['rocket']);
});

function used(rows: ReadonlyArray<readonly [string, number]>) {
  const set = new MetricSet();
  for (const [item, quantity] of rows) set.add(set.bind(usage, 'farm', item), quantity);
  return { metrics: set.export(0), spanHours: 1 };
}
