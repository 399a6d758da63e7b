import type { Bytes } from '../../core/units.ts';
import { grownIntegers } from './columns.ts';
import type { PolicyPart, StateReader, StateWriter } from './state.ts';

/** No object: the end of a list. */
export const NONE = -1;

/** Columns through which lists are threaded; lists that share them hold an object in at most one of them. */
export class Links implements PolicyPart {
  /**
   * For each object the next older and the next newer one, side by side: most uses need both, and so one
   * line of memory.
   */
  pairs: Int32Array;

  constructor(objects: number) {
    this.pairs = new Int32Array(2 * objects).fill(NONE);
  }

  grow(length: number): void {
    this.pairs = grownIntegers(this.pairs, 2 * length, NONE);
  }

  save(to: StateWriter): void {
    to.column(this.pairs);
  }

  restore(from: StateReader): void {
    this.pairs = from.integers();
  }
}

/**
 * A doubly linked list of objects from the newest to the oldest. No Map is walked, so that an eviction
 * costs the same at any size.
 */
export class LinkedList implements PolicyPart {
  readonly #links: Links;
  newest = NONE;
  oldest = NONE;

  constructor(links: Links) {
    this.#links = links;
  }

  /** Puts an object that is in no list at the new end. */
  push(object: number): void {
    const { pairs } = this.#links;
    const { newest } = this;
    pairs[2 * object] = newest;
    pairs[2 * object + 1] = NONE;
    if (newest === NONE) this.oldest = object;
    else pairs[2 * newest + 1] = object;
    this.newest = object;
  }

  /** Takes an object out of this list. */
  remove(object: number): void {
    const { pairs } = this.#links;
    const older = pairs[2 * object]!;
    const newer = pairs[2 * object + 1]!;
    if (newer === NONE) this.newest = older;
    else pairs[2 * newer] = older;
    if (older === NONE) this.oldest = newer;
    else pairs[2 * older + 1] = newer;
  }

  /** Makes an object of this list its newest. */
  renew(object: number): void {
    if (this.newest === object) return;
    this.remove(object);
    this.push(object);
  }

  /** Reads the links of an object, for the sake of reading. */
  links(object: number): number {
    return this.#links.pairs[2 * object]!;
  }

  /** Reads the links on both sides of an object, for the sake of reading: those that `renew` changes. */
  neighbours(object: number): number {
    const { pairs } = this.#links;
    const older = pairs[2 * object]!;
    const newer = pairs[2 * object + 1]!;
    return (older === NONE ? 0 : pairs[2 * older]!) + (newer === NONE ? 0 : pairs[2 * newer]!);
  }

  /** The object that came after this one, or NONE. */
  newerThan(object: number): number {
    return this.#links.pairs[2 * object + 1]!;
  }

  /** Its links grow by themselves. */
  grow(): void {}

  save(to: StateWriter): void {
    to.number(this.newest);
    to.number(this.oldest);
  }

  restore(from: StateReader): void {
    this.newest = from.number();
    this.oldest = from.number();
  }
}

/** A linked list that knows how many bytes its objects have together. */
export class SizedList implements PolicyPart {
  readonly #list: LinkedList;
  bytes: Bytes = 0;

  constructor(links: Links) {
    this.#list = new LinkedList(links);
  }

  get oldest(): number {
    return this.#list.oldest;
  }

  /** False for a list of objects without bytes, too. */
  get isEmpty(): boolean {
    return this.#list.oldest === NONE;
  }

  push(object: number, bytes: Bytes): void {
    this.#list.push(object);
    this.bytes += bytes;
  }

  remove(object: number, bytes: Bytes): void {
    this.#list.remove(object);
    this.bytes -= bytes;
  }

  renew(object: number): void {
    this.#list.renew(object);
  }

  /** Its links grow by themselves. */
  grow(): void {}

  save(to: StateWriter): void {
    to.number(this.bytes);
    this.#list.save(to);
  }

  restore(from: StateReader): void {
    this.bytes = from.number();
    this.#list.restore(from);
  }
}
