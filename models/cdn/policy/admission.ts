import { assert } from '../../core/assert.ts';
import type { RandomStream, StreamState } from '../../core/rng.ts';
import type { Bytes } from '../../core/units.ts';
import { hashObject } from './hash.ts';
import type { EvictionPolicy, EvictionPolicyState } from './policy.ts';
import { StateReader, StateWriter } from './state.ts';

/** Decides whether a missed object is worth storing; asked once for each miss. */
export interface AdmissionFilter {
  readonly name: string;
  admits(object: number, bytes: Bytes, policy: EvictionPolicy): boolean;
  /** Hears of hits, where it counts them. */
  used?(object: number): void;
  save(to: StateWriter): void;
  restore(from: StateReader): void;
}

/** Objects up to a size. */
export class SizeAdmission implements AdmissionFilter {
  readonly name = 'size';
  readonly #largest: Bytes;

  constructor(largest: Bytes) {
    this.#largest = largest;
  }

  admits(_object: number, bytes: Bytes): boolean {
    return bytes <= this.#largest;
  }

  save(): void {}

  restore(): void {}
}

/** Any object with a probability; before an LRU this is q-LRU. */
export class ProbabilisticAdmission implements AdmissionFilter {
  readonly name = 'probability';
  readonly #probability: number;
  readonly #stream: RandomStream;

  constructor(probability: number, stream: RandomStream) {
    assert(probability >= 0 && probability <= 1, 'a probability is from 0 to 1', { probability });
    this.#probability = probability;
    this.#stream = stream;
  }

  admits(): boolean {
    return this.#stream.uniform() < this.#probability;
  }

  save(to: StateWriter): void {
    for (const word of this.#stream.save()) to.number(word);
  }

  restore(from: StateReader): void {
    const words: StreamState = [from.number(), from.number(), from.number(), from.number()];
    this.#stream.restore(words);
  }
}

/** Bits for each miss remembered: with four hashes 1 % of strangers are taken for acquaintances. */
const BITS = 10;

/**
 * Objects missed before, as far as two Bloom filters remember: one is written, the other is the one written
 * before; they change places after `window` strangers, so that between one and two windows are remembered.
 */
export class SecondHitAdmission implements AdmissionFilter {
  readonly name = 'second-hit';
  readonly #window: number;
  #current: Uint8Array;
  #former: Uint8Array;
  /** Strangers written to the current filter. */
  #written = 0;

  constructor(window: number) {
    assert(window >= 1, 'a window holds a miss', { window });
    this.#window = Math.ceil(window);
    const bytes = 2 ** Math.ceil(Math.log2((this.#window * BITS) / 8));
    this.#current = new Uint8Array(bytes);
    this.#former = new Uint8Array(bytes);
  }

  admits(object: number): boolean {
    if (this.#holds(this.#current, object)) return true;
    const known = this.#holds(this.#former, object);
    if (++this.#written > this.#window) {
      [this.#current, this.#former] = [this.#former.fill(0), this.#current];
      this.#written = 1;
    }
    for (let row = 0; row < 4; row++) {
      const bit = this.#bit(object, row);
      this.#current[bit >>> 3]! |= 1 << (bit & 7);
    }
    return known;
  }

  save(to: StateWriter): void {
    to.number(this.#written);
    to.column(this.#current);
    to.column(this.#former);
  }

  restore(from: StateReader): void {
    this.#written = from.number();
    this.#current = from.bytes();
    this.#former = from.bytes();
  }

  #holds(filter: Uint8Array, object: number): boolean {
    for (let row = 0; row < 4; row++) {
      const bit = this.#bit(object, row);
      if ((filter[bit >>> 3]! & (1 << (bit & 7))) === 0) return false;
    }
    return true;
  }

  #bit(object: number, row: number): number {
    return (hashObject(object, row) & (this.#current.length * 8 - 1)) >>> 0;
  }
}

/** A policy behind an admission filter: who is not admitted passes through and drops nothing. */
export class AdmittedPolicy implements EvictionPolicy {
  readonly name: string;
  readonly #policy: EvictionPolicy;
  readonly #filter: AdmissionFilter;

  constructor(policy: EvictionPolicy, filter: AdmissionFilter) {
    this.name = `${policy.name}+${filter.name}`;
    this.#policy = policy;
    this.#filter = filter;
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

  has(object: number): boolean {
    return this.#policy.has(object);
  }

  sizeOf(object: number): Bytes {
    return this.#policy.sizeOf(object);
  }

  slotOf(object: number): number {
    return this.#policy.slotOf(object);
  }

  touch(object: number, onEvict?: (object: number) => void): void {
    this.#filter.used?.(object);
    this.#policy.touch(object, onEvict);
  }

  insert(object: number, bytes: Bytes, onEvict: (object: number) => void): boolean {
    return this.#filter.admits(object, bytes, this.#policy) && this.#policy.insert(object, bytes, onEvict);
  }

  victim(): number {
    return this.#policy.victim?.() ?? -1;
  }

  remove(object: number): void {
    this.#policy.remove(object);
  }

  save(): EvictionPolicyState {
    const writer = new StateWriter();
    this.#filter.save(writer);
    const filter = writer.state;
    const policy = this.#policy.save();
    return {
      numbers: [filter.numbers.length, filter.columns.length, ...filter.numbers, ...policy.numbers],
      columns: [...filter.columns, ...policy.columns],
    };
  }

  restore(state: EvictionPolicyState): void {
    const [numbers = 0, columns = 0, ...rest] = state.numbers;
    const filter = { numbers: rest.slice(0, numbers), columns: state.columns.slice(0, columns) };
    this.#filter.restore(new StateReader(filter));
    this.#policy.restore({ numbers: rest.slice(numbers), columns: state.columns.slice(columns) });
  }
}
