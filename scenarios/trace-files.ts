import { US_PER_MS, US_PER_S, type Us } from '../models/core/units.ts';
import type { TracePeriod } from '../models/network/bandwidth.ts';
import {
  cellNumber, didYouMean, isJson, Problems, readCsv, readJson, shown, type CsvRow,
} from './data-file.ts';
import { isBare, isFcc, readBare, readFcc } from './bare-traces.ts';
import { ScenarioError, type ScenarioIssue } from './errors.ts';
import type { FileSource } from './files.ts';

/** A bandwidth trace file that cannot be used, with everything that is wrong with it. */
export class TraceFileError extends ScenarioError {
  readonly file: string;

  constructor(file: string, issues: readonly ScenarioIssue[]) {
    super(issues);
    this.name = 'TraceFileError';
    this.file = file;
  }
}

/** How files of traces end; a name without a dot has no ending, as Pensieve's. */
const ENDING = /\.(csv|tsv|json|txt|log|trace|down|up)(\.gz)?$/i;
const NO_ENDING = /^[^.]+(\.gz)?$/;
/** What lies beside traces as a rule. */
const NO_TRACE = /^(README|LICEN[CS]E|COPYING|SOURCE)\b/i;

/** Files in a folder that are taken for traces, in words. */
export const TRACE_ENDINGS =
  '.csv, .tsv, .json, .txt, .log, .trace, .down, .up or no ending, each also as .gz';

/** The names of a folder's files of traces; undefined when it is no folder. */
export function traceNames(files: FileSource, folder: string): string[] | undefined {
  const isFolder = (name: string): boolean => files.list(`${folder}/${name}`) !== undefined;
  return files.list(folder)?.filter((name) =>
    !NO_TRACE.test(name) && (ENDING.test(name) || (NO_ENDING.test(name) && !isFolder(name))));
}

/** What a trace is called by: its file without the ending. */
export function traceTitle(name: string): string {
  return name.replace(ENDING, '').replace(/\.gz$/i, '');
}

/**
 * Reads a bandwidth trace: JSON as Sabre has it, `[{duration_ms, bandwidth_kbps, latency_ms}]`, or CSV
 * with a header, `duration_ms,kbps[,latency_ms]` or `seconds,mbps[,rtt_ms]`, where seconds are the times
 * at which periods start and the last period lasts as long as the one before it; the FCC's raw form, and
 * those of Mahimahi and Pensieve, which have no header (bare-traces.ts). Records without a latency get
 * `latencyUs`. Throws TraceFileError with all problems; a trace it returns carries at least one bit.
 */
export function parseTrace(text: string, file: string, latencyUs: Us = 0): TracePeriod[] {
  const problems = new Problems(file);
  let periods: TracePeriod[] = [];
  if (text.trim() === '') problems.add('expected a bandwidth trace, got an empty file');
  else if (isJson(text, file)) periods = fromJson(readJson(text, problems), latencyUs, problems);
  else if (isBare(text)) periods = readBare(text, latencyUs, problems);
  else periods = fromTable(readCsv(text), latencyUs, problems);
  if (!problems.any) checkTotals(periods, problems);
  if (problems.any) throw new TraceFileError(file, problems.issues);
  return periods.filter(({ durationUs }) => durationUs > 0);
}

function fromTable(rows: readonly CsvRow[], latencyUs: Us, problems: Problems): TracePeriod[] {
  const isRaw = rows[0] !== undefined && isFcc(rows[0]);
  return isRaw ? readFcc(rows, latencyUs, problems) : fromCsv(rows, latencyUs, problems);
}

function fromJson(value: unknown, latencyUs: Us, problems: Problems): TracePeriod[] {
  if (problems.any) return [];
  if (Array.isArray(value)) {
    return value.map((record: unknown, i) => periodOf(record, i, latencyUs, problems));
  }
  const isSizes = typeof value === 'object' && value !== null && 'segment_sizes_bits' in value;
  problems.add(`expected a list of periods, got ${isSizes ? 'a table of segment sizes' : shown(value)}`);
  return [];
}

