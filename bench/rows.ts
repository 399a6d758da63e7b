/** One figure beside a peer's; what `--json` prints as an array. */
export interface BenchRow {
  /** bench/case/list: `hold/1000/default`. */
  readonly name: string;
  /** Best of the repetitions, in `unit` of processor time. */
  readonly value: number;
  readonly unit: string;
  readonly peer: string;
  /** null when the peer is not on this machine; `note` then says how to get it. */
  readonly peerValue: number | null;
  /** value / peerValue: above 1 we are faster. */
  readonly ratio: number | null;
  readonly seed: number;
  /** Hash of what was computed; where the peer computes the same, its hash was compared. */
  readonly hash: string;
  readonly note: string;
}

/** Makes a row, working out the ratio. */
export function benchRow(row: Omit<BenchRow, 'ratio'>): BenchRow {
  return { ...row, ratio: row.peerValue === null ? null : row.value / row.peerValue };
}

/** The rows as an aligned table, the header first. */
export function formatRows(rows: readonly BenchRow[]): string {
  const header = ['name', 'ours', 'unit', 'peer', 'peer’s', 'ratio', 'hash', 'note'];
  const cells = rows.map((row) => [
    row.name,
    figure(row.value),
    row.unit,
    row.peer,
    row.peerValue === null ? '-' : figure(row.peerValue),
    row.ratio === null ? '-' : row.ratio.toFixed(2),
    row.hash,
    row.note,
  ]);
  const widths = header.map((title, i) => Math.max(title.length, ...cells.map((line) => line[i]!.length)));
  const isNumber = [false, true, false, false, true, true, false, false];
  const align = (text: string, i: number): string =>
    isNumber[i] ? text.padStart(widths[i]!) : text.padEnd(widths[i]!);
  return [header, ...cells].map((line) => line.map(align).join('  ').trimEnd()).join('\n');
}

/** Three significant digits without an exponent: 14.3, 0.271, 84200. */
function figure(value: number): string {
  if (value >= 100) return String(Math.round(value));
  return value.toPrecision(3);
}
