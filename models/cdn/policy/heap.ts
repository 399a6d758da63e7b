import { grownDoubles, grownIntegers } from './columns.ts';
import { NONE } from './linked-list.ts';
import type { PolicyPart, StateReader, StateWriter } from './state.ts';

/** Objects by key, the smallest first; among equal keys the one that got its key first. */
export class ColumnHeap implements PolicyPart {
  /** Objects in heap order; `#size` of them count. */
  #heap: Int32Array = new Int32Array(1024);
  #size = 0;
  /** Keys given so far: the order among equals. */
  #given = 0;
  /** Where an object stands in the heap, or NONE. */
  #place: Int32Array;
  #keys: Float64Array;
  #order: Float64Array;

  constructor(objects: number) {
    this.#place = new Int32Array(objects).fill(NONE);
    this.#keys = new Float64Array(objects);
    this.#order = new Float64Array(objects);
  }

  get first(): number {
    return this.#size === 0 ? NONE : this.#heap[0]!;
  }

  /** Objects below this have room. */
  get room(): number {
    return this.#place.length;
  }

  /** True when the object is in the heap. */
  has(object: number): boolean {
    return object < this.#place.length && this.#place[object] !== NONE;
  }

  /** Key of an object in the heap. */
  keyOf(object: number): number {
    return this.#keys[object]!;
  }

  /** Adds an object, or gives it a new key; either way it is the last among equals. */
  put(object: number, key: number): void {
    let place = this.#place[object]!;
    const rises = place !== NONE && key >= this.#keys[object]!;
    this.#keys[object] = key;
    this.#order[object] = this.#given++;
    if (place === NONE) {
      if (this.#size === this.#heap.length) this.#heap = grownIntegers(this.#heap, this.#size * 2, NONE);
      place = this.#size++;
    }
    if (rises) this.#sink(object, place);
    else this.#float(object, place);
  }

  remove(object: number): void {
    const place = this.#place[object]!;
    this.#place[object] = NONE;
    const last = this.#heap[--this.#size]!;
    if (last === object) return;
    if (place > 0 && this.#before(last, this.#heap[(place - 1) >> 1]!)) this.#float(last, place);
    else this.#sink(last, place);
  }

  grow(length: number): void {
    this.#place = grownIntegers(this.#place, length, NONE);
    this.#keys = grownDoubles(this.#keys, length, 0);
    this.#order = grownDoubles(this.#order, length, 0);
  }

  save(to: StateWriter): void {
    to.number(this.#size);
    to.number(this.#given);
    for (const column of [this.#heap, this.#place, this.#keys, this.#order]) to.column(column);
  }

  restore(from: StateReader): void {
    this.#size = from.number();
    this.#given = from.number();
    this.#heap = from.integers();
    this.#place = from.integers();
    this.#keys = from.doubles();
    this.#order = from.doubles();
  }

  #before(a: number, b: number): boolean {
    const difference = this.#keys[a]! - this.#keys[b]!;
    return difference < 0 || (difference === 0 && this.#order[a]! < this.#order[b]!);
  }

  // Both move the hole instead of swapping: one store a level rather than three.
  #float(object: number, from: number): void {
    const heap = this.#heap;
    let hole = from;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if (!this.#before(object, heap[parent]!)) break;
      this.#set(hole, heap[parent]!);
      hole = parent;
    }
    this.#set(hole, object);
  }

  #sink(object: number, from: number): void {
    const heap = this.#heap;
    const size = this.#size;
    let hole = from;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= size) break;
      if (child + 1 < size && this.#before(heap[child + 1]!, heap[child]!)) child++;
      if (!this.#before(heap[child]!, object)) break;
      this.#set(hole, heap[child]!);
      hole = child;
    }
    this.#set(hole, object);
  }

  #set(place: number, object: number): void {
    this.#heap[place] = object;
    this.#place[object] = place;
  }
}
