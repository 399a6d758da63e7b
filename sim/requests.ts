import { assert } from '../models/core/assert.ts';
import { larger } from './larger.ts';

const FIRST_ROWS = 1024;

/** Copied state of the requests under way. */
export interface RequestsState {
  readonly slot: Int32Array;
  readonly free: readonly number[];
  readonly rows: number;
}

/**
 * Requests at the CDN, a row each, rows reused. A request whose viewer has gone keeps its row until it has
 * been answered.
 */
export class Requests {
  /** Viewer's slot; -1 in a closed row, and where nobody waits for the answer. */
  slot = new Int32Array(FIRST_ROWS);
  #free: number[] = [];
  #rows = 0;

  /** A new row; `slot` is -1 when nobody waits for the answer. */
  open(slot: number): number {
    const row = this.#free.pop() ?? this.#rows++;
    if (row === this.slot.length) this.slot = larger(this.slot, 2 * row);
    this.slot[row] = slot;
    return row;
  }

  /** The row is no longer needed. */
  close(row: number): void {
    assert(row < this.#rows, 'only an open row is closed', { row });
    this.slot[row] = -1;
    this.#free.push(row);
  }

  /** A copy of the state. */
  save(): RequestsState {
    return { slot: this.slot.slice(), free: [...this.#free], rows: this.#rows };
  }

  /** Puts a saved state back. */
  restore(state: RequestsState): void {
    this.slot = state.slot.slice();
    this.#free = [...state.free];
    this.#rows = state.rows;
  }
}
