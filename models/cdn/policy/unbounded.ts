import { assert } from '../../core/assert.ts';
import type { Bytes } from '../../core/units.ts';
import type { EvictionPolicy, EvictionPolicyState } from './policy.ts';

/** The bound of every policy: a cache that never evicts, so that only first requests miss. */
export class UnboundedPolicy implements EvictionPolicy {
  readonly name = 'unbounded';
  readonly capacity: Bytes = Infinity;
  #used = 0;
  #sizes = new Map<number, Bytes>();

  get used(): Bytes {
    return this.#used;
  }

  get count(): number {
    return this.#sizes.size;
  }

  has(object: number): boolean {
    return this.#sizes.has(object);
  }

  sizeOf(object: number): Bytes {
    return this.#sizes.get(object) ?? 0;
  }

  slotOf(object: number): number {
    return object;
  }

  touch(object: number): void {
    assert(this.has(object), 'only a held object is touched', { object });
  }

  insert(object: number, bytes: Bytes): boolean {
    assert(!this.has(object), 'only an absent object is inserted', { object });
    assert(bytes >= 0, 'a size is not negative', { object, bytes });
    this.#sizes.set(object, bytes);
    this.#used += bytes;
    return true;
  }

  remove(object: number): void {
    assert(this.has(object), 'only a held object is removed', { object });
    this.#used -= this.sizeOf(object);
    this.#sizes.delete(object);
  }

  save(): EvictionPolicyState {
    const entries = [...this.#sizes];
    return {
      numbers: [this.#used],
      columns: [
        Float64Array.from(entries, ([object]) => object),
        Float64Array.from(entries, ([, bytes]) => bytes),
      ],
    };
  }

  restore(state: EvictionPolicyState): void {
    this.#used = state.numbers[0]!;
    const [objects, sizes] = state.columns as [Float64Array, Float64Array];
    this.#sizes = new Map(Array.from(objects, (object, i) => [object, sizes[i]!]));
  }
}
