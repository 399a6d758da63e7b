import { assert, broken } from '../../core/assert.ts';
import type { Bytes } from '../../core/units.ts';
import { grownDoubles } from './columns.ts';
import type { EvictionPolicy, EvictionPolicyState, PolicyLayout } from './policy.ts';
import { NO_SLOT, SlotIndex } from './slot-index.ts';
import { StateReader, StateWriter, type PolicyPart } from './state.ts';

const ABSENT = -1;
const FIRST_OBJECTS = 1024;
/** A compact policy begins small: there may be thousands. */
const FIRST_SLOTS = 64;

/**
 * What all policies of limited capacity share: the accounts of objects and bytes, the refusal of misuse,
 * and the steps of an insertion. A policy says what a hit, an insertion and a purge change, and who has to
 * go next. It knows objects by their slots: their names, or places in compact columns.
 */
export abstract class BoundedPolicy implements EvictionPolicy {
  abstract readonly name: string;
  readonly capacity: Bytes;
  /** Slots for which columns have room at first. */
  protected readonly room: number;
  readonly #index: SlotIndex | undefined;
  #used = 0;
  #count = 0;
  #sizes: Float64Array;
  /** The slot of the object that is coming in, which is not given away although nobody holds it. */
  #incoming = NO_SLOT;

  constructor(capacity: Bytes, { compact = false, objects }: PolicyLayout = {}) {
    assert(capacity > 0, 'a cache needs capacity', { capacity });
    this.capacity = capacity;
    this.#index = compact ? new SlotIndex() : undefined;
    this.room = objects ?? (compact ? FIRST_SLOTS : FIRST_OBJECTS);
    this.#sizes = new Float64Array(this.room).fill(ABSENT);
  }

  get used(): Bytes {
    return this.#used;
  }

  get count(): number {
    return this.#count;
  }

  has(object: number): boolean {
    const slot = this.#index === undefined ? object : this.#index.find(object);
    return slot >= 0 && slot < this.#sizes.length && this.#sizes[slot]! >= 0;
  }

  sizeOf(object: number): Bytes {
    return this.has(object) ? this.#sizes[this.slotOf(object)]! : 0;
  }

  warmSizes(first: number, count: number): number {
    let sum = 0;
    for (let object = first; object < first + count; object++) sum += this.sizeOf(object);
    return sum;
  }

  slotOf(object: number): number {
    return this.#index === undefined ? object : this.#index.find(object);
  }

  touch(object: number, _onEvict?: (object: number) => void): void {
    if (!this.has(object)) broken('only a held object is touched', { object });
    this.hit(this.slotOf(object));
  }

  insert(object: number, bytes: Bytes, onEvict: (object: number) => void): boolean {
    assert(Number.isSafeInteger(object) && object >= 0, 'objects are small interned integers', { object });
    assert(!this.has(object), 'only an absent object is inserted', { object });
    assert(bytes >= 0, 'a size is not negative', { object, bytes });
    if (!this.accepts(bytes)) return false;
    const slot = this.#take(object);
    this.#incoming = slot;
    this.missed(slot);
    while (!this.hasRoom(bytes)) {
      assert(this.#count > 0, 'bytes in use belong to objects', { used: this.#used, bytes });
      onEvict(this.dropped(this.takeVictim(bytes)));
    }
    this.#sizes[slot] = bytes;
    this.#used += bytes;
    this.#count++;
    this.stored(slot, bytes);
    this.#incoming = NO_SLOT;
    assert(this.#used <= this.capacity, 'a cache holds no more than its capacity', { used: this.#used });
    return true;
  }

  remove(object: number): void {
    assert(this.has(object), 'only a held object is removed', { object });
    const slot = this.slotOf(object);
    this.purged(slot);
    this.dropped(slot);
  }

  save(): EvictionPolicyState {
    const writer = new StateWriter();
    writer.number(this.#used);
    writer.number(this.#count);
    writer.column(this.#sizes);
    this.#index?.save(writer);
    for (const part of this.parts()) part.save(writer);
    this.saveOwn(writer);
    return writer.state;
  }

  restore(state: EvictionPolicyState): void {
    const reader = new StateReader(state);
    this.#used = reader.number();
    this.#count = reader.number();
    this.#sizes = reader.doubles();
    this.#index?.restore(reader);
    for (const part of this.parts()) part.restore(reader);
    this.restoreOwn(reader);
  }

  /** The structures that grow and are saved with the policy, always in the same order. */
  protected abstract parts(): readonly PolicyPart[];
  /** A held object was asked for. */
  protected abstract hit(slot: number): void;
  /** An object has been taken in; it counts as held. */
  protected abstract stored(slot: number, bytes: Bytes): void;
  /**
   * Picks who has to go for an object of so many bytes, and forgets its place; the victim still has its
   * size.
   */
  protected abstract takeVictim(bytes: Bytes): number;
  /** Forgets the place of a held object that is dropped from outside. */
  protected abstract purged(slot: number): void;

  /** Size of the object at a slot. */
  protected sizeAt(slot: number): Bytes {
    return this.#sizes[slot]!;
  }

  /** Name of the object at a slot. */
  protected objectAt(slot: number): number {
    return this.#index === undefined ? slot : this.#index.objectAt(slot);
  }

  /** Name of the object at a slot, or -1 where there is none. */
  protected nameAt(slot: number): number {
    return slot < 0 ? ABSENT : this.objectAt(slot);
  }

  /** Whether an object of this size may be held at all. */
  protected accepts(bytes: Bytes): boolean {
    return bytes <= this.capacity;
  }

  /** Whether an object of this size may come in without another eviction. */
  protected hasRoom(bytes: Bytes): boolean {
    return this.#used + bytes <= this.capacity;
  }

  /**
   * An object that is not held was asked for and will be taken in: for policies that remember what they
   * dropped.
   */
  protected missed(_slot: number): void {}

  /** Whether an object that is not held is remembered, so that it keeps its slot. */
  protected remembers(_slot: number): boolean {
    return false;
  }

  /** An object is no longer remembered: unless it is coming in, or is held, its slot is free. */
  protected forgotten(slot: number): void {
    if (slot !== this.#incoming && this.#sizes[slot]! < 0) this.#index?.release(slot);
  }

  /** Takes an object whose place has been forgotten out of the books; its name. */
  protected dropped(slot: number): number {
    const object = this.objectAt(slot);
    this.#used -= this.#sizes[slot]!;
    this.#count--;
    this.#sizes[slot] = ABSENT;
    assert(this.#used >= 0, 'bytes in use are not negative', { used: this.#used });
    if (this.#index !== undefined && !this.remembers(slot)) this.#index.release(slot);
    return object;
  }

  /** Saves what is not in a part. */
  protected saveOwn(_to: StateWriter): void {}

  /** Restores what is not in a part. */
  protected restoreOwn(_from: StateReader): void {}

  /** The slot of an object that comes in, with room for it in every column. */
  #take(object: number): number {
    let slot = object;
    if (this.#index !== undefined) {
      slot = this.#index.find(object);
      if (slot === NO_SLOT) slot = this.#index.take(object);
    }
    if (slot >= this.#sizes.length) this.#grow(slot);
    return slot;
  }

  #grow(slot: number): void {
    const length = Math.max(slot + 1, this.#sizes.length * 2);
    this.#sizes = grownDoubles(this.#sizes, length, ABSENT);
    for (const part of this.parts()) part.grow(length);
  }
}
