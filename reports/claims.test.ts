import { expect, test } from 'vitest';
import type { ClaimsResult } from '../models/core/run-record.ts';
import { claimsBlock } from './claims.ts';
import { painter } from './text-table.ts';

const once = (value: number) => ({ value, low: null, high: null });
const CLAIMS: ClaimsResult = {
  tiers: [
    {
      tier: 'edge', claimed: 0.85, policy: 'lru', servers: 8, statedBytes: 280e6, simulated: once(0.507),
      replayed: once(0.508), neededBytes: { value: 1.51e9, low: 1.41e9, high: 1.61e9 }, most: once(0.967),
      askedBytes: 2.6e9,
    },
    {
      tier: 'regional', claimed: 0.8, policy: 'lru', servers: 1, statedBytes: 840e6, simulated: null,
      replayed: once(0.428), neededBytes: null, most: once(0.456), askedBytes: 2.8e9,
    },
  ],
  together: { claimed: 0.98, ofTiers: 0.97, simulated: once(0.719) },
  method: 'Replayed.',
};

test('a run says what hit rates follow from its sizes, what sizes the claims take, if any', () => {
  const lines = claimsBlock([{ name: 'a', claims: CLAIMS }], painter(false), 100);
  expect(lines[2]).toMatch(/edge +8 +280 MB +50.7 % +85 % +1.51 GB +1.41–1.61 +58.1 % +96.7 %/);
  expect(lines[3]).toMatch(/regional +1 +840 MB +42.8 % +80 % +no size +– +45.6 %/);
  expect(lines[4]).toMatch(/together +71.9 % +98 %/);
  expect(lines.slice(5)).toEqual(['  The tiers\' claims together are 97 %, not the 98 % that are claimed.',
    '  Replayed.']);
});

test('designs stand below each other in a hundred columns; a run without claims says nothing', () => {
  const lines = claimsBlock([{ name: 'one-timers', claims: CLAIMS }, { name: 'b', claims: CLAIMS },
    { name: 'c' }], painter(false), 100);
  expect(lines.filter((line) => line.includes('edge '))).toHaveLength(2);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
  expect(claimsBlock([{ name: 'c' }], painter(false), 100)).toEqual([]);
});
