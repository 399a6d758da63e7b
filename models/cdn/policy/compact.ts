import { ABSENT, IntMap, type IntMapState } from '../../core/int-map.ts';
import { larger } from '../../core/columns.ts';
import type { Bytes } from '../../core/units.ts';
import type { EvictionPolicy, EvictionPolicyState } from './policy.ts';

/** Copied state: of the policy inside, and of the names. */
export interface CompactState extends EvictionPolicyState {
  readonly inner: EvictionPolicyState;
  readonly names: IntMapState;
  readonly objects: Int32Array;
}

/**
 * A policy that numbers the objects it has seen itself, so that its columns are as long as what it has seen
 * and not as what anybody has: for one of thousands of caches. Decisions are the policy's own.
 */
export class CompactPolicy implements EvictionPolicy {
  readonly #inner: EvictionPolicy;
  readonly #names = new IntMap();
  /** Object by own number. */
  #objects = new Int32Array(16);
  #seen = 0;
  /** What was asked for last: a node asks for the same object several times in a row. */
  #lastObject = -1;
  #lastName = ABSENT;

  constructor(inner: EvictionPolicy) {
    this.#inner = inner;
  }

  get name(): string {
    return this.#inner.name;
  }

  get capacity(): Bytes {
    return this.#inner.capacity;
  }

  get used(): Bytes {
    return this.#inner.used;
  }

  get count(): number {
    return this.#inner.count;
  }

  has(object: number): boolean {
    const name = this.#nameOf(object);
    return name !== ABSENT && this.#inner.has(name);
  }

  sizeOf(object: number): Bytes {
    const name = this.#nameOf(object);
    return name === ABSENT ? 0 : this.#inner.sizeOf(name);
  }

  touch(object: number, onEvict?: (object: number) => void): void {
    const evicted = onEvict && ((name: number) => onEvict(this.#objects[name]!));
    this.#inner.touch(this.#nameOf(object), evicted);
  }

  insert(object: number, bytes: Bytes, onEvict: (object: number) => void): boolean {
    let name = this.#nameOf(object);
    if (name === ABSENT) name = this.#newName(object);
    return this.#inner.insert(name, bytes, (evicted) => onEvict(this.#objects[evicted]!));
  }

  remove(object: number): void {
    this.#inner.remove(this.#nameOf(object));
  }

  save(): CompactState {
    return {
      numbers: [this.#seen], columns: [], inner: this.#inner.save(), names: this.#names.save(),
      objects: this.#objects.slice(0, this.#seen),
    };
  }

  restore(state: EvictionPolicyState): void {
    const { inner, names, objects, numbers } = state as CompactState;
    this.#inner.restore(inner);
    this.#names.restore(names);
    this.#seen = numbers[0]!;
    this.#objects = new Int32Array(Math.max(16, objects.length));
    this.#objects.set(objects);
    this.#lastObject = -1;
  }

  #nameOf(object: number): number {
    if (object === this.#lastObject) return this.#lastName;
    this.#lastObject = object;
    this.#lastName = this.#names.get(object);
    return this.#lastName;
  }

  #newName(object: number): number {
    const name = this.#seen++;
    if (name === this.#objects.length) this.#objects = larger(this.#objects, name + 1);
    this.#objects[name] = object;
    this.#names.set(object, name);
    this.#lastName = name;
    return name;
  }
}
