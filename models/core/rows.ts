import { assert } from './assert.ts';

type ColumnType =
  | typeof Uint8Array | typeof Int32Array | typeof Uint32Array | typeof Float32Array | typeof Float64Array;
type Spec = Readonly<Record<string, ColumnType>>;
/** Typed arrays by their names; they move when the table grows, the object that holds them does not. */
export type Columns<S extends Spec> = { [Name in keyof S]: InstanceType<S[Name]> };

/** Copied state of a table of rows. */
export interface RowsState<S extends Spec> {
  readonly columns: Columns<S>;
  readonly free: Int32Array;
  readonly rows: number;
}

/**
 * Things under way as columns of typed arrays: a thing is a row, and its number is used again once it has
 * been closed, the last closed first. A new row holds whatever was there before: who opens it fills it.
 */
export class Rows<S extends Spec> {
  readonly columns: Columns<S>;
  readonly #spec: S;
  #capacity: number;
  #rows = 0;
  #free = new Int32Array(64);
  #freeCount = 0;

  constructor(spec: S, capacity = 256) {
    this.#spec = spec;
    this.#capacity = capacity;
    this.columns = createColumns(spec, capacity);
  }

  /** Rows in use. */
  get size(): number {
    return this.#rows - this.#freeCount;
  }

  /** One more than the highest row ever used. */
  get end(): number {
    return this.#rows;
  }

  /** A row to fill. */
  open(): number {
    if (this.#freeCount > 0) return this.#free[--this.#freeCount]!;
    if (this.#rows === this.#capacity) this.#resize(this.#capacity * 2);
    return this.#rows++;
  }

  /** The row is no longer needed. Closing it twice is not noticed here: mark closed rows in a column. */
  close(row: number): void {
    assert(row >= 0 && row < this.#rows, 'only an open row is closed', { row });
    if (this.#freeCount === this.#free.length) {
      const larger = new Int32Array(this.#free.length * 2);
      larger.set(this.#free);
      this.#free = larger;
    }
    this.#free[this.#freeCount++] = row;
  }

  /** A copy of the state. */
  save(): RowsState<S> {
    const columns = createColumns(this.#spec, this.#rows);
    for (const name of Object.keys(this.#spec)) {
      columns[name]!.set(this.columns[name]!.subarray(0, this.#rows));
    }
    return { columns, free: this.#free.slice(0, this.#freeCount), rows: this.#rows };
  }

  /** Puts a saved state back. */
  restore(state: RowsState<S>): void {
    if (state.rows > this.#capacity) this.#resize(state.rows);
    for (const name of Object.keys(this.#spec)) this.columns[name]!.set(state.columns[name]!);
    this.#free = new Int32Array(Math.max(64, state.free.length));
    this.#free.set(state.free);
    this.#freeCount = state.free.length;
    this.#rows = state.rows;
  }

  #resize(capacity: number): void {
    const moved = createColumns(this.#spec, capacity);
    for (const name of Object.keys(this.#spec)) moved[name]!.set(this.columns[name]!);
    Object.assign(this.columns, moved);
    this.#capacity = capacity;
  }
}

function createColumns<S extends Spec>(spec: S, capacity: number): Columns<S> {
  const entries = Object.entries(spec).map(([name, Column]) => [name, new Column(capacity)]);
  return Object.fromEntries(entries) as Columns<S>;
}
