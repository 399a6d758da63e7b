import type { Bytes } from '../../core/units.ts';
import { BoundedPolicy } from './bounded.ts';
import { LinkedList, Links } from './linked-list.ts';
import type { PolicyLayout } from './policy.ts';
import type { PolicyPart } from './state.ts';

/** Least recently used: what has gone unused for longest is dropped first; storing is use. */
export class LruPolicy extends BoundedPolicy {
  readonly name = 'lru';
  readonly #links: Links;
  readonly #list: LinkedList;

  constructor(capacity: Bytes, layout?: PolicyLayout) {
    super(capacity, layout);
    this.#links = new Links(this.room);
    this.#list = new LinkedList(this.#links);
  }

  warm(object: number, further: boolean): number {
    const slot = this.slotOf(object);
    if (slot < 0) return 0;
    return further ? this.#list.neighbours(slot) : this.sizeAt(slot) + this.#list.links(slot);
  }

  victim(): number {
    return this.nameAt(this.#list.oldest);
  }

  protected override parts(): readonly PolicyPart[] {
    return [this.#links, this.#list];
  }

  protected override hit(object: number): void {
    this.#list.renew(object);
  }

  protected override stored(object: number): void {
    this.#list.push(object);
  }

  protected override takeVictim(): number {
    const victim = this.#list.oldest;
    this.#list.remove(victim);
    return victim;
  }

  protected override purged(object: number): void {
    this.#list.remove(object);
  }
}
