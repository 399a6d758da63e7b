import Papa from 'papaparse';
import { nearestName, type ScenarioIssue } from './errors.ts';

/** Collects the problems of one data file, so that the user is told all of them at once. */
export class Problems {
  readonly file: string;
  readonly #issues: ScenarioIssue[] = [];
  readonly #told = new Set<string>();
  #unlisted = 0;

  constructor(file: string) {
    this.file = file;
  }

  get any(): boolean {
    return this.#issues.length > 0;
  }

  /** The first 20 problems, in the order they were found, and how many more there are. */
  get issues(): readonly ScenarioIssue[] {
    if (this.#unlisted === 0) return this.#issues;
    const message = `and ${this.#unlisted} more ${this.#unlisted === 1 ? 'problem' : 'problems'}`;
    return [...this.#issues, { file: this.file, line: 0, column: 0, path: '', message }];
  }

  /** Notes a problem of the file as a whole. */
  add(message: string): void {
    this.#note({ file: this.file, line: 0, column: 0, path: '', message });
  }

  /** Notes a problem at a path into a JSON file: `[2].latency_ms`. */
  addAtPath(path: string, message: string): void {
    this.#note({ file: this.file, line: 0, column: 0, path, message });
  }

  /** Notes a problem in a row of a CSV file, at one of its cells (from 0). */
  addInRow(row: CsvRow, cell: number, message: string): void {
    this.#note({ file: this.file, line: row.line, column: row.columns[cell]!, path: '', message });
  }

  /** Notes a problem that every record is likely to share, at the first record only. */
  addOnceAtPath(path: string, message: string): void {
    if (this.#told.has(message)) return;
    this.#told.add(message);
    this.addAtPath(path, message);
  }

  #note(issue: ScenarioIssue): void {
    if (this.#issues.length < MOST_ISSUES) this.#issues.push(issue);
    else this.#unlisted++;
  }
}

/** Problems listed of one file; the rest is counted. */
const MOST_ISSUES = 20;

/** Whether a data file is to be read as JSON: by its first character, else by its name. */
export function isJson(text: string, file: string): boolean {
  return /^\s*[[{]/.test(text) || /\.json$/i.test(file);
}

/** JSON text as a value; undefined with a problem noted when it is none. */
export function readJson(text: string, problems: Problems): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, '')) as unknown;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    problems.add(`expected JSON: ${reason.replaceAll('\n', ' ')}`);
    return undefined;
  }
}

/** A row of a CSV file with its line and the column at which each cell begins, all from 1. */
export interface CsvRow {
  readonly line: number;
  readonly cells: readonly string[];
  readonly columns: readonly number[];
}

/**
 * Rows of comma, semicolon or tab separated text. Blank lines and lines that start with # are passed
 * over; quotes around a cell are dropped, and a quote cannot hold a line break: these are tables of numbers.
 */
export function readCsv(text: string): CsvRow[] {
  const { data } = Papa.parse<string[]>(text, { delimitersToGuess: [',', ';', '\t'], quoteChar: '\0' });
  const rows: CsvRow[] = [];
  data.forEach((raw, i) => {
    const cells = raw.map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'));
    if (cells[0]!.startsWith('#') || cells.every((cell) => cell === '')) return;
    let column = 1;
    const columns = raw.map((cell) => (column += cell.length + 1) - cell.length - 1);
    rows.push({ line: i + 1, cells, columns });
  });
  return rows;
}

/** The number a cell holds; NaN unless it is a plain decimal number. */
export function cellNumber(cell: string): number {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(cell) ? Number(cell) : NaN;
}

/** ` (did you mean "x"?)`, or nothing when no known name is near. */
export function didYouMean(name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known);
  return nearest === undefined ? '' : ` (did you mean "${nearest}"?)`;
}

/** A value as a message shows it: short, text in quotes. */
export function shown(value: unknown): string {
  if (value === undefined || value === '') return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}
