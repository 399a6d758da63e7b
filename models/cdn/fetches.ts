import { larger } from '../core/columns.ts';
import type { Bytes, Us } from '../core/units.ts';
import type { Status } from './events.ts';

/** Others wait for this fetch. */
export const LEADS = 1;
/** Its answer is kept if it may be. */
export const STORES = 2;
/** The head has come, and bytes follow. */
export const STARTED = 4;
/** Asked by a conditional request. */
export const CONDITIONAL = 8;
/** Only the range that was asked for. */
export const RANGE = 16;

/** Copied state of the fetches under way. */
export interface FetchesState {
  readonly columns: Pick<Fetches, 'object' | 'since' | 'flags' | 'status' | 'bytes' | 'ttl' | 'stale'>;
  readonly open: Uint8Array;
  readonly free: readonly number[];
  readonly rows: number;
}

/** What a node has asked of its parent, a row each, rows reused. */
export class Fetches {
  object: Int32Array = new Int32Array(64);
  /** When it was sent. [us] */
  since: Float64Array = new Float64Array(64);
  /** LEADS, STORES, STARTED, CONDITIONAL, RANGE; 0 in a closed row, too. */
  flags: Uint8Array = new Uint8Array(64);
  status: Uint16Array = new Uint16Array(64);
  /** Size of the whole object. */
  bytes: Float64Array = new Float64Array(64);
  /** Lifetime of the answer by the node's own rules. [us] */
  ttl: Float64Array = new Float64Array(64);
  /** How long it may be given beyond that while it is fetched anew. [us] */
  stale: Float64Array = new Float64Array(64);
  #open: Uint8Array = new Uint8Array(64);
  #free: number[] = [];
  #rows = 0;

  /** Fetches under way. */
  get size(): number {
    return this.#rows - this.#free.length;
  }

  isOpen(row: number): boolean {
    return row >= 0 && row < this.#rows && this.#open[row] === 1;
  }

  open(object: number, flags: number, now: Us): number {
    const row = this.#free.pop() ?? this.#rows++;
    if (row === this.object.length) this.#grow(row + 1);
    this.object[row] = object;
    this.since[row] = now;
    this.flags[row] = flags;
    this.#open[row] = 1;
    return row;
  }

  close(row: number): void {
    this.flags[row] = 0;
    this.#open[row] = 0;
    this.#free.push(row);
  }

  /** Notes what the head says. */
  start(row: number, status: Status, bytes: Bytes, ttl: Us, stale: Us): void {
    this.status[row] = status;
    this.bytes[row] = bytes;
    this.ttl[row] = ttl;
    this.stale[row] = stale;
    this.flags[row]! |= STARTED;
  }

  /** True when the fetch has all of these flags. */
  is(row: number, flags: number): boolean {
    return (this.flags[row]! & flags) === flags;
  }

  save(): FetchesState {
    const { object, since, flags, status, bytes, ttl, stale } = this;
    const columns = structuredClone({ object, since, flags, status, bytes, ttl, stale });
    return { columns, open: this.#open.slice(), free: [...this.#free], rows: this.#rows };
  }

  restore(state: FetchesState): void {
    Object.assign(this, structuredClone(state.columns));
    this.#open = state.open.slice();
    this.#free = [...state.free];
    this.#rows = state.rows;
  }

  #grow(rows: number): void {
    this.object = larger(this.object, rows);
    this.since = larger(this.since, rows);
    this.flags = larger(this.flags, rows);
    this.status = larger(this.status, rows);
    this.bytes = larger(this.bytes, rows);
    this.ttl = larger(this.ttl, rows);
    this.stale = larger(this.stale, rows);
    this.#open = larger(this.#open, rows);
  }
}
