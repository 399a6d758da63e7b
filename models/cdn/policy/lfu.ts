import type { Bytes } from '../../core/units.ts';
import { BoundedPolicy } from './bounded.ts';
import { ColumnHeap } from './heap.ts';
import type { PolicyLayout } from './policy.ts';
import type { PolicyPart } from './state.ts';

/**
 * Least frequently used, counted while an object is held; among equals, the one that has had its count for
 * longest is dropped first. An object that comes back starts at one.
 */
export class LfuPolicy extends BoundedPolicy {
  readonly name = 'lfu';
  readonly #heap: ColumnHeap;

  constructor(capacity: Bytes, layout?: PolicyLayout) {
    super(capacity, layout);
    this.#heap = new ColumnHeap(this.room);
  }

  victim(): number {
    return this.nameAt(this.#heap.first);
  }

  protected override parts(): readonly PolicyPart[] {
    return [this.#heap];
  }

  protected override hit(object: number): void {
    this.#heap.put(object, this.#heap.keyOf(object) + 1);
  }

  protected override stored(object: number): void {
    this.#heap.put(object, 1);
  }

  protected override takeVictim(): number {
    const victim = this.#heap.first;
    this.#heap.remove(victim);
    return victim;
  }

  protected override purged(object: number): void {
    this.#heap.remove(object);
  }
}
