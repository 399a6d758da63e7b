import { assert } from '../../core/assert.ts';
import type { Bytes } from '../../core/units.ts';
import { ByteColumn } from './columns.ts';
import { Links, SizedList } from './linked-list.ts';
import type { PolicyPart, StateReader, StateWriter } from './state.ts';

/**
 * LRU lists one above the other (segmented LRU): a use lifts an object to the next segment; a segment that
 * is too full lets its oldest sink to the one below. It holds no more than all segments together, and
 * leaves evictions to the policy.
 */
export class Segments implements PolicyPart {
  /** Most bytes of each segment, the lowest first. */
  readonly limits: readonly Bytes[];
  readonly #sizeOf: (object: number) => Bytes;
  readonly #links: Links;
  readonly #lists: readonly SizedList[];
  readonly #segment: ByteColumn;

  constructor(limits: readonly Bytes[], sizeOf: (object: number) => Bytes, objects: number) {
    assert(limits.length > 0 && limits.length < 256, 'there are 1 to 255 segments', { limits });
    this.limits = limits;
    this.#sizeOf = sizeOf;
    this.#links = new Links(objects);
    this.#lists = limits.map(() => new SizedList(this.#links));
    this.#segment = new ByteColumn(objects);
  }

  get bytes(): Bytes {
    let sum = 0;
    for (const list of this.#lists) sum += list.bytes;
    return sum;
  }

  /**
   * Whether the lowest segment holds more than it should: sizes differ, so that what sinks may be larger
   * than what rose.
   */
  get overflows(): boolean {
    return this.#lists[0]!.bytes > this.limits[0]!;
  }

  /** The next to go: the oldest of the lowest segment that holds anything. */
  get victim(): number {
    for (const list of this.#lists) if (!list.isEmpty) return list.oldest;
    throw new Error('unreachable');
  }

  /** Takes in an object at the lowest segment that has room for it, at the lowest of all if none has. */
  add(object: number, bytes: Bytes): void {
    const roomy = this.#lists.findIndex((list, i) => list.bytes + bytes <= this.limits[i]!);
    const segment = Math.max(0, roomy);
    this.#segment.values[object] = segment;
    this.#lists[segment]!.push(object, bytes);
  }

  /**
   * Lifts an object that was used; whether anything sank to the lowest segment, which may be too full
   * then.
   */
  lift(object: number): boolean {
    const from = this.#segment.values[object]!;
    const top = this.#lists.length - 1;
    if (from === top) {
      this.#lists[top]!.renew(object);
      return false;
    }
    this.#move(object, from, from + 1);
    let sank = false;
    for (let segment = from + 1; segment > 0; segment--) {
      sank = this.#lists[segment]!.bytes > this.limits[segment]!;
      while (this.#lists[segment]!.bytes > this.limits[segment]!) {
        this.#move(this.#lists[segment]!.oldest, segment, segment - 1);
      }
    }
    return sank;
  }

  remove(object: number): void {
    this.#lists[this.#segment.values[object]!]!.remove(object, this.#sizeOf(object));
  }

  grow(length: number): void {
    this.#links.grow(length);
    this.#segment.grow(length);
  }

  save(to: StateWriter): void {
    for (const part of [this.#links, this.#segment, ...this.#lists]) part.save(to);
  }

  restore(from: StateReader): void {
    for (const part of [this.#links, this.#segment, ...this.#lists]) part.restore(from);
  }

  #move(object: number, from: number, to: number): void {
    const bytes = this.#sizeOf(object);
    this.#lists[from]!.remove(object, bytes);
    this.#lists[to]!.push(object, bytes);
    this.#segment.values[object] = to;
  }
}
