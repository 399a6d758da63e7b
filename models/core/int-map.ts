import { assert } from './assert.ts';

/** What `get` answers for a key that is not there. */
export const ABSENT = -1;

const FREE = -1;
const FIRST_ROOM = 16;

/** Copied state of a map. */
export interface IntMapState {
  readonly entries: Int32Array;
  readonly size: number;
}

/**
 * A map from natural numbers to natural numbers (both below 2^31) on a typed array: open addressing with
 * linear probing, no object an entry, at most half full. A value lies beside its key: a look-up needs one
 * place of memory.
 */
export class IntMap {
  /** Keys at even places, their values after them. */
  #entries: Int32Array;
  #mask: number;
  #size = 0;

  constructor(room = FIRST_ROOM) {
    const length = 2 ** Math.ceil(Math.log2(Math.max(FIRST_ROOM, 2 * room)));
    this.#entries = new Int32Array(2 * length).fill(FREE);
    this.#mask = length - 1;
  }

  get size(): number {
    return this.#size;
  }

  /** Bytes of memory it takes. */
  get memory(): number {
    return this.#entries.byteLength;
  }

  /** The value of a key, or ABSENT. */
  get(key: number): number {
    const entries = this.#entries;
    const mask = this.#mask;
    for (let at = spread(key) & mask; ; at = (at + 1) & mask) {
      const found = entries[2 * at]!;
      if (found === key) return entries[2 * at + 1]!;
      if (found === FREE) return ABSENT;
    }
  }

  /** Gives a key a value, a new one or another. */
  set(key: number, value: number): void {
    const entries = this.#entries;
    let at = spread(key) & this.#mask;
    while (entries[2 * at] !== FREE && entries[2 * at] !== key) at = (at + 1) & this.#mask;
    entries[2 * at + 1] = value;
    if (entries[2 * at] === key) return;
    assert(key >= 0 && key === (key | 0), 'keys are natural numbers of 31 bits', { key });
    entries[2 * at] = key;
    this.#size++;
    if (2 * this.#size > this.#mask + 1) this.#grow();
  }

  /** Forgets a key; whether it was there. */
  delete(key: number): boolean {
    const entries = this.#entries;
    const mask = this.#mask;
    let hole = spread(key) & mask;
    while (entries[2 * hole] !== key) {
      if (entries[2 * hole] === FREE) return false;
      hole = (hole + 1) & mask;
    }
    // What was pushed past the hole moves back into it, so that no tombstone is left.
    for (let at = (hole + 1) & mask; entries[2 * at] !== FREE; at = (at + 1) & mask) {
      const home = spread(entries[2 * at]!) & mask;
      if (((at - home) & mask) < ((at - hole) & mask)) continue;
      entries[2 * hole] = entries[2 * at]!;
      entries[2 * hole + 1] = entries[2 * at + 1]!;
      hole = at;
    }
    entries[2 * hole] = FREE;
    this.#size--;
    return true;
  }

  /** A copy of the whole state. */
  save(): IntMapState {
    return { entries: this.#entries.slice(), size: this.#size };
  }

  /** Puts a saved state back. */
  restore(state: IntMapState): void {
    this.#entries = state.entries.slice();
    this.#size = state.size;
    this.#mask = this.#entries.length / 2 - 1;
  }

  #grow(): void {
    const entries = this.#entries;
    this.#entries = new Int32Array(2 * entries.length).fill(FREE);
    this.#mask = entries.length - 1;
    for (let i = 0; i < entries.length; i += 2) {
      const key = entries[i]!;
      if (key === FREE) continue;
      let at = spread(key) & this.#mask;
      while (this.#entries[2 * at] !== FREE) at = (at + 1) & this.#mask;
      this.#entries[2 * at] = key;
      this.#entries[2 * at + 1] = entries[i + 1]!;
    }
  }
}

/**
 * Place of a key in a large enough table: eight neighbouring keys stay side by side, as those who ask for one
 * ask for the next soon, and lie on one line of memory; such groups are spread by MurmurHash3's
 * multiplications, half of its avalanche.
 */
function spread(key: number): number {
  const group = key >>> 3;
  const h = Math.imul(group ^ (group >>> 16), 0x85ebca6b);
  return ((h ^ (h >>> 13)) << 3) | (key & 7);
}
