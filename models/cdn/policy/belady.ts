import { assert } from '../../core/assert.ts';
import type { Bytes } from '../../core/units.ts';
import { BoundedPolicy } from './bounded.ts';
import { ColumnHeap } from './heap.ts';
import type { PolicyLayout } from './policy.ts';
import type { PolicyPart, StateReader, StateWriter } from './state.ts';

/**
 * Belady's MIN, the bound of policies over objects of one size: drops what is asked for again last. It has
 * to know the requests to come, so it can only replay a trace: each request is one call of `touch` or
 * `insert`, in their order.
 */
export class BeladyPolicy extends BoundedPolicy {
  readonly name = 'belady';
  readonly #nextRequest: Float64Array;
  readonly #heap: ColumnHeap;
  /** Requests seen; the one under way is the last of them. */
  #seen = 0;

  /**
   * `nextRequest[i]` is the index of the next request for the object of request i, Infinity if there is
   * none.
   */
  constructor(capacity: Bytes, nextRequest: Float64Array, layout?: PolicyLayout) {
    super(capacity, layout);
    this.#nextRequest = nextRequest;
    this.#heap = new ColumnHeap(this.room);
  }

  override touch(object: number): void {
    this.#seen++;
    super.touch(object);
  }

  override insert(object: number, bytes: Bytes, onEvict: (object: number) => void): boolean {
    this.#seen++;
    return super.insert(object, bytes, onEvict);
  }

  protected override parts(): readonly PolicyPart[] {
    return [this.#heap];
  }

  protected override hit(object: number): void {
    this.#place(object);
  }

  protected override stored(object: number): void {
    this.#place(object);
  }

  protected override takeVictim(): number {
    const victim = this.#heap.first;
    this.#heap.remove(victim);
    return victim;
  }

  protected override purged(object: number): void {
    this.#heap.remove(object);
  }

  protected override saveOwn(to: StateWriter): void {
    to.number(this.#seen);
  }

  protected override restoreOwn(from: StateReader): void {
    this.#seen = from.number();
  }

  #place(object: number): void {
    const next = this.#nextRequest[this.#seen - 1];
    assert(next !== undefined, 'requests are those of the trace', { seen: this.#seen });
    // Infinity cannot be compared by difference: what never comes back is later than any trace is long.
    this.#heap.put(object, -Math.min(next, Number.MAX_SAFE_INTEGER));
  }
}
