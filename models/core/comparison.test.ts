import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InvariantError } from './assert.ts';
import { comparePaired, holm } from './comparison.ts';
import { RandomStreams } from './rng.ts';

describe('a paired comparison', () => {
  test('of 10, 12, 14 with 11, 14, 16, by hand', () => {
    // Differences 1, 2, 2: mean 5/3, variance 1/3, t = 5 with 2 degrees of freedom.
    const comparison = comparePaired([10, 12, 14], [11, 14, 16]);
    const { difference, verdict, pValue, correlation, varianceRemoved } = comparison;
    const half = 4.3026527297 / 3;
    expect(difference).toMatchObject({ n: 3, method: 'paired replications', confidence: 0.95 });
    expect(difference.value).toBeCloseTo(5 / 3, 12);
    expect(difference.low).toBeCloseTo(5 / 3 - half, 8);
    expect(difference.high).toBeCloseTo(5 / 3 + half, 8);
    expect(verdict).toBe('higher');
    // Tail of t with 2 degrees of freedom in closed form.
    expect(pValue).toBeCloseTo(1 - 5 / Math.sqrt(2 + 25), 10);
    // var 4 and 19/3, covariance 5
    expect(correlation).toBeCloseTo(5 / Math.sqrt((4 * 19) / 3), 12);
    expect(varianceRemoved).toBeCloseTo(1 - 1 / 3 / (4 + 19 / 3), 12);
  });

  test('is of opposite sign the other way round', () => {
    const values = fc.array(fc.tuple(fc.integer({ max: 99 }), fc.integer({ max: 99 })), { minLength: 2 });
    fc.assert(fc.property(values, (pairs) => {
      const one = comparePaired(pairs.map(([a]) => a), pairs.map(([, b]) => b));
      const other = comparePaired(pairs.map(([, b]) => b), pairs.map(([a]) => a));
      const opposite = new Map<string, string>([['higher', 'lower'], ['lower', 'higher']]);
      expect(other.verdict).toBe(opposite.get(one.verdict) ?? one.verdict);
      expect(other.difference.value).toBeCloseTo(-one.difference.value, 4);
      expect(other.pValue).toBeCloseTo(one.pValue, 10);
    }));
  });

  test('of equals is identical; of a single pair inconclusive; of a constant shift certain', () => {
    expect(comparePaired([1, 2], [1, 2])).toMatchObject({ verdict: 'identical', pValue: 1 });
    expect(comparePaired([1], [2])).toMatchObject({ verdict: 'inconclusive', pValue: 1, correlation: null });
    expect(comparePaired([1, 2], [3, 4])).toMatchObject({ verdict: 'higher', pValue: 0, correlation: 1 });
    expect(() => comparePaired([1], [1, 2])).toThrow(InvariantError);
  });

  test('of configurations that do not differ finds a difference in 5 % of 10000 experiments', () => {
    let found = 0;
    let significant = 0;
    for (let experiment = 0; experiment < 10_000; experiment++) {
      const rng = new RandomStreams(1, experiment).stream('null');
      const common = Array.from({ length: 10 }, () => rng.normal());
      const noisy = () => common.map((value) => value + 0.5 * rng.normal());
      const { verdict, pValue } = comparePaired(noisy(), noisy());
      if (verdict !== 'inconclusive') found++;
      if (pValue < 0.05) significant++;
    }
    expect(found).toBe(significant);
    // within three standard errors of 5 %
    expect(Math.abs(found / 10_000 - 0.05)).toBeLessThan(0.0066);
  });
});

describe("Holm's step-down", () => {
  test('of .01, .04, .03, .005 keeps the first and the last, by hand', () => {
    // .005 x 4, .01 x 3, .03 x 2, .04 x 1, none below the one before
    const results = holm([0.01, 0.04, 0.03, 0.005]);
    expect(results.map(({ significant }) => significant)).toEqual([true, false, false, true]);
    [0.03, 0.06, 0.06, 0.02].forEach((adjusted, i) => expect(results[i]!.adjusted).toBeCloseTo(adjusted, 12));
  });

  test('rejects no less than Bonferroni, no more than no correction, and in the order of p-values', () => {
    fc.assert(fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true })), (pValues) => {
      const results = holm(pValues);
      pValues.forEach((p, i) => {
        expect(results[i]!.adjusted).toBeGreaterThanOrEqual(p);
        expect(results[i]!.adjusted).toBeLessThanOrEqual(Math.min(1, p * pValues.length));
        pValues.forEach((q, j) => {
          if (p < q) expect(results[i]!.adjusted).toBeLessThanOrEqual(results[j]!.adjusted);
        });
      });
    }));
  });

  test('calls any of 10 true nulls significant in at most 5 % of families', () => {
    let families = 0;
    for (let family = 0; family < 2000; family++) {
      const rng = new RandomStreams(4, family).stream('holm');
      const results = holm(Array.from({ length: 10 }, () => rng.uniform()));
      if (results.some(({ significant }) => significant)) families++;
    }
    // 5 % within three standard errors of 2000 families
    expect(families / 2000).toBeLessThan(0.05 + 3 * Math.sqrt((0.05 * 0.95) / 2000));
    expect(families).toBeGreaterThan(0);
  });
});