function periodOf(record: unknown, index: number, latencyUs: Us, problems: Problems): TracePeriod {
  const path = `[${index}]`;
  if (typeof record !== 'object' || record === null || Array.isArray(record)) {
    problems.addAtPath(path, `expected an object with ${JSON_KEYS.join(', ')}, got ${shown(record)}`);
    return NO_PERIOD;
  }
  const fields = new Map<string, unknown>(Object.entries(record));
  for (const key of fields.keys()) {
    if (JSON_KEYS.includes(key)) continue;
    const hint = didYouMean(key, JSON_KEYS.filter((known) => !fields.has(known)));
    problems.addOnceAtPath(path, `unknown key "${key}"${hint}; a period has ${JSON_KEYS.join(', ')}`);
  }
  const read = (key: string): number => {
    const field = fields.get(key);
    if (typeof field === 'number' && field >= 0 && field < Infinity) return field;
    if (field === undefined) problems.addOnceAtPath(path, `expected ${key}, which is missing`);
    else problems.addAtPath(`${path}.${key}`, `expected a number >= 0, got ${shown(field)}`);
    return 0;
  };
  return {
    durationUs: Math.round(read('duration_ms') * US_PER_MS),
    rate: tidyRate(read('bandwidth_kbps') * 1e3),
    latencyUs: fields.has('latency_ms') ? Math.round(read('latency_ms') * US_PER_MS) : latencyUs,
  };
}

interface Column {
  readonly name: string;
  readonly means: 'start' | 'duration' | 'rate' | 'latency';
  /** What its unit is worth in µs or bits/s. */
  readonly scale: number;
}

function fromCsv([header, ...rows]: readonly CsvRow[], latencyUs: Us, problems: Problems): TracePeriod[] {
  if (header === undefined) problems.add('expected a header and periods, got nothing but comments');
  const columns = header === undefined ? undefined : readHeader(header, problems);
  if (columns === undefined) return [];
  const values = rows.map((row) => readRow(row, columns, problems));
  const at = (means: Column['means']): number => columns.findIndex((column) => column.means === means);
  const [start, duration, rate, latency] = [at('start'), at('duration'), at('rate'), at('latency')];
  const durations = start >= 0
    ? durationsOfStarts(values.map((row) => Math.round(row[start]!)), rows, start, problems)
    : values.map((row) => Math.round(row[duration]!));
  return values.map((row, i) => ({
    durationUs: durations[i]!,
    rate: tidyRate(row[rate]!),
    latencyUs: latency < 0 ? latencyUs : Math.round(row[latency]!),
  }));
}

/** The columns in the order of the header; undefined, with problems noted, when no trace has them. */
function readHeader(header: CsvRow, problems: Problems): readonly Column[] | undefined {
  const { cells } = header;
  const got = shown(cells.join(','));
  if (cells.every((cell) => cell === '' || !Number.isNaN(cellNumber(cell)))) {
    problems.addInRow(header, 0, `expected a header ${CSV_FORMS}, got ${got}`);
    return undefined;
  }
  const found = cells.map((cell) => COLUMNS.find(({ name }) => name === cell.toLowerCase()));
  found.forEach((column, i) => {
    if (column !== undefined) return;
    const hint = didYouMean(cells[i]!, COLUMNS.map(({ name }) => name));
    problems.addInRow(header, i, `unknown column "${cells[i]!}"${hint}; expected ${CSV_FORMS}`);
  });
  if (problems.any) return undefined;
  const columns = found.filter((column) => column !== undefined);
  const count = (...means: ReadonlyArray<Column['means']>): number =>
    columns.filter((column) => means.includes(column.means)).length;
  if (count('start', 'duration') === 1 && count('rate') === 1 && count('latency') <= 1) return columns;
  problems.addInRow(header, 0, `expected the columns ${CSV_FORMS}, got ${got}`);
  return undefined;
}

