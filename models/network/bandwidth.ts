import type { BitsPerS, Us } from '../core/units.ts';

/** One stretch of constant conditions in a bandwidth trace. */
export interface TracePeriod {
  readonly durationUs: Us;
  readonly rate: BitsPerS;
  /** Round-trip time during the period. */
  readonly latencyUs: Us;
}

/**
 * Capacity of a link as a function of time. A trace is repeated for ever, as Sabre does. `timeOfBits`
 * is the inverse of `bitsUntil` to the microsecond, in O(log periods).
 */
export interface Bandwidth {
  /** Bits the link can carry from time 0 to `at`. */
  bitsUntil(at: Us): number;
  /** The earliest time at which the link has carried `bits` since time 0; Infinity when it never does. */
  timeOfBits(bits: number): Us;
  /** Capacity at `at`. */
  rateAt(at: Us): BitsPerS;
  /** Round-trip time at `at`. */
  latencyAt(at: Us): Us;
}

/** Capacity that is constant from one change to the next. */
export interface SteppedBandwidth extends Bandwidth {
  /** The first whole µs after `at`, which may lie between two, at which the rate may change; or Infinity. */
  changeAfter(at: Us): Us;
}
