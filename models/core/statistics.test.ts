import { describe, expect, test } from 'vitest';
import {
  binomialCdf, estimateMean, meanInterval, quantileOfSorted, studentCdf, studentQuantile, studentTail,
} from './statistics.ts';

describe("Student's t", () => {
  test.each([
    // Two-sided 95 % points as in every table of t; df = 1 is tan(0.475 pi).
    [1, 12.7062047362], [2, 4.3026527297], [4, 2.7764451052], [9, 2.2621571628], [29, 2.0452296421],
    [99, 1.9842169516],
  ])('quantile 0.975 with %i degrees of freedom is %f', (df, expected) => {
    expect(studentQuantile(0.975, df)).toBeCloseTo(expected, 8);
  });

  test('distribution in closed form for 1 and 2 degrees of freedom', () => {
    for (const t of [0, 0.3, 1, 5, 40]) {
      expect(studentCdf(t, 1)).toBeCloseTo(0.5 + Math.atan(t) / Math.PI, 12);
      expect(studentCdf(t, 2)).toBeCloseTo(0.5 + t / (2 * Math.sqrt(2 + t * t)), 12);
    }
  });

  test('tail keeps its digits far out: 1 / (pi t) for 1 degree of freedom', () => {
    expect(studentTail(1e9, 1) * Math.PI * 1e9).toBeCloseTo(1, 12);
    expect(studentTail(Infinity, 7)).toBe(0);
  });
});

describe('the binomial distribution', () => {
  test('is the sum of its terms', () => {
    for (const [n, p] of [[1, 0.3], [10, 0.5], [40, 0.99], [299, 0.01]] as const) {
      let term = (1 - p) ** n;
      let sum = 0;
      for (let k = 0; k <= n; k++) {
        sum += term;
        expect(binomialCdf(k, n, p)).toBeCloseTo(sum, 11);
        term *= ((n - k) / (k + 1)) * (p / (1 - p));
      }
      expect([binomialCdf(-1, n, p), binomialCdf(n, n, p)]).toEqual([0, 1]);
    }
  });

  test('is as good as normal for a hundred million trials', () => {
    const n = 1e8;
    const deviation = Math.sqrt(n * 0.99 * 0.01);
    expect(binomialCdf(Math.round(n * 0.99 + 1.959964 * deviation), n, 0.99)).toBeCloseTo(0.975, 4);
  });
});

describe('the mean of replications', () => {
  test('has a t interval: 2, 4, 9 by hand', () => {
    // mean 5, variance 13, half width 4.3026527297 sqrt(13 / 3)
    const half = 4.3026527297 * Math.sqrt(13 / 3);
    const estimate = estimateMean([2, 4, 9]);
    expect(estimate).toMatchObject({ value: 5, n: 3, method: 'replications', confidence: 0.95 });
    expect(estimate.low).toBeCloseTo(5 - half, 8);
    expect(estimate.high).toBeCloseTo(5 + half, 8);
    expect(meanInterval({ count: 3, mean: 5, variance: 13 })).toEqual(estimate);
  });

  test('is wider at higher confidence, and has no interval from one value', () => {
    const high = (confidence: number) => estimateMean([2, 4, 9], confidence).high!;
    expect(high(0.99)).toBeGreaterThan(high(0.95));
    expect(high(0.9)).toBeLessThan(high(0.95));
    expect(estimateMean([7])).toMatchObject({ value: 7, low: null, high: null, n: 1 });
  });
});

test('a quantile of ascending values interpolates as R type 7', () => {
  // quantile(c(1, 2, 4, 8), c(0, .1, .5, .9, 1)) in R
  for (const [q, expected] of [[0, 1], [0.1, 1.3], [0.5, 3], [0.9, 6.8], [1, 8]] as const) {
    expect(quantileOfSorted([1, 2, 4, 8], q)).toBeCloseTo(expected, 12);
  }
});
