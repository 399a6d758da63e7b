import { assert } from '../../core/assert.ts';
import { larger } from '../../core/columns.ts';
import type { Bytes } from '../../core/units.ts';
import type { EvictionPolicy, EvictionPolicyState } from './policy.ts';

/**
 * A policy whose objects expire: a lifetime after they were stored, or after their last use (`resets`).
 * Told the time by `advance`; an expired object counts as absent from then on, and is dropped when it is
 * asked for or has to go anyway. Before an unbounded policy this is the TTL cache of the theory (Fofack et
 * al., 2012).
 */
export class TtlPolicy implements EvictionPolicy {
  readonly name: string;
  readonly #policy: EvictionPolicy;
  readonly #lifetime: number;
  readonly #resets: boolean;
  /** By slot. */
  #expires: Float64Array = new Float64Array(64);
  #now = -Infinity;

  /** `lifetime` in the unit of `advance`. */
  constructor(policy: EvictionPolicy, lifetime: number, resets: boolean) {
    assert(lifetime > 0, 'a lifetime is a while', { lifetime });
    this.name = `${policy.name}+ttl`;
    this.#policy = policy;
    this.#lifetime = lifetime;
    this.#resets = resets;
  }

  /** Time has come to this; it does not go back. */
  advance(now: number): void {
    this.#now = Math.max(this.#now, now);
  }

  get capacity(): Bytes {
    return this.#policy.capacity;
  }

  get used(): Bytes {
    return this.#policy.used;
  }

  get count(): number {
    return this.#policy.count;
  }

  /** Whether an object is held and has not expired; one that has is dropped. */
  has(object: number): boolean {
    if (!this.#policy.has(object)) return false;
    if (this.#now < this.#expires[this.#policy.slotOf(object)]!) return true;
    this.#policy.remove(object);
    return false;
  }

  sizeOf(object: number): Bytes {
    return this.#policy.sizeOf(object);
  }

  slotOf(object: number): number {
    return this.#policy.slotOf(object);
  }

  touch(object: number, onEvict?: (object: number) => void): void {
    if (this.#resets) this.#expires[this.#policy.slotOf(object)] = this.#now + this.#lifetime;
    this.#policy.touch(object, onEvict);
  }

  insert(object: number, bytes: Bytes, onEvict: (object: number) => void): boolean {
    if (!this.#policy.insert(object, bytes, onEvict)) return false;
    const slot = this.#policy.slotOf(object);
    if (slot >= this.#expires.length) this.#expires = larger(this.#expires, slot + 1);
    this.#expires[slot] = this.#now + this.#lifetime;
    return true;
  }

  remove(object: number): void {
    this.#policy.remove(object);
  }

  save(): EvictionPolicyState {
    const { numbers, columns } = this.#policy.save();
    return { numbers: [this.#now, ...numbers], columns: [this.#expires.slice(), ...columns] };
  }

  restore(state: EvictionPolicyState): void {
    const [now = -Infinity, ...numbers] = state.numbers;
    const [expires, ...columns] = state.columns;
    assert(expires instanceof Float64Array, 'a state goes back into a policy of its kind');
    this.#now = now;
    this.#expires = expires.slice();
    this.#policy.restore({ numbers, columns });
  }
}
