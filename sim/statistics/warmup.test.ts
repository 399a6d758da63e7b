import { describe, expect, test } from 'vitest';
import { RandomStreams } from '../../models/core/rng.ts';
import { averageOver, findWarmup } from './warmup.ts';

describe('MSER-5', () => {
  test('deletes 70 of 500 observations of a decaying start (known answer)', () => {
    const noise = (i: number) => (((7919 * i) % 11) - 5) / 10;
    const values = Array.from({ length: 500 }, (_, i) => 10 * Math.exp(-i / 20) + noise(i));
    const warmup = findWarmup(values);
    expect(warmup).toMatchObject({ kind: 'found', batches: 14, observations: 70 });
    if (warmup.kind !== 'found') return;
    expect(warmup.mean).toBeCloseTo(0.0148644692, 10);
    expect(warmup.statistic).toBeCloseTo(0.0003995464, 10);
    expect(warmup.meanOfAll).toBeCloseTo(0.4118833299, 10);
  });

  test('deletes just the 20 observations before a step (known answer)', () => {
    const values = [...Array<number>(20).fill(100), ...Array.from({ length: 480 }, (_, i) => i % 2)];
    expect(findWarmup(values)).toMatchObject({ kind: 'found', batches: 4, observations: 20, mean: 0.5 });
  });

  test('is the least of the statistic written out', () => {
    const rng = new RandomStreams(3, 0).stream('mser');
    const values = Array.from({ length: 300 }, (_, i) => 5 * Math.exp(-i / 30) + rng.normal());
    const means = Array.from({ length: 60 }, (_, b) => mean(values.slice(5 * b, 5 * b + 5)));
    const statistics = means.slice(0, 56).map((_, d) => {
      const stay = means.slice(d);
      return stay.reduce((sum, one) => sum + (one - mean(stay)) ** 2, 0) / stay.length ** 2;
    });
    const least = Math.min(...statistics);
    const warmup = findWarmup(values);
    expect(warmup).toMatchObject({ kind: 'found', batches: statistics.indexOf(least) });
    if (warmup.kind === 'found') expect(warmup.statistic).toBeCloseTo(least, 12);
  });

  test('deletes nothing where nothing differs', () => {
    expect(findWarmup(Array<number>(100).fill(3)))
      .toEqual({ kind: 'found', batches: 0, observations: 0, mean: 3, statistic: 0, meanOfAll: 3 });
  });

  test('refuses a run that is still warming up, and one of a few values', () => {
    const rising = Array.from({ length: 500 }, (_, i) => i);
    const reason = 'the warm-up seems to end in the second half, after 475 of 500 values: lengthen the run';
    expect(findWarmup(rising)).toEqual({ kind: 'refused', cause: 'second half', reason, meanOfAll: 249.5 });
    expect(findWarmup([1, 2, 3])).toMatchObject({
      kind: 'refused', cause: 'too few values', reason: '3 values are too few: 10 batches of 5 are needed',
    });
  });

  test('finds the start of a queue from the average over replications', () => {
    // Waiting times of an M/M/1 at load 0.5 that starts with 50 customers' work: about 100 customers to
    // drain.
    const runs = Array.from({ length: 20 }, (_, replication) => {
      const rng = new RandomStreams(5, replication).stream('warmup');
      let wait = 50;
      return Array.from({ length: 2000 }, () => {
        wait = Math.max(0, wait + rng.exponential(1) - rng.exponential(2));
        return wait;
      });
    });
    const warmup = findWarmup(averageOver(runs));
    if (warmup.kind !== 'found') throw new Error(warmup.reason);
    expect(warmup.observations).toBeGreaterThan(50);
    expect(warmup.observations).toBeLessThan(200);
    expect(Math.abs(warmup.mean - 1)).toBeLessThan(0.05);
    expect(warmup.meanOfAll).toBeGreaterThan(1.5);
  });
});

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
