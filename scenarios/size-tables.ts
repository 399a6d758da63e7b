import { US_PER_MS, type BitsPerS } from '../models/core/units.ts';
import {
  cellNumber, didYouMean, isJson, Problems, readCsv, readJson, shown, type CsvRow,
} from './data-file.ts';
import { ScenarioError, type ScenarioIssue } from './errors.ts';
import { SizeTable } from './size-table.ts';

/** A file of segment sizes that cannot be used, with everything that is wrong with it. */
export class SizeTableError extends ScenarioError {
  readonly file: string;

  constructor(file: string, issues: readonly ScenarioIssue[]) {
    super(issues);
    this.name = 'SizeTableError';
    this.file = file;
  }
}

/**
 * Reads segment sizes: JSON as Sabre has it, `{segment_duration_ms, bitrates_kbps, segment_sizes_bits}`
 * (one video), or CSV with a header, `[video,]segment_ms,bytes_<rung>,...`, a row a segment in the order
 * of play, rungs ascending. Throws SizeTableError with all problems; every size it returns is above 0.
 */
export function parseSizeTables(text: string, file: string): SizeTable[] {
  const problems = new Problems(file);
  let tables: SizeTable[] = [];
  if (text.trim() === '') problems.add('expected a table of segment sizes, got an empty file');
  else if (isJson(text, file)) tables = fromJson(readJson(text, problems), problems);
  else tables = fromCsv(readCsv(text), problems);
  if (problems.any) throw new SizeTableError(file, problems.issues);
  return tables;
}

function fromJson(value: unknown, problems: Problems): SizeTable[] {
  if (problems.any) return [];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    problems.add(`expected an object with ${JSON_KEYS.join(', ')}, got ${shown(value)}`);
    return [];
  }
  const fields = new Map<string, unknown>(Object.entries(value));
  for (const key of fields.keys()) {
    if (JSON_KEYS.includes(key) || JSON_REMARKS.includes(key)) continue;
    const hint = didYouMean(key, JSON_KEYS.filter((known) => !fields.has(known)));
    problems.add(`unknown key "${key}"${hint}; a table has ${JSON_KEYS.join(', ')}`);
  }
  for (const key of JSON_KEYS) if (!fields.has(key)) problems.add(`expected ${key}, which is missing`);
  if (problems.any) return [];
  const duration = fields.get('segment_duration_ms');
  if (!isDuration(duration)) {
    problems.addAtPath('segment_duration_ms', `expected a number > 0, got ${shown(duration)}`);
  }
  const bitrates = readRates(fields.get('bitrates_kbps'), problems);
  const rows = readSizes(fields.get('segment_sizes_bits'), bitrates.length, problems);
  if (problems.any || !isDuration(duration)) return [];
  return [new SizeTable(problems.file, Math.round(duration * US_PER_MS), rows, bitrates)];
}

function readRates(value: unknown, problems: Problems): BitsPerS[] {
  if (!Array.isArray(value) || value.length === 0) {
    problems.addAtPath('bitrates_kbps', `expected a list of rates, got ${shownList(value)}`);
    return [];
  }
  return value.map((rate: unknown, i) => {
    const path = `bitrates_kbps[${i}]`;
    const before: unknown = value[i - 1];
    if (!isPositive(rate)) problems.addAtPath(path, `expected a number > 0, got ${shown(rate)}`);
    else if (isPositive(before) && rate <= before) {
      problems.addAtPath(path, `expected rates that ascend, got ${rate} after ${before}`);
    }
    return isPositive(rate) ? rate * 1e3 : 0;
  });
}

function readSizes(value: unknown, rungs: number, problems: Problems): number[][] {
  if (!Array.isArray(value) || value.length === 0) {
    problems.addAtPath('segment_sizes_bits', `expected a list of segments, got ${shownList(value)}`);
    return [];
  }
  return value.map((row: unknown, segment) => {
    const path = `segment_sizes_bits[${segment}]`;
    if (!Array.isArray(row)) {
      problems.addAtPath(path, `expected a list of sizes, got ${shown(row)}`);
      return [];
    }
    if (rungs > 0 && row.length !== rungs) {
      problems.addAtPath(path, `expected ${rungs} sizes, one for each of bitrates_kbps, got ${row.length}`);
    }
    return row.map((size: unknown, rung) => {
      if (isPositive(size)) return size;
      problems.addAtPath(`${path}[${rung}]`, `expected a number > 0, got ${shown(size)}`);
      return 0;
    });
  });
}

