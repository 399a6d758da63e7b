import type { Bytes } from '../../core/units.ts';
import { grownDoubles } from './columns.ts';
import { Links, SizedList } from './linked-list.ts';
import type { PolicyPart, StateReader, StateWriter } from './state.ts';

const ABSENT = -1;

/**
 * Objects a policy remembers without holding them, the oldest forgotten first when their sizes pass
 * `capacity`.
 */
export class GhostList implements PolicyPart {
  readonly capacity: Bytes;
  readonly #links: Links;
  readonly #list: SizedList;
  /** Size an object had when it was dropped; ABSENT when it is not remembered. */
  #sizes: Float64Array;

  readonly #onForget: (object: number) => void;

  /** `onForget` hears of each object that is no longer remembered. */
  constructor(capacity: Bytes, objects: number, onForget: (object: number) => void) {
    this.capacity = capacity;
    this.#onForget = onForget;
    this.#links = new Links(objects);
    this.#list = new SizedList(this.#links);
    this.#sizes = new Float64Array(objects).fill(ABSENT);
  }

  get bytes(): Bytes {
    return this.#list.bytes;
  }

  get isEmpty(): boolean {
    return this.#list.isEmpty;
  }

  has(object: number): boolean {
    return this.#sizes[object]! !== ABSENT;
  }

  /** Remembers an object that is not remembered, unless it is larger than all there may be. */
  add(object: number, bytes: Bytes): void {
    if (bytes > this.capacity) return;
    while (this.#list.bytes + bytes > this.capacity) this.forgetOldest();
    this.#sizes[object] = bytes;
    this.#list.push(object, bytes);
  }

  /** Forgets an object; whether it was remembered. */
  forget(object: number): boolean {
    const bytes = this.#sizes[object]!;
    if (bytes === ABSENT) return false;
    this.#sizes[object] = ABSENT;
    this.#list.remove(object, bytes);
    this.#onForget(object);
    return true;
  }

  forgetOldest(): void {
    this.forget(this.#list.oldest);
  }

  grow(length: number): void {
    this.#links.grow(length);
    this.#sizes = grownDoubles(this.#sizes, length, ABSENT);
  }

  save(to: StateWriter): void {
    this.#links.save(to);
    this.#list.save(to);
    to.column(this.#sizes);
  }

  restore(from: StateReader): void {
    this.#links.restore(from);
    this.#list.restore(from);
    this.#sizes = from.doubles();
  }
}
