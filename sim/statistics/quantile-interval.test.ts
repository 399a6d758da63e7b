import { describe, expect, test } from 'vitest';
import { RandomStreams } from '../../models/core/rng.ts';
import { QuantileSketch } from '../../models/core/sketch.ts';
import { binomialCdf, estimateMean, quantileOfSorted, type Estimate } from '../../models/core/statistics.ts';
import { estimateQuantile, estimateSketchQuantile, quantileRanks } from './quantile-interval.ts';

describe('the interval of a quantile', () => {
  test('of the median of 10 is the 2nd to the 9th value, as every table has it', () => {
    expect(quantileRanks(10, 0.5)).toEqual({ low: 1, high: 8 });
    expect(estimateQuantile([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.5))
      .toEqual({ value: 5.5, low: 2, high: 9, n: 10, method: 'order statistics', confidence: 0.95 });
  });

  test('is the narrowest whose tails have at most 2.5 % each', () => {
    for (const [n, q] of [[30, 0.5], [400, 0.95], [1000, 0.99], [5000, 0.99], [50_000, 0.999]] as const) {
      const { low, high } = quantileRanks(n, q)!;
      expect(binomialCdf(low, n, q)).toBeLessThanOrEqual(0.025);
      expect(binomialCdf(low + 1, n, q)).toBeGreaterThan(0.025);
      expect(binomialCdf(high, n, q)).toBeGreaterThanOrEqual(0.975);
      expect(binomialCdf(high - 1, n, q)).toBeLessThan(0.975);
    }
  });

  test('of p99 needs 368 values, as 0.99^368 is the first power below 2.5 %', () => {
    expect(quantileRanks(367, 0.99)).toBeNull();
    expect(quantileRanks(368, 0.99)).not.toBeNull();
    expect(estimateQuantile([3], 0.99)).toMatchObject({ value: 3, low: null, high: null, n: 1 });
  });

  test('covers p50, p95 and p99 of 1000 exponential values as often as the binomial promises', () => {
    for (const q of [0.5, 0.95, 0.99]) {
      const truth = -Math.log(1 - q);
      const shares = coverage(1000, (experiment) => {
        const rng = new RandomStreams(11, experiment).stream('quantile');
        const values = Float64Array.from({ length: 1000 }, () => rng.exponential(1)).sort();
        const exact = estimateQuantile(values, q);
        const sketch = new QuantileSketch();
        for (const value of values) sketch.add(value);
        const sketched = estimateSketchQuantile(sketch, q);
        expect(sketched.low!).toBeLessThanOrEqual(exact.low!);
        expect(sketched.high!).toBeGreaterThanOrEqual(exact.high!);
        return covers(exact, truth);
      });
      // The interval is conservative: its coverage is the binomial probability between the ranks.
      const { low, high } = quantileRanks(1000, q)!;
      const promised = binomialCdf(high, 1000, q) - binomialCdf(low, 1000, q);
      expect(promised).toBeGreaterThanOrEqual(0.95);
      expect(Math.abs(shares - promised)).toBeLessThan(0.014);
    }
  });

  test('over 20 replications covers as promised where replications are hardly biased, else less', () => {
    // With ten values above it, the p95 of 200 is 1.4 % too low on average: 0.6 standard errors of the mean
    // of 20.
    const experiment = (q: number) => coverage(1000, (index) => {
      const quantiles = Array.from({ length: 20 }, (_, replication) => {
        const rng = new RandomStreams(index, replication).stream('per replication');
        return quantileOfSorted(Float64Array.from({ length: 200 }, () => rng.exponential(1)).sort(), q);
      });
      return covers(estimateMean(quantiles), -Math.log(1 - q));
    });
    const median = experiment(0.5);
    expect(median).toBeGreaterThanOrEqual(0.936);
    expect(median).toBeLessThanOrEqual(0.964);
    expect(experiment(0.95)).toBeCloseTo(0.895, 2);
  });
});

function coverage(experiments: number, covered: (experiment: number) => boolean): number {
  let hits = 0;
  for (let experiment = 0; experiment < experiments; experiment++) if (covered(experiment)) hits++;
  return hits / experiments;
}

function covers({ low, high }: Estimate, truth: number): boolean {
  return low! <= truth && truth <= high!;
}
