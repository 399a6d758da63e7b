import { describe, expect, test } from 'vitest';
import { RandomStreams } from '../../core/rng.ts';
import { Zipf } from '../../core/zipf.ts';
import { ttlForecast, zipfProbabilities } from '../analysis/che.ts';
import { replay } from '../analysis/replay.ts';
import type { RequestTrace } from '../analysis/trace.ts';
import { createPolicy } from './registry.ts';
import { TtlPolicy } from './ttl.ts';

describe('hand-worked', () => {
  const times = (policy: TtlPolicy, at: readonly number[]): string => at.map((now) => {
    policy.advance(now);
    if (!policy.has(1)) {
      policy.insert(1, 5, () => undefined);
      return 'm';
    }
    policy.touch(1);
    return 'h';
  }).join('');

  test('P9 an object expires a lifetime after it was stored, or after its last use', () => {
    const stored = new TtlPolicy(createPolicy('lru', 10), 10, false);
    const used = new TtlPolicy(createPolicy('lru', 10), 10, true);
    expect([times(stored, [0, 9, 10, 19, 20]), times(used, [0, 9, 18, 28, 37])]).toEqual(['mhmhm', 'mhhmh']);
    expect([stored.used, stored.count]).toEqual([5, 1]);
  });

  test('P9 a state goes on the same, and refuses one of another kind', () => {
    const first = new TtlPolicy(createPolicy('lru', 10), 10, false);
    times(first, [0, 5]);
    const second = new TtlPolicy(createPolicy('lru', 10), 10, false);
    second.restore(first.save());
    expect(times(second, [9, 10])).toBe(times(first, [9, 10]));
    expect(() => second.restore({ numbers: [1], columns: [new Int32Array(2)] })).toThrow('of its kind');
  });
});

// Independent requests by a Poisson process of 100/s for 10,000 objects; figures of the exact formulas,
// l T / (1 + l T) and 1 - exp(-l T) for each object.
describe.each([
  [0.8, 0.575328, 0.655427],
  [1.0, 0.708747, 0.767548],
])('P9 a lifetime of a minute over Zipf %d', (exponent, kept, reset) => {
  const rates = zipfProbabilities(1e4, exponent).map((p) => 100 * p);
  const trace = poissonTrace(1e4, exponent, 100, 1_200_000);

  test.each([[false, kept], [true, reset]])('reset by use: %s, it hits %d', (resets, expected) => {
    expect(ttlForecast(rates, 60, resets).hitRatio).toBeCloseTo(expected, 6);
    const policy = new TtlPolicy(createPolicy('unbounded', 1), 60, resets);
    replay(policy, trace, 0, 100_000);
    const { misses, requests } = replay(policy, trace, 100_000);
    expect(Math.abs(1 - misses / requests - expected)).toBeLessThan(0.002);
  });
});

describe.each([0.6, 1.2])('P9 the grid of closed forms over Zipf %d', (exponent) => {
  const rates = zipfProbabilities(1e4, exponent).map((p) => 100 * p);
  const trace = poissonTrace(1e4, exponent, 100, 1_000_000);

  test.each([
    [10, false], [10, true], [300, false], [300, true],
  ])('a lifetime of %d s, reset by use: %s', (lifetime, resets) => {
    const policy = new TtlPolicy(createPolicy('unbounded', 1), lifetime, resets);
    replay(policy, trace, 0, 200_000);
    const { misses, requests } = replay(policy, trace, 200_000);
    const { hitRatio } = ttlForecast(rates, lifetime, resets);
    expect(Math.abs(1 - misses / requests - hitRatio)).toBeLessThan(0.002);
  });
});

function poissonTrace(objects: number, exponent: number, rate: number, requests: number): RequestTrace {
  const stream = new RandomStreams(11, 0).stream(`ttl/${exponent}`);
  const zipf = new Zipf(objects, exponent);
  let now = 0;
  const times = Float64Array.from({ length: requests }, () => (now += stream.exponential(1 / rate)));
  const names = Int32Array.from({ length: requests }, () => zipf.sample(stream));
  return { objects: names, sizes: new Float64Array(requests).fill(1), times };
}