function readRow(row: CsvRow, columns: readonly Column[], problems: Problems): number[] {
  if (row.cells.length !== columns.length) {
    problems.addInRow(row, 0, `expected ${columns.length} cells, got ${row.cells.length}`);
    return columns.map(() => NaN);
  }
  return columns.map(({ name, scale }, i) => {
    const value = cellNumber(row.cells[i]!);
    if (value >= 0 && value < Infinity) return value * scale;
    problems.addInRow(row, i, `${name}: expected a number >= 0, got ${shown(row.cells[i])}`);
    return NaN;
  });
}

/** Durations of periods whose starts are known; the last one lasts as long as the one before it. */
function durationsOfStarts(
  starts: readonly Us[],
  rows: readonly CsvRow[],
  column: number,
  problems: Problems,
): Us[] {
  const durations = starts.slice(1).map((start, i) => start - starts[i]!);
  durations.forEach((duration, i) => {
    if (!(duration <= 0)) return;
    const [before, now] = [starts[i]! / US_PER_S, starts[i + 1]! / US_PER_S];
    problems.addInRow(rows[i + 1]!, column, `expected times that ascend, got ${now} s after ${before} s`);
  });
  if (starts.length === 1) problems.add('expected two periods at least: one lasts until the next starts');
  return [...durations, durations.at(-1) ?? 0];
}

function checkTotals(periods: readonly TracePeriod[], problems: Problems): void {
  const lasts = periods.reduce((sum, { durationUs }) => sum + durationUs, 0);
  if (lasts > LONGEST_US) {
    problems.add('expected a trace of a year at most: are its times in the unit they say?');
  }
  if (periods.some(({ rate }) => rate > GREATEST_RATE)) {
    problems.add('expected at most 1 Pbps: are its rates in the unit they say?');
  }
  if (periods.some(({ latencyUs }) => latencyUs > GREATEST_LATENCY_US)) {
    problems.add('expected round trips of an hour at most: are they in the unit they say?');
  }
  if (problems.any) return;
  if (periods.length === 0) problems.add('expected periods, got none');
  else if (!periods.some(({ durationUs }) => durationUs > 0)) {
    problems.add('expected a trace that lasts, got a total duration of 0');
  } else if (!periods.some(({ rate }) => rate > 0)) {
    problems.add('carries no bit: every period has bandwidth 0');
  } else if (!periods.some(({ durationUs, rate }) => durationUs * rate > 0)) {
    problems.add('carries no bit: every period that lasts has bandwidth 0');
  }
}

/** Bits/s to three decimals, so that 1.1 Mbps is 1100000 bits/s and not a hair more. */
function tidyRate(rate: number): number {
  return Math.round(rate * 1e3) / 1e3;
}

const LONGEST_US = 365 * 86_400 * US_PER_S;
const GREATEST_RATE = 1e15;
const GREATEST_LATENCY_US = 3600 * US_PER_S;
const JSON_KEYS = ['duration_ms', 'bandwidth_kbps', 'latency_ms'];
const COLUMNS: readonly Column[] = [
  { name: 'seconds', means: 'start', scale: US_PER_S },
  { name: 'duration_ms', means: 'duration', scale: US_PER_MS },
  { name: 'mbps', means: 'rate', scale: 1e6 },
  { name: 'kbps', means: 'rate', scale: 1e3 },
  { name: 'rtt_ms', means: 'latency', scale: US_PER_MS },
  { name: 'latency_ms', means: 'latency', scale: US_PER_MS },
];
const CSV_FORMS = '"seconds,mbps[,rtt_ms]" or "duration_ms,kbps[,latency_ms]"';
const NO_PERIOD: TracePeriod = { durationUs: 0, rate: 0, latencyUs: 0 };
