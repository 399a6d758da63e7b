import { US_PER_MS, US_PER_S, type Us } from '../models/core/units.ts';
import type { TracePeriod } from '../models/network/bandwidth.ts';
import { cellNumber, shown, type CsvRow, type Problems } from './data-file.ts';

/** Bits of one delivery opportunity: Mahimahi's link shell releases packets of 1504 bytes (mm-link). */
const OPPORTUNITY_BITS = 1504 * 8;
/** Opportunities are counted over so long: shorter than any segment, long enough for slow links. */
const OPPORTUNITY_STEP_MS = 100;
const LONGEST_MS = 86_400_000;
/** A test of Measuring Broadband America reports what came in each of its intervals of 5 s. */
const FCC_INTERVAL_US = 5 * US_PER_S;

/** Lines of numbers without a header: one number a line is Mahimahi's form, two are Pensieve's. */
export function isBare(text: string): boolean {
  const lines = text.replace(/^\uFEFF/, '').split('\n').map((line) => line.trim());
  const first = lines.find((line) => line !== '' && !line.startsWith('#'));
  return first !== undefined && /^[-+.\d][-+.\de]*(\s+[-+.\de]+)?$/i.test(first);
}

/**
 * A trace without a header. Mahimahi: a line for each packet that the link can deliver, the millisecond at
 * which it can; the trace is as long as the last one says. Pensieve ("cooked"): seconds and Mbit/s, the rate
 * having held since the line before.
 */
export function readBare(text: string, latencyUs: Us, problems: Problems): TracePeriod[] {
  const rows = rowsOf(text);
  const cells = rows[0]!.cells.length;
  for (const row of rows) {
    if (row.cells.length !== cells) {
      const asBefore = `${cells === 1 ? 'one number' : 'two numbers'} as in the lines before`;
      problems.addInRow(row, 0, `expected ${asBefore}, got ${row.cells.length}`);
    }
  }
  const values = rows.map((row) => row.cells.map((cell, i) => {
    const value = cellNumber(cell);
    if (!(value >= 0 && value < Infinity)) {
      problems.addInRow(row, i, `expected a number >= 0, got ${shown(cell)}`);
    }
    return value;
  }));
  if (problems.any) return [];
  const ascends = (strictly: boolean) => values.forEach((row, i) => {
    const before = i === 0 ? -1 : values[i - 1]![0]!;
    if (row[0]! > before || (!strictly && row[0] === before)) return;
    problems.addInRow(rows[i]!, 0, `expected times that ascend, got ${row[0]!} after ${before}`);
  });
  ascends(cells === 2);
  if (problems.any) return [];
  return cells === 1
    ? fromOpportunities(values.map((row) => row[0]!), rows, latencyUs, problems)
    : fromCooked(values as [number, number][], latencyUs, problems);
}

function fromOpportunities(
  times: readonly number[], rows: readonly CsvRow[], latencyUs: Us, problems: Problems,
): TracePeriod[] {
  const odd = times.findIndex((ms) => !Number.isInteger(ms));
  if (odd >= 0) problems.addInRow(rows[odd]!, 0, `expected whole milliseconds, got ${times[odd]!}`);
  const lengthMs = times.at(-1)!;
  if (lengthMs === 0) problems.add('expected a trace that lasts: every packet is at 0 ms');
  if (lengthMs > LONGEST_MS) problems.add(`expected a trace of a day at most, got ${lengthMs} ms`);
  if (problems.any) return [];
  const packets = new Int32Array(Math.ceil(lengthMs / OPPORTUNITY_STEP_MS));
  for (const ms of times) packets[Math.max(0, Math.ceil(ms / OPPORTUNITY_STEP_MS) - 1)]! += 1;
  return Array.from(packets, (count, i): TracePeriod => {
    const durationMs = Math.min(OPPORTUNITY_STEP_MS, lengthMs - i * OPPORTUNITY_STEP_MS);
    return {
      durationUs: durationMs * US_PER_MS, rate: (count * OPPORTUNITY_BITS * 1e3) / durationMs, latencyUs,
    };
  });
}

function fromCooked(
  values: readonly (readonly [number, number])[], latencyUs: Us, problems: Problems,
): TracePeriod[] {
  if (values.length < 2) problems.add('expected two lines at least: a rate has held since the line before');
  return values.slice(1).map(([seconds, mbps], i): TracePeriod => {
    const durationUs = Math.round(seconds * US_PER_S) - Math.round(values[i]![0] * US_PER_S);
    return { durationUs, rate: Math.round(mbps * 1e9) / 1e3, latencyUs };
  });
}

/** Whether a header is that of the FCC's raw files of HTTP throughput (curr_httpgetmt, curr_httppostmt). */
export function isFcc(header: CsvRow): boolean {
  const names = header.cells.map((cell) => cell.toLowerCase());
  return names.includes('unit_id') && names.includes('bytes_sec_interval');
}

/**
 * The FCC's raw form, rows of one unit: each is an interval of 5 s of a test, which carried
 * `bytes_sec_interval` bytes a second; intervals that failed carry nothing.
 */
export function readFcc(
  [header, ...rows]: readonly CsvRow[], latencyUs: Us, problems: Problems,
): TracePeriod[] {
  const at = (name: string) => header!.cells.findIndex((cell) => cell.toLowerCase() === name);
  const [unit, rate] = [at('unit_id'), at('bytes_sec_interval')];
  const units = new Set(rows.map((row) => row.cells[unit]));
  if (units.size > 1) {
    const listed = [...units].slice(0, 3).map((one) => one ?? '').join(', ');
    const more = units.size > 3 ? ', ...' : '';
    const got = `${units.size} (${listed}${more})`;
    problems.add(`expected the rows of one unit_id, got ${got}: make a file of each`);
  }
  return rows.map((row) => {
    const value = cellNumber(row.cells[rate] ?? '');
    if (!(value >= 0 && value < Infinity)) {
      problems.addInRow(row, Math.min(rate, row.cells.length - 1),
        `bytes_sec_interval: expected a number >= 0, got ${shown(row.cells[rate])}`);
    }
    return { durationUs: FCC_INTERVAL_US, rate: value * 8, latencyUs };
  });
}

function rowsOf(text: string): CsvRow[] {
  const rows: CsvRow[] = [];
  text.replace(/^\uFEFF/, '').split(/\r?\n/).forEach((line, i) => {
    if (line.trim() === '' || line.trim().startsWith('#')) return;
    const matches = [...line.matchAll(/\S+/g)];
    rows.push({
      line: i + 1, cells: matches.map(([cell]) => cell), columns: matches.map(({ index }) => index + 1),
    });
  });
  return rows;
}
