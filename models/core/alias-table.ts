import { assert } from './assert.ts';
import type { RandomStream } from './rng.ts';

/** Draws an index by its weight in O(1): Walker's alias method as Vose builds it (1991). */
export class AliasTable {
  readonly #keep: Float64Array;
  readonly #alias: Int32Array;

  /** `weights`: not below 0, not all 0; they need not sum to one. */
  constructor(weights: Float64Array) {
    const n = weights.length;
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    assert(total > 0 && total < Infinity, 'weights have a finite sum above 0', { n, total });
    this.#keep = Float64Array.from(weights, (weight) => (weight * n) / total);
    this.#alias = new Int32Array(n);
    const small: number[] = [];
    const large: number[] = [];
    this.#keep.forEach((share, i) => (share < 1 ? small : large).push(i));
    while (small.length > 0 && large.length > 0) {
      const less = small.pop()!;
      const more = large.at(-1)!;
      this.#alias[less] = more;
      this.#keep[more]! += this.#keep[less]! - 1;
      if (this.#keep[more]! < 1) small.push(large.pop()!);
    }
    // What rounding has left over is itself.
    for (const i of [...small, ...large]) this.#keep[i] = 1;
  }

  sample(stream: RandomStream): number {
    const place = stream.uniform() * this.#keep.length;
    const i = Math.floor(place);
    return place - i < this.#keep[i]! ? i : this.#alias[i]!;
  }
}
