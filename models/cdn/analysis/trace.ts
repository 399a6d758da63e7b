import { assert } from '../../core/assert.ts';
import type { Bytes } from '../../core/units.ts';

/**
 * Requests to a cache in their order; `objects` are interned, from 0 without gaps in the order of first
 * requests.
 */
export interface RequestTrace {
  readonly objects: Int32Array;
  /** Bytes each request asks for. */
  readonly sizes: Float64Array;
  /** Time of each request [s], for policies whose objects expire. */
  readonly times?: Float64Array;
}

/** What a trace asks for, whatever cache it meets. */
export interface TraceTotals {
  readonly requests: number;
  readonly bytes: Bytes;
  /** Distinct objects: so many requests miss in any cache that starts empty. */
  readonly objects: number;
  /** Bytes of the first request for each object. */
  readonly objectBytes: Bytes;
}

/** Totals of a trace. */
export function traceTotals({ objects, sizes }: RequestTrace): TraceTotals {
  let bytes = 0;
  let distinct = 0;
  let objectBytes = 0;
  for (let i = 0; i < objects.length; i++) {
    const size = sizes[i]!;
    bytes += size;
    assert(objects[i]! <= distinct, 'objects are named in the order of their first requests', { request: i });
    if (objects[i] !== distinct) continue;
    distinct++;
    objectBytes += size;
  }
  return { requests: objects.length, bytes, objects: distinct, objectBytes };
}

/** The same requests for objects that all count as one: capacities are then in objects. */
export function withoutSizes(trace: RequestTrace): RequestTrace {
  return { ...trace, sizes: new Float64Array(trace.objects.length).fill(1) };
}

/**
 * For each request the index of the next one for the same object, Infinity if there is none: what Belady
 * has to know.
 */
export function nextRequests({ objects }: RequestTrace): Float64Array {
  const next = new Float64Array(objects.length).fill(Infinity);
  let last = -1;
  for (let i = 0; i < objects.length; i++) last = Math.max(last, objects[i]!);
  const seenAt = new Float64Array(last + 1).fill(Infinity);
  for (let i = objects.length - 1; i >= 0; i--) {
    next[i] = seenAt[objects[i]!]!;
    seenAt[objects[i]!] = i;
  }
  return next;
}
