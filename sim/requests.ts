import { broken } from '../models/core/assert.ts';
import { larger } from '../models/core/columns.ts';

const FIRST_ROWS = 1024;

/** All bytes of the answer are at the edge. */
export const WHOLE = 0;
/** They come to the edge as they leave it. */
export const COMING = 1;
/** The viewer has all that has come, and waits for the rest. */
export const STARVED = 2;
/** They still come, but the viewer has gone. */
export const FORSAKEN = 3;

/** Status of what no cache holds while the origin is not to be asked. */
export const UNAVAILABLE = 523; // "origin is unreachable", as Cloudflare gives it

/** Copied state of the requests under way. */
export interface RequestsState {
  readonly slot: Int32Array;
  readonly coming: Uint8Array;
  readonly free: readonly number[];
  readonly rows: number;
}

/**
 * Requests at the CDN, a row each, rows reused. A request whose viewer has gone keeps its row until it has
 * been answered whole.
 */
export class Requests {
  /** Viewer's slot; -1 in a closed row, and where nobody waits for the answer. */
  slot: Int32Array = new Int32Array(FIRST_ROWS);
  /** WHOLE, COMING, STARVED or FORSAKEN. */
  coming: Uint8Array = new Uint8Array(FIRST_ROWS);
  #free: number[] = [];
  #rows = 0;

  /** A new row; `slot` is -1 when nobody waits for the answer. */
  open(slot: number): number {
    const row = this.#free.pop() ?? this.#rows++;
    if (row === this.slot.length) {
      this.slot = larger(this.slot, 2 * row);
      this.coming = larger(this.coming, 2 * row);
    }
    this.slot[row] = slot;
    this.coming[row] = WHOLE;
    return row;
  }

  /** The row is no longer needed; it stays until the last byte has left the edge. */
  close(row: number): void {
    if (row >= this.#rows) broken('only an open row is closed', { row });
    this.slot[row] = -1;
    if (this.coming[row] === WHOLE) this.#free.push(row);
    else this.coming[row] = FORSAKEN;
  }

  /** A copy of the state. */
  save(): RequestsState {
    return {
      slot: this.slot.slice(), coming: this.coming.slice(), free: [...this.#free], rows: this.#rows,
    };
  }

  /** Puts a saved state back. */
  restore(state: RequestsState): void {
    this.slot = state.slot.slice();
    this.coming = state.coming.slice();
    this.#free = [...state.free];
    this.#rows = state.rows;
  }
}
