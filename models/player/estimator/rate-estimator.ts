/** An estimate of a rate from weighed samples, for a column of slots. */
export interface RateEstimator {
  /** Forgets what a slot has seen. */
  reset(slot: number): void;
  /** Takes in a sample that counts as much as `weight` > 0, where the estimator weighs. */
  observe(slot: number, weight: number, sample: number): void;
  /** True once the slot has a sample. */
  known(slot: number): boolean;
  /** What to believe of the rate; NaN before the first sample. */
  least(slot: number): number;
  /** A copy of the state, by names that start with `prefix`. */
  save(prefix: string): Record<string, Float64Array>;
  /** Puts a saved state of the same estimator back. */
  restore(prefix: string, state: Readonly<Record<string, Float64Array>>): void;
}
