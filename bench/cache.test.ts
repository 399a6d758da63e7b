import { expect, test } from 'vitest';
import { benchCache } from './cache.ts';

test('the bench of caches runs small: a figure, a hash and the published rates for each case', async () => {
  const rows = await benchCache({ quick: true, seed: 3 });
  expect(rows.map(({ name }) => name)).toEqual([
    'cache/lru/10000', 'cache/lru/100000', 'cache/sieve/10000', 'cache/s3fifo/10000', 'cache/arc/10000',
    'cache/wtinylfu/10000',
  ]);
  for (const row of rows) {
    expect([row.value, row.ratio]).toEqual([expect.any(Number), row.value / row.peerValue!]);
    expect([row.hash, row.note]).toEqual([
      expect.stringMatching(/^[0-9a-f]{8}$/), expect.stringMatching(/^libCacheSim elsewhere: \d/),
    ]);
  }
});
