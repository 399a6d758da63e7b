import { describe, expect, test } from 'vitest';
import { RandomStreams } from '../../core/rng.ts';
import { estimateMean } from '../../core/statistics.ts';
import { Zipf } from '../../core/zipf.ts';
import { createPolicy } from '../policy/registry.ts';
import { CHE_GRID } from './che-grid.fixture.ts';
import { replay } from './replay.ts';
import type { RequestTrace } from './trace.ts';

const POLICIES = ['lru', 'fifo', 'random'] as const;
type Name = (typeof POLICIES)[number];

describe('independent requests: exact hit ratios of small caches (King 1971)', () => {
  test.each([
    [5, 1.0, 2, 0.51888456, 0.50364964],
    [10, 0.8, 3, 0.40783679, 0.39198178],
    [10, 1.0, 3, 0.47066419, 0.44510446],
    [12, 1.2, 4, 0.60617435, 0.56048067],
  ])('%d objects, exponent %d, capacity %d, within 4 standard errors', (...row) => {
    const [objects, exponent, capacity, lru, fifo] = row;
    const trace = zipfTrace(objects, exponent, 600_000);
    for (const name of POLICIES) {
      const batches = hitRatios(name, capacity, trace, 30);
      const { value, high } = estimateMean(batches.slice(1));
      // The 95 % interval of 29 batches is 2.05 standard errors to each side.
      const standardError = (high! - value) / 2.05;
      expect(Math.abs(value - (name === 'lru' ? lru : fifo))).toBeLessThan(4 * standardError);
      expect(standardError).toBeLessThan(0.001);
    }
  });
});

describe("Che's approximation is within 0.002 of a replay, and LFU between LRU and its limit", () => {
  const points = CHE_GRID.filter(([objects, , capacity]) =>
    objects <= 1e4 && [100, 1000, 2000].includes(capacity));

  test.each(points)('%d objects, exponent %d, capacity %d', (...row) => {
    const [objects, exponent, capacity, , lru, , fifo, , held] = row;
    const trace = zipfTrace(objects, exponent, 1_000_000);
    const warmHits = (name: Name | 'lfu') => mean(hitRatios(name, capacity, trace, 10).slice(2));
    expect(Math.abs(warmHits('lru') - lru)).toBeLessThan(0.002);
    expect(Math.abs(warmHits('fifo') - fifo)).toBeLessThan(0.002);
    expect(Math.abs(warmHits('random') - fifo)).toBeLessThan(0.002);
    const lfu = warmHits('lfu');
    expect(lfu).toBeGreaterThan(lru);
    expect(lfu).toBeLessThan(held + 0.002);
  });
});

describe('q-LRU and 2-LRU are within 0.002 of their approximations', () => {
  // 2-LRU: an LRU of names before an LRU of objects, which is what is hit; both of this capacity.
  test.each([
    [100, 0.8, 0.211380, 0.273395], [1000, 0.8, 0.498954, 0.525989], [1000, 1.0, 0.721824, 0.739139],
  ])(
    'capacity %d of 10,000, exponent %d', (capacity, exponent, qLru, twoLru) => {
      const { objects } = zipfTrace(1e4, exponent, 2_000_000);
      const draws = new RandomStreams(7, 0).stream('q');
      const [q, names, second] = ['q', 'names', 'second'].map(() => createPolicy('lru', capacity));
      const ignore = (): void => undefined;
      const hits = [0, 0];
      objects.forEach((object, i) => {
        const counts = i >= 500_000 ? 1 : 0;
        if (q!.has(object)) {
          hits[0]! += counts;
          q!.touch(object);
        } else if (draws.uniform() < 0.1) q!.insert(object, 1, ignore);
        const known = names!.has(object);
        if (known) names!.touch(object);
        else names!.insert(object, 1, ignore);
        if (second!.has(object)) {
          hits[1]! += counts;
          second!.touch(object);
        } else if (known) second!.insert(object, 1, ignore);
      });
      expect(Math.abs(hits[0]! / 1_500_000 - qLru)).toBeLessThan(0.002);
      expect(Math.abs(hits[1]! / 1_500_000 - twoLru)).toBeLessThan(0.002);
    },
  );
});

describe('LRU leaves before an LRU parent', () => {
  test.each([
    [1e4, 0.8, 100, 1000, 1, 0.331513, 0.009],
    [1e4, 0.8, 100, 1000, 10, 0.328486, 0.009],
    [1e4, 1.0, 100, 1000, 10, 0.465149, 0.009],
    // Two equal tiers in series are nearly useless: a parent drawn independently would hit 20 %.
    [1e5, 0.8, 1000, 1000, 10, 0.050710, 0.003],
  ])('%d objects, exponent %d: %d, then %d behind %d leaves', (...row) => {
    const [objects, exponent, leaf, parent, leaves, hit, within] = row;
    const requests = 1_500_000;
    const { objects: names } = zipfTrace(objects, exponent, requests);
    const tier = Array.from({ length: leaves }, () => createPolicy('lru', leaf));
    const above = createPolicy('lru', parent);
    const ignore = (): void => undefined;
    let asked = 0;
    let hits = 0;
    for (let i = 0; i < requests; i++) {
      const object = names[i]!;
      const cache = tier[i % leaves]!;
      if (cache.has(object)) {
        cache.touch(object);
        continue;
      }
      cache.insert(object, 1, ignore);
      const held = above.has(object);
      if (held) above.touch(object);
      else above.insert(object, 1, ignore);
      if (i < requests / 10) continue;
      asked++;
      if (held) hits++;
    }
    expect(Math.abs(hits / asked - hit)).toBeLessThan(within);
  });
});

/** Requests for objects of one size, drawn independently; names are ranks. */
function zipfTrace(objects: number, exponent: number, requests: number): RequestTrace {
  const stream = new RandomStreams(7, 0).stream(`zipf/${objects}/${exponent}`);
  const zipf = new Zipf(objects, exponent);
  const names = Int32Array.from({ length: requests }, () => zipf.sample(stream));
  return { objects: names, sizes: new Float64Array(requests).fill(1) };
}

/** Hit ratios of equal batches of a trace, one after the other through the same cache. */
function hitRatios(name: Name | 'lfu', capacity: number, trace: RequestTrace, batches: number): number[] {
  const policy = createPolicy(name, capacity);
  const length = trace.objects.length / batches;
  return Array.from({ length: batches }, (_, i) => {
    return 1 - replay(policy, trace, i * length, (i + 1) * length).misses / length;
  });
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
