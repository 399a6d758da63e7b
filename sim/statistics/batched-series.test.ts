import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InvariantError } from '../../models/core/assert.ts';
import { RandomStreams } from '../../models/core/rng.ts';
import { estimateFromBatches } from './batch-means.ts';
import { BatchedSeries } from './batched-series.ts';

describe('a batched series', () => {
  test('holds the means of equal batches, however long the run', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: -99, max: 99 }), { maxLength: 300 }), (values) => {
      const series = seriesOf(values);
      const size = series.batchSize;
      const means = series.means();
      expect(means.length).toBe(Math.floor(values.length / size));
      expect(means.length).toBeLessThanOrEqual(8);
      if (values.length >= 8) expect(means.length).toBeGreaterThanOrEqual(4);
      means.forEach((mean, i) => {
        const batch = values.slice(i * size, (i + 1) * size);
        expect(mean).toBeCloseTo(batch.reduce((sum, value) => sum + value, 0) / size, 10);
      });
    }));
  });

  test('goes on after save and restore as if it had never stopped', () => {
    const list = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { maxLength: 50 });
    fc.assert(fc.property(list, list, (before, after) => {
      const restored = new BatchedSeries(8);
      restored.restore(seriesOf(before).save());
      for (const value of after) restored.add(value);
      expect(restored.save()).toEqual(seriesOf([...before, ...after]).save());
    }));
  });

  test('gives nearly the interval of all values: an autoregression of a hundred thousand', () => {
    const rng = new RandomStreams(1, 0).stream('series');
    const series = new BatchedSeries();
    let x = 0;
    const values = Float64Array.from({ length: 100_000 }, () => {
      x = 0.9 * x + rng.normal();
      series.add(x);
      return x;
    });
    expect(series.batchSize).toBe(64);
    const [all, batched] = [estimateFromBatches(values), estimateFromBatches(series.means())];
    expect(batched.n).toBe(all.n);
    expect(Math.abs(batched.value - all.value)).toBeLessThan(0.01);
    expect((batched.high! - batched.low!) / (all.high! - all.low!)).toBeCloseTo(1, 1);
  });

  test('refuses what is not finite and an odd capacity', () => {
    expect(() => new BatchedSeries().add(NaN)).toThrow(InvariantError);
    expect(() => new BatchedSeries(5)).toThrow(InvariantError);
  });
});

function seriesOf(values: readonly number[]): BatchedSeries {
  const series = new BatchedSeries(8);
  for (const value of values) series.add(value);
  return series;
}
