import { larger } from '../core/columns.ts';
import { NO_ROW } from '../core/row-lists.ts';
import type { Bytes, Us } from '../core/units.ts';

/** Copied state of the open requests. */
export interface OpenRequestsState {
  readonly columns: Pick<
    OpenRequests, 'requestId' | 'object' | 'first' | 'last' | 'since' | 'fetch' | 'own'
  >;
  readonly free: readonly number[];
  readonly rows: number;
}

/** Requests a node has not answered to the end, a row each, rows reused. */
export class OpenRequests {
  requestId: Float64Array = new Float64Array(64);
  object: Int32Array = new Int32Array(64);
  /** First byte asked for, and last. */
  first: Float64Array = new Float64Array(64);
  last: Float64Array = new Float64Array(64);
  /** When it arrived. [us] */
  since: Float64Array = new Float64Array(64);
  /** The fetch it waits for or follows; NO_ROW while it waits to look again. */
  fetch: Int32Array = new Int32Array(64);
  /** 1 when that fetch was sent for it. */
  own: Uint8Array = new Uint8Array(64);
  #free: number[] = [];
  #rows = 0;

  open(requestId: number, object: number, first: Bytes, last: Bytes, now: Us): number {
    const row = this.#free.pop() ?? this.#rows++;
    if (row === this.object.length) this.#grow(row + 1);
    this.requestId[row] = requestId;
    this.object[row] = object;
    this.first[row] = first;
    this.last[row] = last;
    this.since[row] = now;
    this.fetch[row] = NO_ROW;
    this.own[row] = 0;
    return row;
  }

  close(row: number): void {
    this.#free.push(row);
  }

  /** Bytes to answer a request with, of an object of this size. */
  bytesOf(row: number, size: Bytes): Bytes {
    return rangeBytes(this.first[row]!, this.last[row]!, size);
  }

  save(): OpenRequestsState {
    const { requestId, object, first, last, since, fetch, own } = this;
    const columns = structuredClone({ requestId, object, first, last, since, fetch, own });
    return { columns, free: [...this.#free], rows: this.#rows };
  }

  restore(state: OpenRequestsState): void {
    Object.assign(this, structuredClone(state.columns));
    this.#free = [...state.free];
    this.#rows = state.rows;
  }

  #grow(rows: number): void {
    this.requestId = larger(this.requestId, rows);
    this.object = larger(this.object, rows);
    this.first = larger(this.first, rows);
    this.last = larger(this.last, rows);
    this.since = larger(this.since, rows);
    this.fetch = larger(this.fetch, rows);
    this.own = larger(this.own, rows);
  }
}

/** Bytes of a range in an object of this size; none when the range lies behind its end. */
export function rangeBytes(first: Bytes, last: Bytes, size: Bytes): Bytes {
  return Math.max(0, Math.min(last + 1, size) - first);
}
