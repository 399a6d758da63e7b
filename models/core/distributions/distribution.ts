import type { RandomStream } from '../rng.ts';

/**
 * A law that random numbers follow; its unit is its user's. It holds no state: the randomness is the
 * stream's. Every draw takes a fixed number of uniforms wherever that is possible, so that runs on common
 * random numbers stay in step.
 */
export interface Distribution {
  /** Infinite where the law has none. */
  readonly mean: number;
  /** Infinite where the law has none. */
  readonly variance: number;
  sample(stream: RandomStream): number;
  /** P(X <= x), where it can be written down. */
  cdf?(x: number): number;
  /** The least x with P(X <= x) >= p for 0 <= p <= 1, where it can be computed directly. */
  quantile?(p: number): number;
}

/** Coefficient of variation: standard deviation over mean. */
export function variationOf(distribution: Distribution): number {
  return Math.sqrt(distribution.variance) / distribution.mean;
}

/** E[X^2], as waiting-time formulas ask for it. */
export function secondMomentOf(distribution: Distribution): number {
  return distribution.variance + distribution.mean ** 2;
}
