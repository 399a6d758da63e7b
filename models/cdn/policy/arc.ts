import type { Bytes } from '../../core/units.ts';
import { BoundedPolicy } from './bounded.ts';
import { ByteColumn } from './columns.ts';
import { GhostList } from './ghost-list.ts';
import { Links, SizedList } from './linked-list.ts';
import type { PolicyLayout } from './policy.ts';
import type { PolicyPart, StateReader, StateWriter } from './state.ts';

const ONCE = 0;
const OFTEN = 1;

type Memory = 'none' | 'once' | 'often';

/**
 * ARC (Megiddo and Modha, FAST 2003), its cases in bytes: one LRU list of objects used once and one of
 * objects used more, each with a memory of what it dropped. A request for something remembered moves the
 * share of the capacity that the first list aims for.
 */
export class ArcPolicy extends BoundedPolicy {
  readonly name = 'arc';
  readonly #links: Links;
  /** T1 of the paper. */
  readonly #once: SizedList;
  /** T2. */
  readonly #often: SizedList;
  /** B1. */
  readonly #droppedOnce: GhostList;
  /** B2. */
  readonly #droppedOften: GhostList;
  readonly #where: ByteColumn;
  /** p of the paper: bytes that the first list aims for. */
  #target: Bytes = 0;
  /** Where the object that is coming in was remembered. */
  #memory: Memory = 'none';

  constructor(capacity: Bytes, layout?: PolicyLayout) {
    super(capacity, layout);
    this.#links = new Links(this.room);
    this.#once = new SizedList(this.#links);
    this.#often = new SizedList(this.#links);
    const forgotten = (slot: number): void => this.forgotten(slot);
    this.#droppedOnce = new GhostList(Infinity, this.room, forgotten);
    this.#droppedOften = new GhostList(Infinity, this.room, forgotten);
    this.#where = new ByteColumn(this.room);
  }

  protected override parts(): readonly PolicyPart[] {
    return [this.#links, this.#once, this.#often, this.#droppedOnce, this.#droppedOften, this.#where];
  }

  protected override hit(object: number): void {
    if (this.#where.values[object] === OFTEN) {
      this.#often.renew(object);
      return;
    }
    const bytes = this.sizeAt(object);
    this.#once.remove(object, bytes);
    this.#often.push(object, bytes);
    this.#where.values[object] = OFTEN;
  }

  protected override missed(object: number): void {
    const once = this.#droppedOnce.bytes;
    const often = this.#droppedOften.bytes;
    this.#memory = 'none';
    if (this.#droppedOnce.forget(object)) {
      this.#memory = 'once';
      this.#target = Math.min(this.capacity, this.#target + Math.max(1, often / Math.max(1, once)));
    } else if (this.#droppedOften.forget(object)) {
      this.#memory = 'often';
      this.#target = Math.max(0, this.#target - Math.max(1, once / Math.max(1, often)));
    }
  }

  protected override remembers(slot: number): boolean {
    return this.#droppedOnce.has(slot) || this.#droppedOften.has(slot);
  }

  protected override stored(object: number, bytes: Bytes): void {
    const known = this.#memory !== 'none';
    this.#where.values[object] = known ? OFTEN : ONCE;
    (known ? this.#often : this.#once).push(object, bytes);
  }

  protected override takeVictim(bytes: Bytes): number {
    if (this.#memory !== 'none') return this.#replace();
    const seenOnce = this.#once.bytes + this.#droppedOnce.bytes;
    if (seenOnce + bytes > this.capacity) {
      if (this.#droppedOnce.isEmpty && !this.#once.isEmpty) {
        const victim = this.#once.oldest;
        this.#once.remove(victim, this.sizeAt(victim));
        return victim;
      }
      this.#droppedOnce.forgetOldest();
    } else if (seenOnce + this.#often.bytes + this.#droppedOften.bytes >= 2 * this.capacity) {
      if (!this.#droppedOften.isEmpty) this.#droppedOften.forgetOldest();
    }
    return this.#replace();
  }

  protected override purged(object: number): void {
    const list = this.#where.values[object] === OFTEN ? this.#often : this.#once;
    list.remove(object, this.sizeAt(object));
  }

  protected override saveOwn(to: StateWriter): void {
    to.number(this.#target);
  }

  protected override restoreOwn(from: StateReader): void {
    this.#target = from.number();
  }

  /** REPLACE of the paper: drops from the list that has more than it should, and remembers what it drops. */
  #replace(): number {
    const excess = this.#once.bytes - this.#target;
    const fromOnce = !this.#once.isEmpty && (excess > 0 || (excess === 0 && this.#memory === 'often'));
    const [list, dropped] = fromOnce || this.#often.isEmpty
      ? [this.#once, this.#droppedOnce]
      : [this.#often, this.#droppedOften];
    const victim = list.oldest;
    list.remove(victim, this.sizeAt(victim));
    dropped.add(victim, this.sizeAt(victim));
    return victim;
  }
}
