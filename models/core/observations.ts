import { assert } from './assert.ts';
import { GrowableFloat64 } from './growable.ts';
import { QuantileSketch } from './sketch.ts';
import type { SketchState } from './sketch-state.ts';
import { quantileOfSorted } from './statistics.ts';

/** Most observations that are kept one by one: 8 kB, about what the sketch takes that follows them. */
export const EXACT_OBSERVATIONS = 1000;

/** Observations as plain data: every value, ascending, or the sketch that took their place. */
export type ObservationsState =
  | { readonly values: readonly number[] }
  | { readonly sketch: SketchState };

/**
 * Observations of something that is never negative, in bounded memory: each of them while there are at most
 * EXACT_OBSERVATIONS, a quantile sketch of all from then on. What is held depends on the values alone, so
 * that windows, replications and workers merge in any order to the same bytes.
 */
export class Observations {
  #values: GrowableFloat64 | undefined = new GrowableFloat64(8);
  #sketch: QuantileSketch | undefined;

  /** Values seen. */
  get count(): number {
    return this.#sketch?.count ?? this.#values!.length;
  }

  /** Largest relative error of a quantile: 0 while every value is kept. */
  get relativeError(): number {
    return this.#sketch?.relativeError ?? 0;
  }

  /** Adds a finite value >= 0. */
  add(value: number): void {
    const values = this.#values;
    if (values === undefined) {
      this.#sketch!.add(value);
      return;
    }
    assert(value >= 0 && value < Infinity, 'observations are finite and not negative', { value });
    values.push(value + 0); // never -0, which JSON has not
    if (values.length > EXACT_OBSERVATIONS) this.#toSketch();
  }

  /** Adds all that another has seen. */
  merge(other: Observations): void {
    const theirs = other.#values;
    if (theirs !== undefined) {
      for (let i = 0; i < theirs.length; i++) this.add(theirs.array[i]!);
      return;
    }
    if (this.#sketch === undefined) this.#toSketch();
    this.#sketch!.merge(other.#sketch!);
  }

  /**
   * Quantile by linear interpolation between order statistics (type 7 of Hyndman and Fan), within the
   * relative error; undefined without values.
   */
  quantile(q: number): number | undefined {
    if (this.count === 0) return undefined;
    const sketch = this.#sketch;
    if (sketch === undefined) return quantileOfSorted(this.#values!.slice(0).sort(), q);
    const position = (sketch.count - 1) * q;
    const rank = Math.floor(position);
    const below = sketch.valueAtRank(rank);
    return position === rank ? below : below + (sketch.valueAtRank(rank + 1) - below) * (position - rank);
  }

  /** Values at or below a bound, within the relative error of the bound. */
  countAtMost(bound: number): number {
    if (this.#sketch !== undefined) return this.#sketch.countAtMost(bound);
    const { array, length } = this.#values!;
    let count = 0;
    for (let i = 0; i < length; i++) if (array[i]! <= bound) count++;
    return count;
  }

  /** A copy as plain data. */
  save(): ObservationsState {
    if (this.#sketch !== undefined) return { sketch: this.#sketch.save() };
    return { values: [...this.#values!.slice(0).sort()] };
  }

  /** The observations that `save` gave. */
  static restore(state: ObservationsState): Observations {
    const observations = new Observations();
    if ('values' in state) for (const value of state.values) observations.add(value);
    else {
      observations.#values = undefined;
      observations.#sketch = QuantileSketch.restore(state.sketch);
    }
    return observations;
  }

  #toSketch(): void {
    const sketch = new QuantileSketch();
    const values = this.#values!;
    for (let i = 0; i < values.length; i++) sketch.add(values.array[i]!);
    this.#values = undefined;
    this.#sketch = sketch;
  }
}
