import type { Bytes } from '../../core/units.ts';

/** Copied state of the counts. */
export interface PlaceCountsState {
  readonly columns: readonly Float64Array[];
  readonly marked: readonly Float64Array[];
}

/** What a place has answered since the mark. */
export interface PlaceCount {
  readonly requests: number;
  /** Answered from its own store. */
  readonly hits: number;
  /** Answered with an error, or not at all. */
  readonly errors: number;
  readonly bytes: Bytes;
  readonly hitBytes: Bytes;
}

const COLUMNS = ['requests', 'hits', 'errors', 'bytes', 'hitBytes'] as const;

/** What each place has answered, errors among the requests. */
export class PlaceCounts {
  readonly #requests: Float64Array;
  readonly #hits: Float64Array;
  readonly #errors: Float64Array;
  readonly #bytes: Float64Array;
  readonly #hitBytes: Float64Array;
  /** The same when `mark` was called. */
  readonly #marked: readonly Float64Array[];

  constructor(places: number) {
    this.#requests = new Float64Array(places);
    this.#hits = new Float64Array(places);
    this.#errors = new Float64Array(places);
    this.#bytes = new Float64Array(places);
    this.#hitBytes = new Float64Array(places);
    this.#marked = COLUMNS.map(() => new Float64Array(places));
  }

  /** A place answers with so many bytes, its own or fetched for it. */
  answered(place: number, bytes: Bytes, own: boolean): void {
    this.#requests[place]!++;
    this.#bytes[place]! += bytes;
    if (!own) return;
    this.#hits[place]!++;
    this.#hitBytes[place]! += bytes;
  }

  /** A request came to nothing. */
  failed(place: number): void {
    this.#requests[place]!++;
    this.#errors[place]!++;
  }

  /** What is asked for from here on counts. */
  mark(): void {
    this.#columns.forEach((column, i) => this.#marked[i]!.set(column));
  }

  /** What a place has answered since the mark. */
  since(place: number): PlaceCount {
    const of = (column: number) => this.#columns[column]![place]! - this.#marked[column]![place]!;
    return { requests: of(0), hits: of(1), errors: of(2), bytes: of(3), hitBytes: of(4) };
  }

  /** Sums over the places from `from` to before `to`, by the group each is in, since the run began. */
  sums(groups: number, from: number, to: number, groupOf: Int32Array): PlaceCount[] {
    const sums = this.#columns.map((column) => {
      const sum = new Float64Array(groups);
      for (let place = from; place < to; place++) sum[groupOf[place]!]! += column[place]!;
      return sum;
    });
    return Array.from({ length: groups }, (_, group) => ({
      requests: sums[0]![group]!, hits: sums[1]![group]!, errors: sums[2]![group]!, bytes: sums[3]![group]!,
      hitBytes: sums[4]![group]!,
    }));
  }

  save(): PlaceCountsState {
    const copies = (columns: readonly Float64Array[]) => columns.map((column) => column.slice());
    return { columns: copies(this.#columns), marked: copies(this.#marked) };
  }

  restore(state: PlaceCountsState): void {
    this.#columns.forEach((column, i) => column.set(state.columns[i]!));
    this.#marked.forEach((column, i) => column.set(state.marked[i]!));
  }

  get #columns(): readonly Float64Array[] {
    return [this.#requests, this.#hits, this.#errors, this.#bytes, this.#hitBytes];
  }
}
