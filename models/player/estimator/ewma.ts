import { assert } from '../../core/assert.ts';
import type { RateEstimator } from './rate-estimator.ts';

/**
 * Exponentially weighted means of one quantity at several half-lives, for a column of slots. A sample's
 * weight and the half-lives share a unit, whichever: time of transfer, or number of samples. As in dash.js
 * ThroughputModel and Sabre, the start from zero is corrected for: one sample alone is the estimate.
 */
export class Ewma implements RateEstimator {
  readonly #halfLives: Float64Array;
  /** Uncorrected means, all half-lives of a slot together. */
  readonly #means: Float64Array;
  /** Sum of the weights a slot has seen. */
  readonly #weights: Float64Array;
  /** Decay of each half-life for the weight of the last sample: equal weights in a row cost one power. */
  readonly #decay: Float64Array;
  #decayWeight = NaN;

  constructor(slots: number, halfLives: readonly number[]) {
    const positive = halfLives.length > 0 && halfLives.every((life) => life > 0);
    assert(positive, 'half-lives are positive', { halfLives });
    this.#halfLives = Float64Array.from(halfLives);
    this.#means = new Float64Array(slots * halfLives.length);
    this.#weights = new Float64Array(slots);
    this.#decay = new Float64Array(halfLives.length);
  }

  /** Forgets what a slot has seen. */
  reset(slot: number): void {
    const lives = this.#halfLives.length;
    this.#means.fill(0, slot * lives, (slot + 1) * lives);
    this.#weights[slot] = 0;
  }

  /** Takes in a sample that counts as much as `weight` > 0. */
  observe(slot: number, weight: number, sample: number): void {
    const lives = this.#halfLives.length;
    const decay = this.#decay;
    if (weight !== this.#decayWeight) {
      for (let i = 0; i < lives; i++) decay[i] = Math.pow(0.5, weight / this.#halfLives[i]!);
      this.#decayWeight = weight;
    }
    for (let i = 0; i < lives; i++) {
      const at = slot * lives + i;
      this.#means[at] = decay[i]! * this.#means[at]! + (1 - decay[i]!) * sample;
    }
    this.#weights[slot]! += weight;
  }

  /** True once the slot has a sample. */
  known(slot: number): boolean {
    return this.#weights[slot]! > 0;
  }

  /** The least of the slot's means: what to believe of a rate. NaN before the first sample. */
  least(slot: number): number {
    let least = this.#mean(slot, 0);
    for (let i = 1; i < this.#halfLives.length; i++) least = Math.min(least, this.#mean(slot, i));
    return least;
  }

  /** The greatest of the slot's means: what to believe of a delay. NaN before the first sample. */
  most(slot: number): number {
    let most = this.#mean(slot, 0);
    for (let i = 1; i < this.#halfLives.length; i++) most = Math.max(most, this.#mean(slot, i));
    return most;
  }

  /** A copy of the state, by names that start with `prefix`. */
  save(prefix: string): Record<string, Float64Array> {
    return { [`${prefix}Means`]: this.#means.slice(), [`${prefix}Weights`]: this.#weights.slice() };
  }

  /** Puts a saved state of as many slots and half-lives back. */
  restore(prefix: string, state: Readonly<Record<string, Float64Array>>): void {
    this.#means.set(state[`${prefix}Means`]!);
    this.#weights.set(state[`${prefix}Weights`]!);
  }

  #mean(slot: number, i: number): number {
    const lives = this.#halfLives;
    return this.#means[slot * lives.length + i]! / (1 - Math.pow(0.5, this.#weights[slot]! / lives[i]!));
  }
}
