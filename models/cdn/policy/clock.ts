import type { Bytes } from '../../core/units.ts';
import { BoundedPolicy } from './bounded.ts';
import { ByteColumn } from './columns.ts';
import { LinkedList, Links } from './linked-list.ts';
import type { PolicyLayout } from './policy.ts';
import type { PolicyPart } from './state.ts';

/**
 * CLOCK, or FIFO with a second chance: an object that was used since it was last looked at goes round
 * again.
 */
export class ClockPolicy extends BoundedPolicy {
  readonly name = 'clock';
  readonly #links: Links;
  readonly #queue: LinkedList;
  readonly #visited: ByteColumn;

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
    while (visited[queue.oldest] === 1) {
      visited[queue.oldest] = 0;
      queue.renew(queue.oldest);
    }
    const victim = queue.oldest;
    queue.remove(victim);
    return victim;
  }

  protected override purged(object: number): void {
    this.#queue.remove(object);
  }
}
