import type { Bytes } from '../../core/units.ts';
import type { ReplayCounts } from './replay.ts';
import type { RequestTrace } from './trace.ts';

/**
 * What LRU makes of a trace at many sizes, in one pass: an object is still held when the bytes of all
 * objects asked for since its last request, its own among them, fit into the cache (Mattson et al. 1970;
 * bytes in place of objects). Exact where no object is larger than the cache, as larger ones pass it by and
 * drop nothing: below that there is undefined. When an object is asked for with two sizes, there is
 * undefined everywhere, as what is held depends on the cache.
 */
export function lruCounts(
  trace: RequestTrace, capacities: readonly Bytes[],
): ReadonlyArray<ReplayCounts | undefined> {
  const { objects, sizes } = trace;
  const limits = [...new Set(capacities)].sort((a, b) => a - b);
  const hits = new Float64Array(limits.length + 1);
  const hitBytes = new Float64Array(limits.length + 1);
  const stack = new RecencyStack(objects.length);
  const names = objects.reduce((most, object) => Math.max(most, object + 1), 0);
  /** Of each object its last request, or -1. */
  const lastAt = new Int32Array(names).fill(-1);
  let [bytes, largest] = [0, 0];
  for (let i = 0; i < objects.length; i++) {
    const size = sizes[i]!;
    const before = lastAt[objects[i]!]!;
    if (before >= 0) {
      if (sizes[before] !== size) return capacities.map(() => undefined);
      const at = firstAtLeast(limits, stack.bytesSince(before));
      hits[at]!++;
      hitBytes[at]! += size;
      stack.add(before, -size);
    }
    stack.add(i, size);
    lastAt[objects[i]!] = i;
    bytes += size;
    largest = Math.max(largest, size);
  }
  const held = new Float64Array(limits.length + 1);
  for (const at of lastAt) if (at >= 0) held[firstAtLeast(limits, stack.bytesSince(at))]!++;
  for (const column of [hits, hitBytes, held]) sumUp(column);
  return capacities.map((capacity) => {
    if (capacity < largest) return undefined;
    const at = firstAtLeast(limits, capacity);
    const misses = objects.length - hits[at]!;
    return {
      requests: objects.length, bytes, misses, missedBytes: bytes - hitBytes[at]!,
      evictions: misses - held[at]!,
    };
  });
}

/** Bytes of objects by the time of their last request: a Fenwick tree over the requests of a trace. */
class RecencyStack {
  readonly #sums: Float64Array;
  #total = 0;

  constructor(requests: number) {
    this.#sums = new Float64Array(requests + 1);
  }

  add(request: number, bytes: Bytes): void {
    this.#total += bytes;
    for (let at = request + 1; at < this.#sums.length; at += at & -at) this.#sums[at]! += bytes;
  }

  /** Bytes of what was asked for last at this request or later. */
  bytesSince(request: number): Bytes {
    let before = 0;
    for (let at = request; at > 0; at -= at & -at) before += this.#sums[at]!;
    return this.#total - before;
  }
}

/** Index of the first limit that is at least this; their number when none is. */
function firstAtLeast(limits: readonly number[], value: number): number {
  let [low, high] = [0, limits.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (limits[middle]! >= value) high = middle;
    else low = middle + 1;
  }
  return low;
}

function sumUp(column: Float64Array): void {
  for (let i = 1; i < column.length; i++) column[i]! += column[i - 1]!;
}
