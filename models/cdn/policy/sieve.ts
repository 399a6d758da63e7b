import type { Bytes } from '../../core/units.ts';
import { BoundedPolicy } from './bounded.ts';
import { ByteColumn } from './columns.ts';
import { LinkedList, Links, NONE } from './linked-list.ts';
import type { PolicyLayout } from './policy.ts';
import type { PolicyPart, StateReader, StateWriter } from './state.ts';

/**
 * SIEVE (Zhang et al., NSDI 2024): a queue in order of arrival and a hand that moves from the oldest to
 * the newest, drops the first object that was not used since it last came by, and stays there.
 */
export class SievePolicy extends BoundedPolicy {
  readonly name = 'sieve';
  readonly #links: Links;
  readonly #queue: LinkedList;
  readonly #visited: ByteColumn;
  /** Where the hand looks next; NONE is the oldest. */
  #hand = NONE;

  constructor(capacity: Bytes, layout?: PolicyLayout) {
    super(capacity, layout);
    this.#links = new Links(this.room);
    this.#queue = new LinkedList(this.#links);
    this.#visited = new ByteColumn(this.room);
  }

  protected override parts(): readonly PolicyPart[] {
    return [this.#links, this.#queue, this.#visited];
  }

  protected override hit(object: number): void {
    this.#visited.values[object] = 1;
  }

  protected override stored(object: number): void {
    this.#visited.values[object] = 0;
    this.#queue.push(object);
  }

  protected override takeVictim(): number {
    const visited = this.#visited.values;
    const queue = this.#queue;
    let victim = this.#hand === NONE ? queue.oldest : this.#hand;
    while (visited[victim] === 1) {
      visited[victim] = 0;
      const next = queue.newerThan(victim);
      victim = next === NONE ? queue.oldest : next;
    }
    this.#hand = queue.newerThan(victim);
    queue.remove(victim);
    return victim;
  }

  protected override purged(object: number): void {
    if (this.#hand === object) this.#hand = this.#queue.newerThan(object);
    this.#queue.remove(object);
  }

  protected override saveOwn(to: StateWriter): void {
    to.number(this.#hand);
  }

  protected override restoreOwn(from: StateReader): void {
    this.#hand = from.number();
  }
}
