import Papa from 'papaparse';
import { didYouMean, shown } from '../data-file.ts';
import type { TraceBuilder, TraceParser } from './cache-trace.ts';
import { LineParser } from './lines.ts';
import { problemOf } from './webcachesim.ts';

/** Names of the columns of a CSV trace that hold the time [s], the object and the size [bytes]. */
export interface CsvColumns {
  readonly time: string;
  readonly id: string;
  readonly size: string;
}

/** Columns as they are called when nothing else is said. */
export const CSV_COLUMNS: CsvColumns = { time: 'time', id: 'id', size: 'size' };

/**
 * Parses comma, semicolon or tab separated text whose first line names the columns. A trace without a
 * column of times is in order, one request a second; quotes may not hold a line break.
 */
export function csvParser(builder: TraceBuilder, columns: CsvColumns = CSV_COLUMNS): TraceParser {
  let places: Places | undefined;
  let failed = false;
  return new LineParser((line, number) => {
    if (failed || line.startsWith('#')) return;
    if (places === undefined) {
      places = findPlaces(line, columns, builder);
      failed = places === undefined;
      return;
    }
    const cells = Papa.parse<string[]>(line, { delimiter: places.delimiter }).data[0]!;
    const id = cells[places.id]?.trim();
    const size = cells[places.size]?.trim();
    const time = places.time < 0 ? String(builder.length) : cells[places.time]?.trim();
    if (id === undefined || id === '' || size === undefined || time === undefined) {
      builder.problem(number, `expected ${places.count} cells, got ${cells.length}: ${shown(line)}`);
      return;
    }
    const problem = problemOf(time, size);
    if (problem === undefined) builder.add(Number(time), id, Number(size));
    else builder.problem(number, problem);
  });
}

interface Places {
  readonly delimiter: string;
  readonly time: number;
  readonly id: number;
  readonly size: number;
  readonly count: number;
}

function findPlaces(header: string, columns: CsvColumns, builder: TraceBuilder): Places | undefined {
  const parsed = Papa.parse<string[]>(header.replace(/^\uFEFF/, ''), { delimitersToGuess: [',', ';', '\t'] });
  const names = parsed.data[0]!.map((name) => name.trim());
  const place = (name: string): number => names.indexOf(name);
  const missing = [columns.id, columns.size].filter((name) => place(name) < 0);
  // A time that was asked for by name has to be there; the usual one need not.
  if (columns.time !== CSV_COLUMNS.time && place(columns.time) < 0) missing.push(columns.time);
  for (const name of missing) {
    builder.problem(1, `expected a column "${name}"${didYouMean(name, names)}, got ${names.join(', ')}; `
      + 'name the columns with --columns time=..,id=..,size=..');
  }
  if (missing.length > 0) return undefined;
  const { delimiter } = parsed.meta;
  const [time, id, size] = [place(columns.time), place(columns.id), place(columns.size)];
  return { delimiter, time, id, size, count: names.length };
}
