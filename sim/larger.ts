/** A column of `rows` rows that begins with those of `from`; the rest is zero, or `blank`. */
export function larger<Column extends Int8Array | Int32Array | Float64Array>(
  from: Column, rows: number, blank = 0,
): Column {
  const to = new (from.constructor as new (length: number) => Column)(rows);
  if (blank !== 0) to.fill(blank, from.length);
  to.set(from);
  return to;
}
