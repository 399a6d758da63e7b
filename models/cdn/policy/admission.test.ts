import { describe, expect, test } from 'vitest';
import { RandomStreams } from '../../core/rng.ts';
import { Zipf } from '../../core/zipf.ts';
import { qLruForecast, zipfProbabilities } from '../analysis/che.ts';
import { replay } from '../analysis/replay.ts';
import {
  AdmittedPolicy, ProbabilisticAdmission, SecondHitAdmission, SizeAdmission, type AdmissionFilter,
} from './admission.ts';
import type { EvictionPolicy } from './policy.ts';
import { createPolicy } from './registry.ts';
import { TinyLfuAdmission } from './tiny-lfu.ts';

const ignore = (): void => undefined;

test('P7 objects above a size pass through and drop nothing; hits are the policy’s', () => {
  const cache = new AdmittedPolicy(createPolicy('lru', 100), new SizeAdmission(50));
  expect(cache.insert(1, 50, ignore)).toBe(true);
  expect(cache.insert(2, 50, ignore)).toBe(true);
  expect(cache.insert(3, 51, () => expect.unreachable())).toBe(false);
  cache.touch(1);
  const evicted: number[] = [];
  expect(cache.insert(4, 20, (object) => evicted.push(object))).toBe(true);
  expect(evicted).toEqual([2]);
  cache.remove(1);
  expect([cache.name, cache.capacity, cache.used, cache.count, cache.has(4), cache.sizeOf(4)])
    .toEqual(['lru+size', 100, 20, 1, true, 20]);
});

test('P7 with a probability before an LRU it is q-LRU', () => {
  const filter = new ProbabilisticAdmission(0.1, stream('admission'));
  const cache = new AdmittedPolicy(createPolicy('lru', 100), filter);
  const trace = zipfTrace(1000, 1, 800_000);
  replay(cache, trace, 0, 200_000);
  const { misses, requests } = replay(cache, trace, 200_000);
  const { hitRatio } = qLruForecast(zipfProbabilities(1000, 1), 100, 0.1);
  expect(Math.abs(1 - misses / requests - hitRatio)).toBeLessThan(0.002);
});

describe('second hit', () => {
  test('P7 admits at the second miss, unless too many strangers came between', () => {
    const filter = new SecondHitAdmission(100);
    expect([filter.admits(1), filter.admits(1), filter.admits(1)]).toEqual([false, true, true]);
    // Written anew in each window while it is asked for: one that is not is forgotten after two.
    for (let object = 1000; object < 1099; object++) filter.admits(object);
    expect(filter.admits(1)).toBe(true);
    for (let object = 2000; object < 2250; object++) filter.admits(object);
    expect(filter.admits(1)).toBe(false);
  });

  test('P7 takes few strangers for acquaintances', () => {
    const filter = new SecondHitAdmission(10_000);
    let mistaken = 0;
    for (let object = 0; object < 50_000; object++) if (filter.admits(object)) mistaken++;
    expect(mistaken / 50_000).toBeLessThan(0.03);
  });
});

test.each<[string, () => AdmissionFilter]>([
  ['size', () => new SizeAdmission(0.5)],
  ['probability', () => new ProbabilisticAdmission(0.5, stream('again'))],
  ['second hit', () => new SecondHitAdmission(50)],
  ['TinyLFU', () => new TinyLfuAdmission()],
])('C23 saved anywhere and restored, %s goes on the same', (_name, filter) => {
  const trace = zipfTrace(300, 0.8, 4000);
  const create = (): EvictionPolicy => new AdmittedPolicy(createPolicy('lru', 40), filter());
  const first = create();
  replay(first, trace, 0, 1500);
  const saved = first.save();
  const copy = structuredClone(saved);
  const second = create();
  second.restore(saved);
  expect(replay(second, trace, 1500)).toEqual(replay(first, trace, 1500));
  expect(second.save()).toEqual(first.save());
  expect(saved).toEqual(copy);
});

function stream(name: string) {
  return new RandomStreams(3, 0).stream(name);
}

function zipfTrace(objects: number, exponent: number, requests: number) {
  const zipf = new Zipf(objects, exponent);
  const names = stream(`zipf/${objects}`);
  return {
    objects: Int32Array.from({ length: requests }, () => zipf.sample(names)),
    sizes: new Float64Array(requests).fill(1),
  };
}
