import { InvariantError } from '../../models/core/assert.ts';

/** What a tally holds, as plain data. */
export interface TallyState {
  readonly count: number;
  readonly mean: number;
  readonly squares: number;
  readonly min: number;
  readonly max: number;
}

/**
 * Mean, variance and extremes of single observations, numerically stable (Welford 1962). Tallies of
 * replications merge (Chan, Golub and LeVeque 1979); merged in one order, that of replications, they give
 * the same bytes.
 */
export class Tally {
  #count = 0;
  #mean = 0;
  /** Sum of squared distances from the mean. */
  #squares = 0;
  #min = Infinity;
  #max = -Infinity;

  /** Observations made. */
  get count(): number {
    return this.#count;
  }

  /** Arithmetic mean; 0 when empty. */
  get mean(): number {
    return this.#mean;
  }

  /** Unbiased variance of one observation; 0 for fewer than two. */
  get variance(): number {
    return this.#count < 2 ? 0 : this.#squares / (this.#count - 1);
  }

  /** Smallest observation; infinite when empty. */
  get min(): number {
    return this.#min;
  }

  /** Largest observation; minus infinity when empty. */
  get max(): number {
    return this.#max;
  }

  /** Adds one finite observation. */
  add(value: number): void {
    // A check that builds nothing: customers are added one by one.
    if (!(value - value === 0)) throw notFinite(value);
    this.#count++;
    const distance = value - this.#mean;
    this.#mean += distance / this.#count;
    this.#squares += distance * (value - this.#mean);
    if (value < this.#min) this.#min = value;
    if (value > this.#max) this.#max = value;
  }

  /** Adds all that another tally has seen. */
  merge(other: Tally): void {
    const count = this.#count + other.#count;
    if (count === 0) return;
    const distance = other.#mean - this.#mean;
    this.#squares += other.#squares + (distance * distance * this.#count * other.#count) / count;
    this.#mean += (distance * other.#count) / count;
    this.#count = count;
    this.#min = Math.min(this.#min, other.#min);
    this.#max = Math.max(this.#max, other.#max);
  }

  /** Forgets everything, as at the end of the warm-up. */
  reset(): void {
    this.restore(EMPTY);
  }

  save(): TallyState {
    return { count: this.#count, mean: this.#mean, squares: this.#squares, min: this.#min, max: this.#max };
  }

  restore(state: TallyState): void {
    this.#count = state.count;
    this.#mean = state.mean;
    this.#squares = state.squares;
    this.#min = state.min;
    this.#max = state.max;
  }
}

const EMPTY: TallyState = { count: 0, mean: 0, squares: 0, min: Infinity, max: -Infinity };

function notFinite(value: number): InvariantError {
  return new InvariantError('a tally takes finite values', { value });
}
