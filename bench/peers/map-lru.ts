import type { EvictionPolicy, EvictionPolicyState } from '../../models/cdn/policy/policy.ts';

/**
 * The LRU that JavaScript programs are often given, for comparison only: a Map, whose first key is the
 * oldest. Finding that key walks over the places of deleted ones, so that evictions slow down as the cache
 * grows.
 */
export class MapLru implements EvictionPolicy {
  readonly name = 'map';
  readonly capacity: number;
  readonly #sizes = new Map<number, number>();
  #used = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  get used(): number {
    return this.#used;
  }

  get count(): number {
    return this.#sizes.size;
  }

  has(object: number): boolean {
    return this.#sizes.has(object);
  }

  sizeOf(object: number): number {
    return this.#sizes.get(object) ?? 0;
  }

  slotOf(object: number): number {
    return object;
  }

  touch(object: number): void {
    const bytes = this.#sizes.get(object)!;
    this.#sizes.delete(object);
    this.#sizes.set(object, bytes);
  }

  insert(object: number, bytes: number, onEvict: (object: number) => void): boolean {
    if (bytes > this.capacity) return false;
    while (this.#used + bytes > this.capacity) {
      const oldest = this.#sizes.keys().next().value!;
      this.remove(oldest);
      onEvict(oldest);
    }
    this.#sizes.set(object, bytes);
    this.#used += bytes;
    return true;
  }

  remove(object: number): void {
    this.#used -= this.sizeOf(object);
    this.#sizes.delete(object);
  }

  save(): EvictionPolicyState {
    throw new Error('a contestant is not saved');
  }

  restore(): void {
    throw new Error('a contestant is not restored');
  }
}
