import { hashObject } from './hash.ts';
import type { PolicyPart, StateReader, StateWriter } from './state.ts';

const ROWS = 4;
const MOST = 255;
/**
 * How often objects were seen, never too low, now and then too high: a count-min sketch of four rows with
 * conservative updates, whose counts are halved to forget. It can be widened as it fills.
 */
export class CountMinSketch implements PolicyPart {
  /** Counters in a row; a power of two. */
  #width: number;
  #counts: Uint8Array;

  constructor(width: number) {
    this.#width = 2 ** Math.ceil(Math.log2(Math.max(16, width)));
    this.#counts = new Uint8Array(this.#width * ROWS);
  }

  get width(): number {
    return this.#width;
  }

  /** Counts an object seen. */
  add(object: number): void {
    const least = this.estimate(object);
    if (least === MOST) return;
    const counts = this.#counts;
    // Only the smallest of its counters: the others are already too high for what they share.
    for (let row = 0; row < ROWS; row++) {
      const place = this.#place(object, row);
      if (counts[place] === least) counts[place] = least + 1;
    }
  }

  /** How often the object was seen, with what has been forgotten left out; at most 255. */
  estimate(object: number): number {
    const counts = this.#counts;
    let least = MOST;
    for (let row = 0; row < ROWS; row++) least = Math.min(least, counts[this.#place(object, row)]!);
    return least;
  }

  /** Halves every count. */
  halve(): void {
    const counts = this.#counts;
    for (let i = 0; i < counts.length; i++) counts[i]! >>>= 1;
  }

  /** Doubles the width until it is at least this; what was counted stays an upper bound. */
  widen(width: number): void {
    while (this.#width < width) {
      const counts = new Uint8Array(this.#counts.length * 2);
      for (let row = 0; row < ROWS; row++) {
        // A place of the wider row ends in the bits of the narrower one's: its count is copied to both.
        const old = this.#counts.subarray(row * this.#width, (row + 1) * this.#width);
        counts.set(old, row * 2 * this.#width);
        counts.set(old, (row * 2 + 1) * this.#width);
      }
      this.#counts = counts;
      this.#width *= 2;
    }
  }

  /** It grows with what a cache holds, not with the names of objects. */
  grow(): void {}

  save(to: StateWriter): void {
    to.number(this.#width);
    to.column(this.#counts);
  }

  restore(from: StateReader): void {
    this.#width = from.number();
    this.#counts = from.bytes();
  }

  #place(object: number, row: number): number {
    return row * this.#width + (hashObject(object, row) & (this.#width - 1));
  }
}
