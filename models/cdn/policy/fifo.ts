import type { Bytes } from '../../core/units.ts';
import { BoundedPolicy } from './bounded.ts';
import { LinkedList, Links } from './linked-list.ts';
import type { PolicyLayout } from './policy.ts';
import type { PolicyPart } from './state.ts';

/** First in, first out: what was stored first is dropped first, whether it was used or not. */
export class FifoPolicy extends BoundedPolicy {
  readonly name = 'fifo';
  readonly #links: Links;
  readonly #queue: LinkedList;

  constructor(capacity: Bytes, layout?: PolicyLayout) {
    super(capacity, layout);
    this.#links = new Links(this.room);
    this.#queue = new LinkedList(this.#links);
  }

  victim(): number {
    return this.nameAt(this.#queue.oldest);
  }

  protected override parts(): readonly PolicyPart[] {
    return [this.#links, this.#queue];
  }

  protected override hit(): void {}

  protected override stored(object: number): void {
    this.#queue.push(object);
  }

  protected override takeVictim(): number {
    const victim = this.#queue.oldest;
    this.#queue.remove(victim);
    return victim;
  }

  protected override purged(object: number): void {
    this.#queue.remove(object);
  }
}
