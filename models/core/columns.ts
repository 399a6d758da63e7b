/** A column of a table whose rows are numbered. */
export type Column = Uint8Array | Uint16Array | Int32Array | Float64Array;

/** A longer copy of a column with room for at least `rows`, what is new filled with `value`. */
export function larger<Kind extends Column>(column: Kind, rows: number, value = 0): Kind {
  const length = Math.max(rows, 2 * column.length);
  const grown = new (column.constructor as new (length: number) => Kind)(length);
  grown.set(column);
  return grown.fill(value, column.length) as Kind;
}