interface Video {
  readonly segmentMs: number;
  readonly firstRow: CsvRow;
  readonly rows: number[][];
}

function fromCsv([header, ...rows]: readonly CsvRow[], problems: Problems): SizeTable[] {
  if (header === undefined) problems.add('expected a header and segments, got nothing but comments');
  const layout = header === undefined ? undefined : readHeader(header, problems);
  if (layout === undefined) return [];
  const videos = new Map<string, Video>();
  for (const row of rows) readRow(row, layout, videos, problems);
  if (videos.size === 0) problems.add('expected segments, got none');
  if (problems.any) return [];
  return [...videos].map(([name, { segmentMs, firstRow, rows: sizes }]) => {
    const table = new SizeTable(name, Math.round(segmentMs * US_PER_MS), sizes);
    const descends = table.bitrates.findIndex((rate, i) => i > 0 && rate <= table.bitrates[i - 1]!);
    if (descends < 0) return table;
    const [lower, upper] = [layout.rungs[descends - 1]!, layout.rungs[descends]!];
    problems.addInRow(firstRow, layout.firstRung + descends,
      `expected rungs that ascend, got a mean of ${upper} no larger than that of ${lower}`);
    return table;
  });
}

/** Where things stand in a row: [video,] segment_ms, rungs. */
interface Layout {
  readonly hasVideo: boolean;
  readonly firstRung: number;
  readonly rungs: readonly string[];
}

function readHeader(header: CsvRow, problems: Problems): Layout | undefined {
  const names = header.cells.map((cell) => cell.toLowerCase());
  const hasVideo = names[0] === 'video';
  const firstRung = hasVideo ? 2 : 1;
  const rungs = names.slice(firstRung);
  const isRung = (name: string): boolean => /^bytes_./.test(name);
  if (names[firstRung - 1] === 'segment_ms' && rungs.length > 0 && rungs.every(isRung)) {
    return { hasVideo, firstRung, rungs };
  }
  problems.addInRow(header, 0, `expected the columns ${CSV_FORM}, got ${shown(header.cells.join(','))}`);
  return undefined;
}

function readRow(row: CsvRow, layout: Layout, videos: Map<string, Video>, problems: Problems): void {
  const { hasVideo, firstRung, rungs } = layout;
  const expected = firstRung + rungs.length;
  if (row.cells.length !== expected) {
    problems.addInRow(row, 0, `expected ${expected} cells, got ${row.cells.length}`);
    return;
  }
  const numbers = row.cells.slice(firstRung - 1).map((cell, i) => {
    const value = cellNumber(cell);
    if (i === 0 ? isDuration(value) : isPositive(value)) return value;
    const name = i === 0 ? 'segment_ms' : rungs[i - 1]!;
    problems.addInRow(row, firstRung - 1 + i, `${name}: expected a number > 0, got ${shown(cell)}`);
    return NaN;
  });
  const name = hasVideo ? row.cells[0]! : problems.file;
  const segmentMs = numbers[0]!;
  const video = videos.get(name) ?? { segmentMs, firstRow: row, rows: [] };
  videos.set(name, video);
  video.rows.push(numbers.slice(1).map((bytes) => bytes * 8));
  if (segmentMs === video.segmentMs || Number.isNaN(segmentMs + video.segmentMs)) return;
  problems.addInRow(row, firstRung - 1,
    `expected segments of ${video.segmentMs} ms, as in line ${video.firstRow.line}, got ${segmentMs}`);
}

function isPositive(value: unknown): value is number {
  return typeof value === 'number' && value > 0 && value < Infinity;
}

/** Whether a value is a number of milliseconds that makes a microsecond at least. */
function isDuration(value: unknown): value is number {
  return isPositive(value) && Math.round(value * US_PER_MS) > 0;
}

function shownList(value: unknown): string {
  return Array.isArray(value) ? 'an empty one' : shown(value);
}

const JSON_KEYS = ['segment_duration_ms', 'bitrates_kbps', 'segment_sizes_bits'];
/** Keys that say something to people only. */
const JSON_REMARKS = ['note', 'name'];
const CSV_FORM = '"[video,]segment_ms,bytes_<rung>,..."';
