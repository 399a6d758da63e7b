import type { PolicyPart, StateReader, StateWriter } from './state.ts';

/** A small number for every object: a segment, a visited bit, a count up to 255. */
export class ByteColumn implements PolicyPart {
  values: Uint8Array;

  constructor(objects: number) {
    this.values = new Uint8Array(objects);
  }

  grow(length: number): void {
    const values = new Uint8Array(length);
    values.set(this.values);
    this.values = values;
  }

  save(to: StateWriter): void {
    to.column(this.values);
  }

  restore(from: StateReader): void {
    this.values = from.bytes();
  }
}

/** A whole number for every object: its uses. */
export class IntegerColumn implements PolicyPart {
  values: Int32Array;

  constructor(objects: number) {
    this.values = new Int32Array(objects);
  }

  grow(length: number): void {
    this.values = grownIntegers(this.values, length, 0);
  }

  save(to: StateWriter): void {
    to.column(this.values);
  }

  restore(from: StateReader): void {
    this.values = from.integers();
  }
}

/** A longer copy of an integer column, what is new filled with `value`. */
export function grownIntegers(column: Int32Array, length: number, value: number): Int32Array {
  const grown = new Int32Array(length).fill(value, column.length);
  grown.set(column);
  return grown;
}

/** A longer copy of a column of doubles, what is new filled with `value`. */
export function grownDoubles(column: Float64Array, length: number, value: number): Float64Array {
  const grown = new Float64Array(length).fill(value, column.length);
  grown.set(column);
  return grown;
}
