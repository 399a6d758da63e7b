import { assert } from '../models/core/assert.ts';
import type { Us } from '../models/core/units.ts';

/** Marks a request for a manifest in the column of renditions. */
export const MANIFEST = -1;

const FIRST_ROWS = 1024;

/** All bytes of the answer are at the edge. */
export const WHOLE = 0;
/** They come to the edge as they leave it. */
export const COMING = 1;
/** The viewer has all that has come, and waits for the rest. */
export const STARVED = 2;
/** They still come, but the viewer has gone. */
export const FORSAKEN = 3;

type Columns = 'slot' | 'playerRequest' | 'object' | 'rendition' | 'sentAt' | 'firstByteAt' | 'bytes' | 'rtt'
  | 'coming';

/** Copied state of the requests under way. */
export interface RequestsState {
  readonly columns: Pick<Requests, Columns>;
  readonly free: readonly number[];
  readonly rows: number;
}

/**
 * Requests of viewers under way, a row each, rows reused. A request whose viewer has gone keeps its row
 * until the cache has answered it.
 */
export class Requests {
  /** Viewer's slot, -1 in a closed row. */
  slot = new Int32Array(FIRST_ROWS);
  /** Number the fleet gave the request. */
  playerRequest = new Float64Array(FIRST_ROWS);
  object = new Int32Array(FIRST_ROWS);
  /** Rendition, or MANIFEST. */
  rendition = new Int8Array(FIRST_ROWS);
  /** [us] */
  sentAt = new Float64Array(FIRST_ROWS);
  /** NaN until the first byte has reached the viewer. [us] */
  firstByteAt = new Float64Array(FIRST_ROWS);
  bytes = new Float64Array(FIRST_ROWS);
  /** Round-trip time of the viewer's link when the request was sent. [us] */
  rtt = new Float64Array(FIRST_ROWS);
  /** WHOLE, COMING, STARVED or FORSAKEN. */
  coming = new Uint8Array(FIRST_ROWS);
  #free: number[] = [];
  #rows = 0;

  /** A new row for a request sent now. */
  open(slot: number, playerRequest: number, object: number, rendition: number, now: Us, rtt: Us): number {
    const row = this.#free.pop() ?? this.#rows++;
    if (row === this.slot.length) this.#grow();
    this.slot[row] = slot;
    this.playerRequest[row] = playerRequest;
    this.object[row] = object;
    this.rendition[row] = rendition;
    this.sentAt[row] = now;
    this.firstByteAt[row] = NaN;
    this.rtt[row] = rtt;
    this.coming[row] = WHOLE;
    return row;
  }

  /** The row is no longer needed; it stays until the last byte has left the edge. */
  close(row: number): void {
    assert(row < this.#rows, 'only an open row is closed', { row });
    if (this.coming[row] !== WHOLE) {
      this.coming[row] = FORSAKEN;
      return;
    }
    this.slot[row] = -1;
    this.#free.push(row);
  }

  /** Rows in use. */
  get size(): number {
    return this.#rows - this.#free.length;
  }

  /** A copy of the state. */
  save(): RequestsState {
    const { slot, playerRequest, object, rendition, sentAt, firstByteAt, bytes, rtt, coming } = this;
    const columns = { slot, playerRequest, object, rendition, sentAt, firstByteAt, bytes, rtt, coming };
    return { columns: structuredClone(columns), free: [...this.#free], rows: this.#rows };
  }

  /** Puts a saved state back. */
  restore(state: RequestsState): void {
    Object.assign(this, structuredClone(state.columns));
    this.#free = [...state.free];
    this.#rows = state.rows;
  }

  #grow(): void {
    const length = this.slot.length * 2;
    this.slot = larger(this.slot, new Int32Array(length));
    this.playerRequest = larger(this.playerRequest, new Float64Array(length));
    this.object = larger(this.object, new Int32Array(length));
    this.rendition = larger(this.rendition, new Int8Array(length));
    this.sentAt = larger(this.sentAt, new Float64Array(length));
    this.firstByteAt = larger(this.firstByteAt, new Float64Array(length));
    this.bytes = larger(this.bytes, new Float64Array(length));
    this.rtt = larger(this.rtt, new Float64Array(length));
    this.coming = larger(this.coming, new Uint8Array(length));
  }
}

type Column = Int8Array | Uint8Array | Int32Array | Float64Array;

function larger<Kind extends Column>(from: Kind, to: Kind): Kind {
  to.set(from);
  return to;
}
