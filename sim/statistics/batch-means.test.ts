import { describe, expect, test } from 'vitest';
import { RandomStreams } from '../../models/core/rng.ts';
import { estimateMean, type Estimate } from '../../models/core/statistics.ts';
import { estimateFromBatches, lag1Autocorrelation } from './batch-means.ts';

describe('batch means', () => {
  test('of ten batches are ten replications', () => {
    const values = Array.from({ length: 100 }, (_, i) => Math.floor(i / 10) % 4 + (i % 3));
    const means = Array.from({ length: 10 }, (_, b) => mean(values.slice(10 * b, 10 * b + 10)));
    const { value, low, high } = estimateMean(means);
    const estimate = estimateFromBatches(values, { counts: [10] });
    expect(estimate).toMatchObject({ n: 10, batchSize: 10, used: 100, method: 'batch means' });
    expect(estimate.value).toBeCloseTo(value, 12);
    expect(estimate.low).toBeCloseTo(low!, 12);
    expect(estimate.high).toBeCloseTo(high!, 12);
  });

  test('drop values that fill no batch at the beginning', () => {
    const values = [...Array<number>(9).fill(1e9), ...Array.from({ length: 200 }, (_, i) => i % 2)];
    const estimate = estimateFromBatches(values, { counts: [10] });
    expect(estimate).toMatchObject({ value: 0.5, batchSize: 20, used: 200 });
  });

  test('that overlap by half, by hand: four batches of 0, 2, 0, 2', () => {
    // The three between them are 1: mean 1, mean square 4 / 7, variance of the mean 4 / 7 / (4 - 1).
    const values = Array.from({ length: 112 }, (_, i) => (Math.floor(i / 28) % 2 === 0 ? 0 : 2));
    const estimate = estimateFromBatches(values, { counts: [4], overlapping: true });
    expect(estimate).toMatchObject({ value: 1, n: 4, batchSize: 28, method: 'overlapping batch means' });
    // t with 4/3 x 3 = 4 degrees of freedom
    expect((estimate.high! - estimate.low!) / 2).toBeCloseTo(2.7764451052 * Math.sqrt(4 / 7 / 3), 8);
  });

  test('are fewer where more are correlated, and doubted where even ten are', () => {
    const counts = (phi: number) => {
      return Array.from({ length: 400 }, (_, i) => estimateFromBatches(ar1(phi, 1000, i)));
    };
    const white = counts(0);
    // The test rejects independent means in 20 % of cases.
    expect(white.filter(({ n }) => n === 30).length / 400).toBeCloseTo(0.8, 1);
    expect(white.filter(({ doubt }) => doubt !== null).length / 400).toBeLessThan(0.05);
    const slow = counts(0.999);
    expect(slow.filter(({ n }) => n === 10).length / 400).toBeGreaterThan(0.95);
    expect(slow.filter(({ doubt }) => doubt !== null).length / 400).toBeGreaterThan(0.85);
    const reason = slow.find(({ doubt }) => doubt !== null)!.doubt;
    expect(reason).toMatch(/^means of batches of 100 are still correlated \(lag 1: 0\.\d\d\)/);
  });

  test('of a short run have no interval, and say why', () => {
    expect(estimateFromBatches(Array<number>(99).fill(2))).toMatchObject({
      value: 2, low: null, high: null, n: 0, doubt: '99 values are too few for batches: 100 are needed',
    });
    const constant = estimateFromBatches(Array<number>(100).fill(2));
    expect(constant).toMatchObject({ value: 2, low: 2, high: 2, doubt: null });
  });

  test("von Neumann's autocorrelation of 1, 2, 3, 4 is 0.7, and near phi for an autoregression", () => {
    expect(lag1Autocorrelation([1, 2, 3, 4])).toBeCloseTo(1 - 3 / 10, 12);
    expect(lag1Autocorrelation(ar1(0.6, 100_000, 5))).toBeCloseTo(0.6, 2);
  });
});

describe('of 1000 intervals at 95 % of the mean of an autoregression', () => {
  test('those from ten replications cover in 93.6 to 96.4 %', () => {
    const reached = share((experiment) => {
      return estimateMean(Array.from({ length: 10 }, (_, i) => mean(ar1(0.9, 100, 10 * experiment + i))));
    });
    expect(reached).toBeGreaterThanOrEqual(0.936);
    expect(reached).toBeLessThanOrEqual(0.964);
  });

  // The correlation time is (1 + phi) / (1 - phi).
  test.each([
    [0.5, 500], [0.9, 2000], [0.99, 20_000],
  ])('those from batches (phi %f) of %i values, 100 correlation times or more, do so too', (phi, length) => {
    const overlapping: Estimate[] = [];
    const plain = share((experiment) => {
      const values = ar1(phi, length, experiment);
      overlapping.push(estimateFromBatches(values, { overlapping: true }));
      return estimateFromBatches(values);
    });
    for (const reached of [plain, share((experiment) => overlapping[experiment]!)]) {
      expect.soft(reached).toBeGreaterThanOrEqual(0.936);
      expect.soft(reached).toBeLessThanOrEqual(0.964);
    }
  });

  test('those from runs of ten correlation times cover in 87.5 %, and half of them are doubted', () => {
    let doubted = 0;
    const reached = share((experiment) => {
      const estimate = estimateFromBatches(ar1(0.99, 2000, experiment));
      if (estimate.doubt !== null) doubted++;
      return estimate;
    });
    expect(reached).toBeCloseTo(0.875, 2);
    expect(doubted / 1000).toBeCloseTo(0.496, 2);
  });
});

function share(estimate: (experiment: number) => Estimate): number {
  let hits = 0;
  for (let experiment = 0; experiment < 1000; experiment++) {
    const { low, high } = estimate(experiment);
    if (low! <= 0 && 0 <= high!) hits++;
  }
  return hits / 1000;
}

/** A first-order autoregression of mean 0 in its steady state: x' = phi x + normal. */
function ar1(phi: number, length: number, replication: number): Float64Array {
  const rng = new RandomStreams(7, replication).stream('ar1');
  let x = rng.normal() / Math.sqrt(1 - phi * phi);
  return Float64Array.from({ length }, () => {
    x = phi * x + rng.normal();
    return x;
  });
}

function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}
