import type { Cities } from '../models/cdn/geography/cities.ts';
import { cellNumber, didYouMean, Problems, readCsv, shown, type CsvRow } from './data-file.ts';
import { ScenarioError } from './errors.ts';

const COLUMNS = ['city', 'country', 'region', 'latitude', 'longitude', 'population'] as const;
/** A column that may be left out; names of columns are read in lower case. */
const OFFSET = 'utcoffset';
type Column = (typeof COLUMNS)[number];

/**
 * Reads a table of cities, `city,country,region,latitude,longitude,population` in any order, and
 * `utcOffset` (hours ahead of UTC) if it is there; throws ScenarioError with all problems.
 */
export function parseCities(text: string, file: string): Cities {
  const problems = new Problems(file);
  const [header, ...rows] = readCsv(text);
  if (header === undefined) problems.add(`expected a header of ${COLUMNS.join(',')}, got an empty file`);
  else if (rows.length === 0) problems.add('expected a city at least, got only a header');
  const places = header === undefined ? undefined : columnPlaces(header, problems);
  if (places === undefined || problems.any) throw new ScenarioError(problems.issues);
  const column = (place: number, name: string, low: number, high: number) => Float64Array.from(rows, (row) =>
    readNumber(row, place, low, high, name, problems));
  const numbers = (name: Column, low: number, high: number) => column(places[name], name, low, high);
  const latitude = numbers('latitude', -90, 90);
  const longitude = numbers('longitude', -180, 180);
  const population = numbers('population', 1, 1e9);
  const offsetAt = header!.cells.findIndex((cell) => cell.toLowerCase() === OFFSET);
  const utcOffset = offsetAt < 0 ? undefined : column(offsetAt, 'utcOffset', -12, 14);
  if (problems.any) throw new ScenarioError(problems.issues);
  const texts = (name: Column) => rows.map((row) => row.cells[places[name]] ?? '');
  const regions = [...new Set(texts('region'))];
  const regionOf = Int32Array.from(texts('region'), (region) => regions.indexOf(region));
  return {
    names: texts('city'), countries: texts('country'), regions, regionOf, latitude, longitude, population,
    ...(utcOffset === undefined ? {} : { utcOffset }),
  };
}

function columnPlaces(header: CsvRow, problems: Problems): Readonly<Record<Column, number>> {
  const found = header.cells.map((cell) => cell.toLowerCase());
  found.forEach((name, i) => {
    if (name === OFFSET || (COLUMNS as readonly string[]).includes(name)) return;
    problems.addInRow(header, i, `unknown column "${name}"${didYouMean(name, COLUMNS)}`);
  });
  const missing = COLUMNS.filter((name) => !found.includes(name));
  if (missing.length > 0) {
    problems.add(`expected the columns ${COLUMNS.join(',')}; missing: ${missing.join(', ')}`);
  }
  return Object.fromEntries(COLUMNS.map((name) => [name, found.indexOf(name)])) as Record<Column, number>;
}

function readNumber(
  row: CsvRow, cell: number, low: number, high: number, name: string, problems: Problems,
): number {
  const text = row.cells[cell] ?? '';
  const value = cellNumber(text);
  if (value >= low && value <= high) return value;
  problems.addInRow(row, Math.min(cell, row.columns.length - 1),
    `expected a ${name} from ${low} to ${high}, got ${shown(text)}`);
  return 0;
}
