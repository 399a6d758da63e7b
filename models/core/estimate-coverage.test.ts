import { expect, test } from 'vitest';
import { RandomStreams } from './rng.ts';
import { estimateMean, quantileOfSorted, studentQuantile } from './statistics.ts';

test.each([
  // Published tables of Student's t, to ten places.
  [0.975, 1, 12.7062047364], [0.975, 4, 2.7764451052], [0.975, 10, 2.2281388520], [0.975, 30, 2.0422724563],
  [0.975, 120, 1.9799304051], [0.95, 5, 2.0150483733], [0.995, 7, 3.4994832974], [0.995, 2, 9.9248432009],
  [0.975, 1e6, 1.9599663], [0.75, 1, 1],
])('the quantile %d of t with %d degrees of freedom is %d', (p, df, expected) => {
  expect(Math.abs(studentQuantile(p, df) - expected)).toBeLessThan(1e-6);
});

test.each([
  // n, law, what its mean is; the interval of 95 % covers it within 93.6 to 96.4 % of 1000 experiments
  [5, 'normal', 0], [2, 'normal', 0], [30, 'uniform', 0.5], [10, 'uniform', 0.5],
] as const)('intervals from %d %s values cover the mean as often as they say', (n, law, mean) => {
  const stream = new RandomStreams(97, 0).stream(`coverage/${n}/${law}`);
  let covered = 0;
  for (let experiment = 0; experiment < 1000; experiment++) {
    const values = Array.from({ length: n }, () => (law === 'normal' ? stream.normal() : stream.uniform()));
    const { low, high } = estimateMean(values);
    if (low! <= mean && mean <= high!) covered++;
  }
  expect(covered).toBeGreaterThanOrEqual(936);
  expect(covered).toBeLessThanOrEqual(964);
});

test('quantiles of one value are that value, and of n values hit the order statistics', () => {
  expect([0, 0.3, 1].map((q) => quantileOfSorted([7], q))).toEqual([7, 7, 7]);
  const values = Array.from({ length: 101 }, (_, i) => i * i);
  for (let i = 0; i <= 100; i++) expect(quantileOfSorted(values, i / 100)).toBeCloseTo(i * i, 9);
  for (const q of [-0.1, 1.1, NaN]) expect(() => quantileOfSorted([1], q)).toThrow();
  expect(() => quantileOfSorted([], 0.5)).toThrow();
});
