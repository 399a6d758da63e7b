import { assert } from '../../core/assert.ts';
import type { Bytes } from '../../core/units.ts';
import { BoundedPolicy } from './bounded.ts';
import { ByteColumn } from './columns.ts';
import { GhostList } from './ghost-list.ts';
import { Links, SizedList } from './linked-list.ts';
import type { PolicyLayout } from './policy.ts';
import type { PolicyPart } from './state.ts';

/** Parameters of 2Q; the defaults are libCacheSim's, the paper recommends the same. */
export const TWO_Q_DEFAULTS = {
  /** Share of the capacity for objects that were asked for once. */
  inShare: 0.25,
  /** Sizes of the objects that are remembered after they left the first queue, as a share of the capacity. */
  outShare: 0.5,
};

const IN = 0;
const MAIN = 1;

/**
 * 2Q (Johnson and Shasha, VLDB 1994): new objects pass through a FIFO queue, in which a use does not
 * count; who is asked for again after it has left, while it is still remembered, comes into the main LRU
 * list.
 */
export class TwoQPolicy extends BoundedPolicy {
  readonly name = '2q';
  readonly #links: Links;
  readonly #in: SizedList;
  readonly #main: SizedList;
  readonly #out: GhostList;
  readonly #where: ByteColumn;
  readonly #inLimit: Bytes;
  readonly #mainLimit: Bytes;
  /** Whether the object that is coming in was remembered. */
  #remembered = false;

  constructor(capacity: Bytes, parameters: Partial<typeof TWO_Q_DEFAULTS> = {}, layout?: PolicyLayout) {
    super(capacity, layout);
    const { inShare, outShare } = { ...TWO_Q_DEFAULTS, ...parameters };
    assert(inShare > 0 && inShare < 1 && outShare >= 0, 'shares are of the capacity', { inShare, outShare });
    this.#inLimit = Math.max(1, Math.floor(capacity * inShare));
    this.#mainLimit = capacity - this.#inLimit;
    this.#links = new Links(this.room);
    this.#in = new SizedList(this.#links);
    this.#main = new SizedList(this.#links);
    this.#out = new GhostList(Math.floor(capacity * outShare), this.room, (slot) => this.forgotten(slot));
    this.#where = new ByteColumn(this.room);
  }

  /** An object has to fit into the first queue, and into the main list should it come back. */
  protected override accepts(bytes: Bytes): boolean {
    return bytes <= this.#inLimit && bytes <= this.#mainLimit;
  }

  protected override parts(): readonly PolicyPart[] {
    return [this.#links, this.#in, this.#main, this.#out, this.#where];
  }

  protected override hit(object: number): void {
    if (this.#where.values[object] === MAIN) this.#main.renew(object);
  }

  protected override missed(object: number): void {
    this.#remembered = this.#out.forget(object);
  }

  protected override hasRoom(bytes: Bytes): boolean {
    return super.hasRoom(bytes) && (!this.#remembered || this.#main.bytes + bytes <= this.#mainLimit);
  }

  protected override remembers(slot: number): boolean {
    return this.#out.has(slot);
  }

  protected override stored(object: number, bytes: Bytes): void {
    this.#where.values[object] = this.#remembered ? MAIN : IN;
    (this.#remembered ? this.#main : this.#in).push(object, bytes);
  }

  protected override takeVictim(bytes: Bytes): number {
    // When only the main list is too full for what comes back, the first queue has nothing to do with it.
    const fromIn = !super.hasRoom(bytes) && this.#in.bytes > this.#inLimit;
    if (!fromIn && !this.#main.isEmpty) {
      const victim = this.#main.oldest;
      this.#main.remove(victim, this.sizeAt(victim));
      return victim;
    }
    const victim = this.#in.oldest;
    this.#in.remove(victim, this.sizeAt(victim));
    this.#out.add(victim, this.sizeAt(victim));
    return victim;
  }

  protected override purged(object: number): void {
    const list = this.#where.values[object] === MAIN ? this.#main : this.#in;
    list.remove(object, this.sizeAt(object));
  }
}
