import { assert } from '../../core/assert.ts';
import { estimateMean, type Estimate } from '../../core/statistics.ts';
import type { Bytes } from '../../core/units.ts';
import type { EvictionPolicy } from '../policy/policy.ts';
import { replay, type ReplayCounts } from './replay.ts';
import type { RequestTrace } from './trace.ts';

/** Miss ratios of one cache size; estimates from samples have 95 % intervals, exact ones have none. */
export interface CurvePoint {
  readonly capacity: Bytes;
  readonly missRatio: Estimate;
  readonly byteMissRatio: Estimate;
}

/** Builds the policy under test for the trace it will replay. */
export type CreatePolicy = (capacity: Bytes, trace: RequestTrace) => EvictionPolicy;

/** How much of a trace is replayed: each of `samples` times `rate` of its objects. */
export interface Sampling {
  /** Share of objects, in (0, 1]; 1 replays everything, once. */
  readonly rate: number;
  readonly samples: number;
}

/** Counts what a policy makes of a trace at each of some sizes. */
export type CountAll = (
  trace: RequestTrace, capacities: readonly Bytes[],
) => ReadonlyArray<Pick<ReplayCounts, 'misses' | 'missedBytes'>>;

/**
 * Miss ratios over cache sizes, by a replay at each, or as `count` has them. Below a rate of 1 each sample
 * keeps the objects whose hash falls into the rate, with all their requests, and replays them through a
 * cache shrunk by the rate (Waldspurger et al., FAST 2015 and ATC 2017); the interval is over samples of
 * different hashes. Ratios are of the requests a sample should have, so that it matters little whether the
 * most popular objects are in it. The interval does not cover what shrinking itself does to small caches.
 */
export function missRatioCurve(
  trace: RequestTrace, capacities: readonly Bytes[], create: CreatePolicy, sampling: Sampling,
  count: CountAll = (some, sizes) => sizes.map((size) => replay(create(size, some), some)),
): CurvePoint[] {
  const { rate, samples } = sampling;
  assert(rate > 0 && rate <= 1 && samples >= 1, 'a sample is a share of the objects', { rate, samples });
  const bytes = trace.sizes.reduce((sum, size) => sum + size, 0);
  const [requests, sampledBytes] = [trace.objects.length * rate, bytes * rate];
  const ratios = capacities.map((): { misses: number[]; bytes: number[] } => ({ misses: [], bytes: [] }));
  for (let salt = 0; salt < (rate === 1 ? 1 : samples); salt++) {
    const sample = rate === 1 ? trace : sampleObjects(trace, rate, salt);
    count(sample, capacities.map((capacity) => capacity * rate)).forEach((counts, i) => {
      ratios[i]!.misses.push(counts.misses / requests);
      ratios[i]!.bytes.push(counts.missedBytes / sampledBytes);
    });
  }
  return ratios.map((found, i) => ({
    capacity: capacities[i]!, missRatio: estimateMean(found.misses), byteMissRatio: estimateMean(found.bytes),
  }));
}

/**
 * The requests of a share of the objects, picked by a hash; `salt` picks others. Objects are named anew, in
 * order.
 */
export function sampleObjects(trace: RequestTrace, rate: number, salt: number): RequestTrace {
  const limit = rate * 2 ** 32;
  const { objects, sizes, times } = trace;
  const names = new Map<number, number>();
  let length = 0;
  for (let i = 0; i < objects.length; i++) if (hash(objects[i]!, salt) < limit) length++;
  const kept = {
    objects: new Int32Array(length), sizes: new Float64Array(length), times: new Float64Array(length),
  };
  let at = 0;
  for (let i = 0; i < objects.length; i++) {
    const object = objects[i]!;
    if (hash(object, salt) >= limit) continue;
    let name = names.get(object);
    if (name === undefined) names.set(object, name = names.size);
    kept.objects[at] = name;
    kept.times[at] = times?.[i] ?? i;
    kept.sizes[at++] = sizes[i]!;
  }
  return kept;
}

/**
 * `count` sizes from `smallest` to `largest`, evenly spaced in their logarithms; whole numbers, none twice.
 */
export function logarithmicSizes(smallest: number, largest: number, count: number): number[] {
  const step = Math.log(largest / smallest) / Math.max(1, count - 1);
  const sizes = Array.from({ length: count }, (_, i) => Math.round(smallest * Math.exp(i * step)));
  return [...new Set(sizes.map((size) => Math.max(1, size)))];
}

/** MurmurHash3's avalanche over name and salt, from 0 to 2^32 - 1. */
function hash(object: number, salt: number): number {
  let h = Math.imul(object + 1, 0x9e3779b1) ^ Math.imul(salt + 1, 0x27d4eb2f);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
