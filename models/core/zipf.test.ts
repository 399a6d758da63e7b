import { describe, expect, test } from 'vitest';
import { InvariantError } from './assert.ts';
import { RandomStreams } from './rng.ts';
import { Zipf } from './zipf.ts';

describe('Zipf popularity', () => {
  test.each([0, 0.6, 0.8, 1, 1.2])('with exponent %d falls as its probabilities say', (exponent) => {
    const ranks = 20;
    const n = 1_000_000; // enough to notice a sampler that accepts without looking
    const zipf = new Zipf(ranks, exponent);
    const stream = new RandomStreams(11, 0).stream(`zipf/${exponent}`);
    const counts = new Array<number>(ranks).fill(0);
    for (let i = 0; i < n; i++) counts[zipf.sample(stream)]!++;
    const chi = counts.reduce((sum, count, rank) => {
      const expected = n * zipf.probability(rank);
      return sum + (count - expected) ** 2 / expected;
    }, 0);
    // Chi-squared with 19 degrees of freedom: its 0.1 % and 99.9 % points.
    expect(chi).toBeGreaterThan(5.4);
    expect(chi).toBeLessThan(43.8);
  });

  test('has probabilities that sum to one and fall as the law says', () => {
    const zipf = new Zipf(50, 0.8);
    const all = Array.from({ length: 50 }, (_, rank) => zipf.probability(rank));
    expect(all.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12);
    expect(all[0]! / all[31]!).toBeCloseTo(32 ** 0.8, 10);
    expect(new Zipf(4, 1).probability(1)).toBeCloseTo(6 / 25, 12); // 1/2 over 1 + 1/2 + 1/3 + 1/4
  });

  test.each([0, 0.5, 1 - 1e-9, 1, 1 + 1e-9, 3])('with exponent %d stays within its ranks', (exponent) => {
    for (const n of [1, 2, 10_000_000]) {
      const zipf = new Zipf(n, exponent);
      const stream = new RandomStreams(12, 0).stream(`${n}/${exponent}`);
      for (let i = 0; i < 2000; i++) {
        const rank = zipf.sample(stream);
        if (!Number.isInteger(rank) || rank < 0 || rank >= n) expect.unreachable(`rank ${rank} of ${n}`);
      }
    }
  });

  test('needs a rank and an exponent', () => {
    for (const [n, exponent] of [[0, 1], [1.5, 1], [10, -1], [10, NaN]] as const) {
      expect(() => new Zipf(n, exponent)).toThrow(InvariantError);
    }
  });
});
