import { assert } from '../../core/assert.ts';

/** The last samples of a quantity, for a column of slots: sliding and harmonic means are taken over them. */
export class SampleWindow {
  readonly #size: number;
  /** Rings of samples, slot by slot. */
  readonly #samples: Float64Array;
  /** Samples a slot has seen in all. */
  readonly #seen: Float64Array;

  /** Keeps `size` samples a slot, at least one. */
  constructor(slots: number, size: number) {
    assert(Number.isInteger(size) && size > 0, 'a window holds a sample', { size });
    this.#size = size;
    this.#samples = new Float64Array(slots * size);
    this.#seen = new Float64Array(slots);
  }

  /** Forgets what a slot has seen. */
  reset(slot: number): void {
    this.#seen[slot] = 0;
  }

  /** Takes in a sample; the oldest of a full window goes. */
  observe(slot: number, sample: number): void {
    this.#samples[slot * this.#size + (this.#seen[slot]! % this.#size)] = sample;
    this.#seen[slot]! += 1;
  }

  /** Number of samples a slot holds. */
  count(slot: number): number {
    return Math.min(this.#seen[slot]!, this.#size);
  }

  /** The sample `age` samples before the newest, which has age 0. */
  sample(slot: number, age: number): number {
    return this.#samples[slot * this.#size + ((this.#seen[slot]! - 1 - age) % this.#size)]!;
  }

  /** Arithmetic mean of the samples held, summed from the oldest on; NaN without one. */
  mean(slot: number): number {
    const count = this.count(slot);
    let sum = 0;
    for (let age = count - 1; age >= 0; age--) sum += this.sample(slot, age);
    return sum / count;
  }

  /** Harmonic mean of the samples held, all above 0: the rate of equal parts together. NaN without one. */
  harmonicMean(slot: number): number {
    const count = this.count(slot);
    let sum = 0;
    for (let age = count - 1; age >= 0; age--) sum += 1 / this.sample(slot, age);
    return count / sum;
  }

  /** Greatest of the samples held; -Infinity without one. */
  most(slot: number): number {
    let most = -Infinity;
    for (let age = this.count(slot) - 1; age >= 0; age--) most = Math.max(most, this.sample(slot, age));
    return most;
  }

  /** A copy of the state, by names that start with `prefix`. */
  save(prefix: string): Record<string, Float64Array> {
    return { [`${prefix}Samples`]: this.#samples.slice(), [`${prefix}Seen`]: this.#seen.slice() };
  }

  /** Puts a saved state of as many slots and samples back. */
  restore(prefix: string, state: Readonly<Record<string, Float64Array>>): void {
    this.#samples.set(state[`${prefix}Samples`]!);
    this.#seen.set(state[`${prefix}Seen`]!);
  }
}
