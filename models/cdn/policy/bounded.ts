import { assert } from '../../core/assert.ts';
import type { Bytes } from '../../core/units.ts';
import { grownDoubles } from './columns.ts';
import type { EvictionPolicy, EvictionPolicyState } from './policy.ts';
import { StateReader, StateWriter, type PolicyPart } from './state.ts';

const ABSENT = -1;
const FIRST_OBJECTS = 1024;

/**
 * What all policies of limited capacity share: the accounts of objects and bytes, the refusal of misuse,
 * and the steps of an insertion. A policy says what a hit, an insertion and a purge change, and who has to
 * go next.
 */
export abstract class BoundedPolicy implements EvictionPolicy {
  abstract readonly name: string;
  readonly capacity: Bytes;
  /** Objects for which columns have room at first. */
  protected readonly objects: number;
  #used = 0;
  #count = 0;
  #sizes: Float64Array;

  constructor(capacity: Bytes, objects = FIRST_OBJECTS) {
    assert(capacity > 0, 'a cache needs capacity', { capacity });
    this.capacity = capacity;
    this.objects = objects;
    this.#sizes = new Float64Array(objects).fill(ABSENT);
  }

  get used(): Bytes {
    return this.#used;
  }

  get count(): number {
    return this.#count;
  }

  has(object: number): boolean {
    return object >= 0 && object < this.#sizes.length && this.#sizes[object]! >= 0;
  }

  sizeOf(object: number): Bytes {
    return this.has(object) ? this.#sizes[object]! : 0;
  }

  touch(object: number): void {
    assert(this.has(object), 'only a held object is touched', { object });
    this.hit(object);
  }

  insert(object: number, bytes: Bytes, onEvict: (object: number) => void): boolean {
    assert(Number.isSafeInteger(object) && object >= 0, 'objects are small interned integers', { object });
    assert(!this.has(object), 'only an absent object is inserted', { object });
    assert(bytes >= 0, 'a size is not negative', { object, bytes });
    if (!this.accepts(bytes)) return false;
    if (object >= this.#sizes.length) this.#grow(object);
    this.missed(object);
    while (!this.hasRoom(bytes)) {
      assert(this.#count > 0, 'bytes in use belong to objects', { used: this.#used, bytes });
      const victim = this.takeVictim(bytes);
      this.#release(victim);
      onEvict(victim);
    }
    this.#sizes[object] = bytes;
    this.#used += bytes;
    this.#count++;
    this.stored(object, bytes);
    assert(this.#used <= this.capacity, 'a cache holds no more than its capacity', { used: this.#used });
    return true;
  }

  remove(object: number): void {
    assert(this.has(object), 'only a held object is removed', { object });
    this.purged(object);
    this.#release(object);
  }

  save(): EvictionPolicyState {
    const writer = new StateWriter();
    writer.number(this.#used);
    writer.number(this.#count);
    writer.column(this.#sizes);
    for (const part of this.parts()) part.save(writer);
    this.saveOwn(writer);
    return writer.state;
  }

  restore(state: EvictionPolicyState): void {
    const reader = new StateReader(state);
    this.#used = reader.number();
    this.#count = reader.number();
    this.#sizes = reader.doubles();
    for (const part of this.parts()) part.restore(reader);
    this.restoreOwn(reader);
  }

  /** The structures that grow and are saved with the policy, always in the same order. */
  protected abstract parts(): readonly PolicyPart[];
  /** A held object was asked for. */
  protected abstract hit(object: number): void;
  /** An object has been taken in; it counts as held. */
  protected abstract stored(object: number, bytes: Bytes): void;
  /**
   * Picks who has to go for an object of so many bytes, and forgets its place; the victim still has its
   * size.
   */
  protected abstract takeVictim(bytes: Bytes): number;
  /** Forgets the place of a held object that is dropped from outside. */
  protected abstract purged(object: number): void;

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
  protected missed(_object: number): void {}

  /** Saves what is not in a part. */
  protected saveOwn(_to: StateWriter): void {}

  /** Restores what is not in a part. */
  protected restoreOwn(_from: StateReader): void {}

  #release(object: number): void {
    this.#used -= this.#sizes[object]!;
    this.#count--;
    this.#sizes[object] = ABSENT;
    assert(this.#used >= 0, 'bytes in use are not negative', { used: this.#used });
  }

  #grow(object: number): void {
    const length = Math.max(object + 1, this.#sizes.length * 2);
    this.#sizes = grownDoubles(this.#sizes, length, ABSENT);
    for (const part of this.parts()) part.grow(length);
  }
}
