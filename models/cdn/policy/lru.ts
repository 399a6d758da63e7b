import { assert } from '../../core/assert.ts';
import type { Bytes } from '../../core/units.ts';
import type { EvictionPolicy, EvictionPolicyState } from './policy.ts';

const NONE = -1;
const ABSENT = -2;

/**
 * Least recently used, on typed arrays indexed by object: a doubly linked list threaded through two columns. No Map is
 * walked, so an eviction costs the same at any size.
 */
export class LruPolicy implements EvictionPolicy {
  readonly name = 'lru';
  readonly capacity: Bytes;
  #used = 0;
  #count = 0;
  #newest = NONE;
  #oldest = NONE;
  /** Next older object; ABSENT marks an object that is not held. */
  #older: Int32Array;
  #newer: Int32Array;
  #sizes: Float64Array;

  constructor(capacity: Bytes, objects = 1024) {
    assert(capacity > 0, 'a cache needs capacity', { capacity });
    this.capacity = capacity;
    this.#older = new Int32Array(objects).fill(ABSENT);
    this.#newer = new Int32Array(objects).fill(NONE);
    this.#sizes = new Float64Array(objects);
  }

  get used(): Bytes {
    return this.#used;
  }

  get count(): number {
    return this.#count;
  }

  has(object: number): boolean {
    return object >= 0 && object < this.#older.length && this.#older[object] !== ABSENT;
  }

  sizeOf(object: number): Bytes {
    return this.has(object) ? this.#sizes[object]! : 0;
  }

  touch(object: number): void {
    assert(this.has(object), 'only a held object is touched', { object });
    if (this.#newest === object) return;
    this.#unlink(object);
    this.#link(object);
  }

  insert(object: number, bytes: Bytes, onEvict: (object: number) => void): boolean {
    assert(Number.isSafeInteger(object) && object >= 0, 'objects are small interned integers', { object });
    assert(!this.has(object), 'only an absent object is inserted', { object });
    assert(bytes >= 0, 'a size is not negative', { object, bytes });
    if (bytes > this.capacity) return false;
    while (this.#used + bytes > this.capacity) {
      const victim = this.#oldest;
      assert(victim !== NONE, 'bytes in use belong to objects', { used: this.#used, capacity: this.capacity });
      this.remove(victim);
      onEvict(victim);
    }
    this.#reserve(object);
    this.#sizes[object] = bytes;
    this.#used += bytes;
    this.#count++;
    this.#link(object);
    assert(this.#used <= this.capacity, 'a cache holds no more than its capacity', { used: this.#used });
    return true;
  }

  remove(object: number): void {
    assert(this.has(object), 'only a held object is removed', { object });
    this.#unlink(object);
    this.#older[object] = ABSENT;
    this.#used -= this.#sizes[object]!;
    this.#count--;
    assert(this.#used >= 0, 'bytes in use are not negative', { used: this.#used });
  }

  save(): EvictionPolicyState {
    return {
      numbers: [this.#used, this.#count, this.#newest, this.#oldest],
      columns: [this.#older.slice(), this.#newer.slice(), this.#sizes.slice()],
    };
  }

  restore(state: EvictionPolicyState): void {
    [this.#used, this.#count, this.#newest, this.#oldest] = state.numbers as [number, number, number, number];
    const [older, newer, sizes] = state.columns as [Int32Array, Int32Array, Float64Array];
    this.#older = older.slice();
    this.#newer = newer.slice();
    this.#sizes = sizes.slice();
  }

  #link(object: number): void {
    this.#older[object] = this.#newest;
    this.#newer[object] = NONE;
    if (this.#newest === NONE) this.#oldest = object;
    else this.#newer[this.#newest] = object;
    this.#newest = object;
  }

  #unlink(object: number): void {
    const older = this.#older[object]!;
    const newer = this.#newer[object]!;
    if (newer === NONE) this.#newest = older;
    else this.#older[newer] = older;
    if (older === NONE) this.#oldest = newer;
    else this.#newer[older] = newer;
  }

  #reserve(object: number): void {
    if (object < this.#older.length) return;
    const length = Math.max(object + 1, this.#older.length * 2);
    const older = new Int32Array(length).fill(ABSENT);
    const newer = new Int32Array(length).fill(NONE);
    const sizes = new Float64Array(length);
    older.set(this.#older);
    newer.set(this.#newer);
    sizes.set(this.#sizes);
    this.#older = older;
    this.#newer = newer;
    this.#sizes = sizes;
  }
}
