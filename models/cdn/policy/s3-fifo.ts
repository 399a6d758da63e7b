import { assert } from '../../core/assert.ts';
import type { Bytes } from '../../core/units.ts';
import { BoundedPolicy } from './bounded.ts';
import { ByteColumn } from './columns.ts';
import { GhostList } from './ghost-list.ts';
import { Links, SizedList } from './linked-list.ts';
import type { PolicyLayout } from './policy.ts';
import type { PolicyPart } from './state.ts';

/** Parameters of S3-FIFO; the defaults are libCacheSim's. */
export const S3_FIFO_DEFAULTS = {
  /** Share of the capacity for new objects. */
  smallShare: 0.1,
  /** Sizes of the objects that are remembered after they left the small queue, as a share of the capacity. */
  ghostShare: 0.9,
  /** Uses in the small queue that bring an object into the main queue; Caffeine's simulator takes 1. */
  promoteUses: 2,
};

/** Most uses of an object in the main queue that count: two bits. */
const MOST_USES = 3;
const SMALL = 0;
const MAIN = 1;

/**
 * S3-FIFO (Yang et al., SOSP 2023): new objects pass through a small FIFO queue; those that were used in
 * it, or are asked for again while they are remembered, come into the main queue, where each use grants
 * another round.
 */
export class S3FifoPolicy extends BoundedPolicy {
  readonly name = 's3fifo';
  readonly #links: Links;
  readonly #small: SizedList;
  readonly #main: SizedList;
  readonly #ghost: GhostList;
  readonly #where: ByteColumn;
  readonly #uses: ByteColumn;
  readonly #smallLimit: Bytes;
  readonly #mainLimit: Bytes;
  readonly #promoteUses: number;
  /** Whether the object that is coming in was remembered. */
  #remembered = false;

  constructor(capacity: Bytes, parameters: Partial<typeof S3_FIFO_DEFAULTS> = {}, layout?: PolicyLayout) {
    super(capacity, layout);
    const { smallShare, ghostShare, promoteUses } = { ...S3_FIFO_DEFAULTS, ...parameters };
    assert(smallShare > 0 && smallShare < 1 && ghostShare >= 0, 'shares are of the capacity',
      { smallShare, ghostShare });
    this.#smallLimit = Math.max(1, Math.floor(capacity * smallShare));
    this.#mainLimit = capacity - this.#smallLimit;
    this.#promoteUses = promoteUses;
    this.#links = new Links(this.room);
    this.#small = new SizedList(this.#links);
    this.#main = new SizedList(this.#links);
    this.#ghost = new GhostList(Math.floor(capacity * ghostShare), this.room, (slot) => this.forgotten(slot));
    this.#where = new ByteColumn(this.room);
    this.#uses = new ByteColumn(this.room);
  }

  /** An object has to fit into the small queue. */
  protected override accepts(bytes: Bytes): boolean {
    return bytes <= this.#smallLimit;
  }

  protected override parts(): readonly PolicyPart[] {
    return [this.#links, this.#small, this.#main, this.#ghost, this.#where, this.#uses];
  }

  protected override hit(object: number): void {
    const uses = this.#uses.values;
    if (uses[object]! < 255) uses[object]!++;
  }

  protected override missed(object: number): void {
    this.#remembered = this.#ghost.forget(object);
  }

  protected override remembers(slot: number): boolean {
    return this.#ghost.has(slot);
  }

  protected override stored(object: number, bytes: Bytes): void {
    this.#uses.values[object] = 0;
    this.#where.values[object] = this.#remembered ? MAIN : SMALL;
    (this.#remembered ? this.#main : this.#small).push(object, bytes);
  }

  protected override takeVictim(): number {
    if (this.#main.bytes <= this.#mainLimit && !this.#small.isEmpty) {
      const victim = this.#takeFromSmall();
      if (victim !== undefined) return victim;
    }
    return this.#takeFromMain();
  }

  protected override purged(object: number): void {
    const list = this.#where.values[object] === MAIN ? this.#main : this.#small;
    list.remove(object, this.sizeAt(object));
  }

  /**
   * The oldest that was not used enough; those that were go over to the main queue, all of them if need
   * be.
   */
  #takeFromSmall(): number | undefined {
    while (!this.#small.isEmpty) {
      const object = this.#small.oldest;
      const bytes = this.sizeAt(object);
      this.#small.remove(object, bytes);
      if (this.#uses.values[object]! < this.#promoteUses) {
        this.#ghost.add(object, bytes);
        return object;
      }
      this.#uses.values[object] = 0;
      this.#where.values[object] = MAIN;
      this.#main.push(object, bytes);
    }
    return undefined;
  }

  #takeFromMain(): number {
    const uses = this.#uses.values;
    while (uses[this.#main.oldest]! > 0) {
      const object = this.#main.oldest;
      uses[object] = Math.min(uses[object]!, MOST_USES) - 1;
      this.#main.renew(object);
    }
    const victim = this.#main.oldest;
    this.#main.remove(victim, this.sizeAt(victim));
    return victim;
  }
}
