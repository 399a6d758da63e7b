import { larger } from '../../core/columns.ts';
import { ABSENT, IntMap } from '../../core/int-map.ts';
import type { StateReader, StateWriter } from './state.ts';

/** No slot: the object is neither held nor remembered. */
export const NO_SLOT = ABSENT;

const FIRST_SLOTS = 64;

/**
 * Slots for the objects that a policy holds or remembers, so that its columns are as long as those are many
 * and not as the catalogue is: a hash table from objects to slots, the objects by slot, and the free slots.
 */
export class SlotIndex {
  readonly #slots = new IntMap(FIRST_SLOTS);
  #objects: Int32Array = new Int32Array(FIRST_SLOTS);
  #free: Int32Array = new Int32Array(FIRST_SLOTS);
  #freeCount = 0;
  /** Slots ever taken. */
  #taken = 0;
  /** The last object that was found, and its slot: a request asks for the same one several times. */
  #lastObject = -1;
  #lastSlot = NO_SLOT;

  /** Slots below this have been taken. */
  get length(): number {
    return this.#taken;
  }

  /** The slot of an object, or NO_SLOT. */
  find(object: number): number {
    if (object === this.#lastObject) return this.#lastSlot;
    const slot = this.#slots.get(object);
    this.#lastObject = object;
    this.#lastSlot = slot;
    return slot;
  }

  /** Gives an object that has none a slot. */
  take(object: number): number {
    const slot = this.#freeCount > 0 ? this.#free[--this.#freeCount]! : this.#taken++;
    if (slot >= this.#objects.length) this.#objects = larger(this.#objects, slot + 1);
    this.#objects[slot] = object;
    this.#slots.set(object, slot);
    this.#lastObject = object;
    this.#lastSlot = slot;
    return slot;
  }

  /** Takes the slot of an object back. */
  release(slot: number): void {
    const object = this.#objects[slot]!;
    this.#slots.delete(object);
    if (this.#freeCount === this.#free.length) this.#free = larger(this.#free, this.#freeCount + 1);
    this.#free[this.#freeCount++] = slot;
    if (object === this.#lastObject) this.#lastSlot = NO_SLOT;
  }

  /** The object of a slot. */
  objectAt(slot: number): number {
    return this.#objects[slot]!;
  }

  save(to: StateWriter): void {
    const { entries, size } = this.#slots.save();
    to.column(entries);
    to.column(this.#objects);
    to.column(this.#free);
    for (const number of [size, this.#freeCount, this.#taken]) to.number(number);
  }

  restore(from: StateReader): void {
    const entries = from.integers();
    this.#objects = from.integers();
    this.#free = from.integers();
    this.#slots.restore({ entries, size: from.number() });
    this.#freeCount = from.number();
    this.#taken = from.number();
    this.#lastObject = -1;
  }
}
