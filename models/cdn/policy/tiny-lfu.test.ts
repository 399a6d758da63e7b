import { expect, test } from 'vitest';
import { InvariantError } from '../../core/assert.ts';
import { RandomStreams } from '../../core/rng.ts';
import { Zipf } from '../../core/zipf.ts';
import { zipfProbabilities } from '../analysis/che.ts';
import { replay } from '../analysis/replay.ts';
import { AdmittedPolicy } from './admission.ts';
import { createPolicy } from './registry.ts';
import { TINY_LFU_POLICIES, TinyLfuAdmission } from './tiny-lfu.ts';

const ignore = (): void => undefined;
const tinyLru = (capacity: number, sample?: number) =>
  new AdmittedPolicy(createPolicy('lru', capacity), new TinyLfuAdmission(sample));

test('P10 a newcomer comes in while there is room, then if it is asked for more often', () => {
  const cache = tinyLru(3);
  for (const object of [1, 2, 3]) expect(cache.insert(object, 1, ignore)).toBe(true);
  cache.touch(2); // 1 and 3 were asked for once, 2 twice; 1 would go
  const evicted: number[] = [];
  const asks = (object: number) => cache.insert(object, 1, (gone) => evicted.push(gone));
  expect([cache.victim(), asks(4), asks(4), cache.victim()]).toEqual([1, false, true, 3]);
  expect([asks(5), cache.has(3), evicted]).toEqual([false, true, [1]]);
});

test('P10 an object is compared with the first that would go, whatever their sizes', () => {
  const cache = tinyLru(10);
  cache.insert(1, 8, ignore);
  cache.insert(2, 2, ignore);
  cache.touch(2);
  expect([cache.insert(3, 9, ignore), cache.insert(3, 9, ignore)]).toEqual([false, true]);
  expect([cache.has(1), cache.has(2), cache.used]).toEqual([false, false, 9]);
});

test('P10 before an LRU it keeps nearly the most popular: the best that independent requests allow', () => {
  const [objects, capacity] = [1000, 100];
  const trace = zipfTrace(objects, 0.9, 400_000);
  const ratio = (cache: ReturnType<typeof createPolicy> | AdmittedPolicy): number => {
    replay(cache, trace, 0, 200_000);
    const { misses, requests } = replay(cache, trace, 200_000);
    return 1 - misses / requests;
  };
  // Whoever keeps the most popular hits with the sum of their probabilities.
  const best = zipfProbabilities(objects, 0.9).slice(0, capacity).reduce((sum, p) => sum + p, 0);
  const found = ratio(tinyLru(capacity, 100));
  expect(found).toBeLessThan(best + 0.003);
  expect(found).toBeGreaterThan(best - 0.03);
  expect(ratio(createPolicy('lru', capacity))).toBeLessThan(best - 0.1);
});

test('P10 counts age: what was popular gives way to what is', () => {
  const cache = tinyLru(10);
  const round = (from: number) => {
    for (let object = from; object < from + 10; object++) {
      if (cache.has(object)) cache.touch(object);
      else cache.insert(object, 1, ignore);
    }
  };
  for (let i = 0; i < 1000; i++) round(0);
  expect(cache.has(0)).toBe(true);
  // Ten thousand requests stand against them, but no more than some twenty each are remembered.
  for (let i = 0; i < 40; i++) round(100);
  expect(Array.from({ length: 10 }, (_, i) => cache.has(100 + i))).toEqual(Array(10).fill(true));
});

test('P10 it stands before policies that say who would go, and no others', () => {
  for (const name of ['lru', 'fifo', 'lfu', 'gdsf', 'sieve', '2q'] as const) {
    const policy = createPolicy(name, 2, {}, { compact: true });
    const filtered = new AdmittedPolicy(policy, new TinyLfuAdmission());
    if (!TINY_LFU_POLICIES.includes(name)) {
      expect(() => filtered.insert(7, 1, ignore)).toThrow(InvariantError);
      continue;
    }
    expect(policy.victim!()).toBe(-1);
    filtered.insert(7, 1, ignore);
    filtered.insert(9, 1, ignore);
    const victim = policy.victim!();
    const evicted: number[] = [];
    filtered.insert(8, 1, ignore);
    expect([filtered.insert(8, 1, (gone) => evicted.push(gone)), evicted]).toEqual([true, [victim]]);
  }
});

function zipfTrace(objects: number, exponent: number, requests: number) {
  const zipf = new Zipf(objects, exponent);
  const names = new RandomStreams(3, 0).stream('tiny-lfu');
  return {
    objects: Int32Array.from({ length: requests }, () => zipf.sample(names)),
    sizes: new Float64Array(requests).fill(1),
  };
}
