import { assert } from './assert.ts';

/** What `get` answers for a key that is not there. */
export const ABSENT = -1;

const FREE = -1;
const FIRST_ROOM = 16;

/** Copied state of a map. */
export interface IntMapState {
  readonly keys: Int32Array;
  readonly values: Int32Array;
  readonly size: number;
}

/**
 * A map from natural numbers to natural numbers (both below 2^31) on two typed arrays: open addressing with
 * linear probing, no object an entry, at most half full.
 */
export class IntMap {
  #keys: Int32Array;
  #values: Int32Array;
  #mask: number;
  #size = 0;

  constructor(room = FIRST_ROOM) {
    const length = 2 ** Math.ceil(Math.log2(Math.max(FIRST_ROOM, 2 * room)));
    this.#keys = new Int32Array(length).fill(FREE);
    this.#values = new Int32Array(length);
    this.#mask = length - 1;
  }

  get size(): number {
    return this.#size;
  }

  /** Bytes of memory its columns take. */
  get memory(): number {
    return this.#keys.byteLength + this.#values.byteLength;
  }

  /** The value of a key, or ABSENT. */
  get(key: number): number {
    const keys = this.#keys;
    const mask = this.#mask;
    for (let at = spread(key) & mask; ; at = (at + 1) & mask) {
      const found = keys[at]!;
      if (found === key) return this.#values[at]!;
      if (found === FREE) return ABSENT;
    }
  }

  /** Gives a key a value, a new one or another. */
  set(key: number, value: number): void {
    const keys = this.#keys;
    let at = spread(key) & this.#mask;
    while (keys[at] !== FREE && keys[at] !== key) at = (at + 1) & this.#mask;
    this.#values[at] = value;
    if (keys[at] === key) return;
    assert(key >= 0 && key === (key | 0), 'keys are natural numbers of 31 bits', { key });
    keys[at] = key;
    this.#size++;
    if (2 * this.#size > keys.length) this.#grow();
  }

  /** Forgets a key; whether it was there. */
  delete(key: number): boolean {
    const keys = this.#keys;
    const mask = this.#mask;
    let hole = spread(key) & mask;
    while (keys[hole] !== key) {
      if (keys[hole] === FREE) return false;
      hole = (hole + 1) & mask;
    }
    // What was pushed past the hole moves back into it, so that no tombstone is left.
    for (let at = (hole + 1) & mask; keys[at] !== FREE; at = (at + 1) & mask) {
      const home = spread(keys[at]!) & mask;
      if (((at - home) & mask) < ((at - hole) & mask)) continue;
      keys[hole] = keys[at]!;
      this.#values[hole] = this.#values[at]!;
      hole = at;
    }
    keys[hole] = FREE;
    this.#size--;
    return true;
  }

  /** A copy of the whole state. */
  save(): IntMapState {
    return { keys: this.#keys.slice(), values: this.#values.slice(), size: this.#size };
  }

  /** Puts a saved state back. */
  restore(state: IntMapState): void {
    this.#keys = state.keys.slice();
    this.#values = state.values.slice();
    this.#size = state.size;
    this.#mask = this.#keys.length - 1;
  }

  #grow(): void {
    const keys = this.#keys;
    const values = this.#values;
    this.#keys = new Int32Array(2 * keys.length).fill(FREE);
    this.#values = new Int32Array(2 * keys.length);
    this.#mask = this.#keys.length - 1;
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i]!;
      if (key === FREE) continue;
      let at = spread(key) & this.#mask;
      while (this.#keys[at] !== FREE) at = (at + 1) & this.#mask;
      this.#keys[at] = key;
      this.#values[at] = values[i]!;
    }
  }
}

/** Spreads neighbouring keys over the table: MurmurHash3's multiplications, half of its avalanche. */
function spread(key: number): number {
  const h = Math.imul(key ^ (key >>> 16), 0x85ebca6b);
  return h ^ (h >>> 13);
}
