/**
 * Flavoured number types: a plain number may be passed, but a value known to be in one unit
 * cannot be handed to a parameter of another.
 */
type Flavour<Name extends string> = number & { readonly unit?: Name };

/** Time or duration in integer microseconds; a double holds 285 years of them exactly. */
export type Us = Flavour<'us'>;
/** Size in bytes. */
export type Bytes = Flavour<'bytes'>;
/** Rate in bits per second. */
export type BitsPerS = Flavour<'bits/s'>;

/** Microseconds in a second. */
export const US_PER_S = 1_000_000;
/** Microseconds in a millisecond. */
export const US_PER_MS = 1_000;
/** A time that never comes: what `wakeAt()` returns when no timer is set. */
export const NEVER: Us = Infinity;

/** Seconds to integer microseconds, rounded to nearest. */
export function secondsToUs(seconds: number): Us {
  return Math.round(seconds * US_PER_S);
}

/** Microseconds to seconds. */
export function usToSeconds(us: Us): number {
  return us / US_PER_S;
}
