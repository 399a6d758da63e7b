import { larger } from './columns.ts';

/** No row: the end of a list. */
export const NO_ROW = -1;

/** Copied state of lists. */
export interface RowListsState {
  readonly heads: Int32Array;
  readonly tails: Int32Array;
  readonly next: Int32Array;
  readonly previous: Int32Array;
}

/** Doubly linked lists of numbered rows, themselves numbered; a row is in at most one of them. */
export class RowLists {
  #heads: Int32Array = new Int32Array(64).fill(NO_ROW);
  #tails: Int32Array = new Int32Array(64).fill(NO_ROW);
  #next: Int32Array = new Int32Array(64).fill(NO_ROW);
  #previous: Int32Array = new Int32Array(64).fill(NO_ROW);

  /** First row of a list, or NO_ROW. */
  first(list: number): number {
    return list < this.#heads.length ? this.#heads[list]! : NO_ROW;
  }

  /** The row behind this one in its list, or NO_ROW. */
  after(row: number): number {
    return this.#next[row]!;
  }

  /** Puts a row that is in no list at the end of this one. */
  push(list: number, row: number): void {
    if (list >= this.#heads.length) {
      this.#heads = larger(this.#heads, list + 1, NO_ROW);
      this.#tails = larger(this.#tails, list + 1, NO_ROW);
    }
    if (row >= this.#next.length) {
      this.#next = larger(this.#next, row + 1, NO_ROW);
      this.#previous = larger(this.#previous, row + 1, NO_ROW);
    }
    const tail = this.#tails[list]!;
    this.#next[row] = NO_ROW;
    this.#previous[row] = tail;
    if (tail === NO_ROW) this.#heads[list] = row;
    else this.#next[tail] = row;
    this.#tails[list] = row;
  }

  /** Takes a row out of the list that it is in. */
  remove(list: number, row: number): void {
    const next = this.#next[row]!;
    const previous = this.#previous[row]!;
    if (next === NO_ROW) this.#tails[list] = previous;
    else this.#previous[next] = previous;
    if (previous === NO_ROW) this.#heads[list] = next;
    else this.#next[previous] = next;
  }

  /** Takes the first row out of a list; NO_ROW when it is empty. */
  shift(list: number): number {
    const row = this.first(list);
    if (row !== NO_ROW) this.remove(list, row);
    return row;
  }

  /** A copy of the whole state. */
  save(): RowListsState {
    return {
      heads: this.#heads.slice(), tails: this.#tails.slice(),
      next: this.#next.slice(), previous: this.#previous.slice(),
    };
  }

  /** Puts a saved state back. */
  restore(state: RowListsState): void {
    this.#heads = state.heads.slice();
    this.#tails = state.tails.slice();
    this.#next = state.next.slice();
    this.#previous = state.previous.slice();
  }
}
