import type { Bytes } from '../../core/units.ts';
import type { EvictionPolicy } from '../policy/policy.ts';
import type { RequestTrace } from './trace.ts';

/** What a policy made of a trace. */
export interface ReplayCounts {
  readonly requests: number;
  readonly bytes: Bytes;
  /** Requests for what was not held, first requests among them. */
  readonly misses: number;
  readonly missedBytes: Bytes;
  readonly evictions: number;
}

/**
 * Puts the requests of a trace from index `from` to before `to` through a policy: a miss takes the object
 * in at once. A hit counts the bytes asked for and changes no stored size.
 */
export function replay(
  policy: EvictionPolicy, trace: RequestTrace, from = 0, to = trace.objects.length,
): ReplayCounts {
  const { objects, sizes } = trace;
  let bytes = 0;
  let misses = 0;
  let missedBytes = 0;
  let evictions = 0;
  const onEvict = (): void => {
    evictions++;
  };
  const clock = policy.advance === undefined ? undefined : trace.times;
  for (let i = from; i < to; i++) {
    if (clock !== undefined) policy.advance!(clock[i]!);
    const object = objects[i]!;
    const size = sizes[i]!;
    bytes += size;
    if (policy.has(object)) {
      policy.touch(object, onEvict);
    } else {
      misses++;
      missedBytes += size;
      policy.insert(object, size, onEvict);
    }
  }
  return { requests: to - from, bytes, misses, missedBytes, evictions };
}
