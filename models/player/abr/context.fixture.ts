import type { AbrContext } from './rule.ts';

/** What a rule sees in tests: the first slot, an empty buffer of 30 s, segments of 4 s, but for `given`. */
export function contextOf(given: Partial<AbrContext>): AbrContext {
  return {
    now: 0, slot: 0, bufferUs: 0, bufferMaxUs: 30e6, lastRendition: -1, segment: 0, segmentsLeft: Infinity,
    segmentUs: 4e6, bitrates: [], rate: 1, latencyUs: NaN, sizes: undefined, ...given,
  };
}
