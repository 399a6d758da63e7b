import { expect, test } from 'vitest';
import type { CostResult, RunDocument } from '../models/core/run-record.ts';
import { exampleRecord } from '../tests/fixtures/example-record.ts';
import { regionRows, regionsBlock } from './regions.ts';
import { tierEgress } from './tiers.ts';
import { painter } from './text-table.ts';

const { document } = exampleRecord({ replications: 1, sessions: 50 });
const metric = (name: string, labels: Record<string, string>, value: number) =>
  ({ name, kind: 'counter' as const, labels, unit: '', help: '', value });
const cost = (part: string, item: string, value: number) =>
  ({ part, item, value, name: `${part}: ${item}` }) as CostResult;

const region = (name: string, hit: number, miss: number, bytes: number, transit: number) => [
  metric('edge_requests_total', { region: name, result: 'hit' }, hit),
  metric('edge_requests_total', { region: name, result: 'miss' }, miss),
  metric('edge_sent_bytes_total', { region: name }, bytes),
  metric('edge_hit_bytes_total', { region: name }, bytes / 2),
  metric('edge_link_bytes_total', { region: name, link: 'peering' }, bytes - transit),
  metric('edge_link_bytes_total', { region: name, link: 'transit' }, transit),
];

const DOCUMENT: RunDocument = {
  ...document, simulatedSeconds: 110, warmupSeconds: 10,
  metrics: [
    ...region('us-east', 30, 70, 3e9, 0), ...region('us-west', 10, 10, 1e9, 1e9),
    ...region('eu-west', 60, 30, 2e9, 5e8),
    metric('edge_requests_total', { region: 'eu-west', result: 'error' }, 10),
    ...region('africa', 0, 0, 0, 0),
  ],
  costs: [cost('cdn', 'cdn.us', 8), cost('cdn', 'cdn.eu', 3), cost('transit', 'transit.us', 2),
    cost('peering', 'peering.eu', 1), cost('origin', 's3.eu', 100)],
};

test('regions stand with their rates, the busiest first, and their parts of what their market costs', () => {
  const half = { byteHitRate: 0.5 };
  expect(regionRows(DOCUMENT)).toEqual([
    // Three quarters of the bytes of the US market are theirs, and none of its transit.
    { ...half, region: 'us-east', requests: 100, hitRate: 0.3, errors: 0, bandwidth: 0.24, bytes: 3e9,
      transit: 0, cost: 6 },
    { ...half, region: 'eu-west', requests: 100, hitRate: 0.6, errors: 0.1, bandwidth: 0.16, bytes: 2e9,
      transit: 0.25, cost: 4 },
    { ...half, region: 'us-west', requests: 20, hitRate: 0.5, errors: 0, bandwidth: 0.08, bytes: 1e9,
      transit: 1, cost: 4 },
  ]);
});

test('what each tier sent is paid by its parts: bytes, requests and links at the edge', () => {
  const served = (tier: string, bytes: number) => [
    metric('cache_requests_total', { tier, result: 'hit' }, 1),
    metric('cache_bytes_total', { tier, result: 'hit' }, bytes),
  ];
  const metrics = [...served('edge', 9), ...served('regional', 4), metric('origin_sent_bytes_total', {}, 2)];
  const costs = [...DOCUMENT.costs, cost('regional', 'backbone.us', 0.5)];
  expect(tierEgress({ ...DOCUMENT, metrics, costs })).toEqual([
    { tier: 'edge', bytes: 9, cost: 14 }, { tier: 'regional', bytes: 4, cost: 0.5 },
    { tier: 'origin', bytes: 2, cost: 100 },
  ]);
  expect(tierEgress({ ...DOCUMENT, metrics, costs: [] }).map((one) => one.cost)).toEqual([null, null, null]);
});

test('a single region has no table, and one without prices no costs', () => {
  const metrics = region('all', 1, 1, 10, 0);
  expect(regionsBlock({ ...DOCUMENT, metrics }, painter(false))).toEqual([]);
  const lines = regionsBlock({ ...DOCUMENT, costs: [] }, painter(false));
  expect(lines[3]).toMatch(/eu-west +100 +60.0 % +50.0 % +10.0 % +160 Mbps +2 GB +25.0 % +–$/);
});
