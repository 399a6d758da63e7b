import { assert } from '../../core/assert.ts';
import type { EvictionPolicyState, StateColumn } from './policy.ts';

const OTHER_KIND = 'a state goes back into a policy of its kind';

/**
 * A structure a policy is made of: it grows with the names of objects, and its state can be saved and
 * restored.
 */
export interface PolicyPart {
  /** Makes room for objects below `length`. */
  grow(length: number): void;
  save(to: StateWriter): void;
  restore(from: StateReader): void;
}

/** Collects the state of a policy from its parts, copying every column. */
export class StateWriter {
  readonly #numbers: number[] = [];
  readonly #columns: StateColumn[] = [];

  number(value: number): void {
    this.#numbers.push(value);
  }

  column(values: StateColumn): void {
    this.#columns.push(values.slice());
  }

  get state(): EvictionPolicyState {
    return { numbers: this.#numbers, columns: this.#columns };
  }
}

/** Hands a saved state back to the parts of a policy, in the order it was written; columns are copies. */
export class StateReader {
  readonly #state: EvictionPolicyState;
  #number = 0;
  #column = 0;

  constructor(state: EvictionPolicyState) {
    this.#state = state;
  }

  number(): number {
    const value = this.#state.numbers[this.#number++];
    assert(value !== undefined, OTHER_KIND, { number: this.#number });
    return value;
  }

  bytes(): Uint8Array {
    const column = this.#next();
    assert(column instanceof Uint8Array, OTHER_KIND, { column: this.#column });
    return column;
  }

  integers(): Int32Array {
    const column = this.#next();
    assert(column instanceof Int32Array, OTHER_KIND, { column: this.#column });
    return column;
  }

  doubles(): Float64Array {
    const column = this.#next();
    assert(column instanceof Float64Array, OTHER_KIND, { column: this.#column });
    return column;
  }

  #next(): StateColumn | undefined {
    return this.#state.columns[this.#column++]?.slice();
  }
}
