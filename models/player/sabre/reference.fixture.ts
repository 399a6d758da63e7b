import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TracePeriod } from '../../network/bandwidth.ts';
import { Movie } from './movie.ts';

/** One run of Sabre: its command line by label, and what it printed, by figure. */
export interface ReferenceRun {
  readonly folder: string;
  readonly trace: string;
  readonly movie: string;
  readonly label: string;
  readonly bufferMaxMs: number;
  readonly printed: ReadonlyMap<string, string>;
}

/** The reference runs that are in the repository; digits that end in zeros are printed without them. */
export function shippedRuns(): ReferenceRun[] {
  const text = readFileSync(join(import.meta.dirname, 'expected.csv'), 'utf8');
  const [header, ...lines] = text.trim().split('\n');
  const names = header!.split(',').slice(2);
  let [folder, trace, movie] = ['', '', ''];
  return lines.flatMap((line) => {
    const cells = line.split(',');
    if (cells.length === 3) {
      [folder, trace, movie] = [cells[0]!, cells[1]!, cells[2]!];
      return [];
    }
    const printed = new Map(names.map((name, i) => [name, cells[2 + i]!]));
    return cells[0]!.split('+').map((label) => ({
      folder, trace, movie, label, bufferMaxMs: Number(cells[1]), printed,
    }));
  });
}

/** All reference runs as they were published, where they are on the machine. */
export function publishedRuns(folder: string): ReferenceRun[] {
  const text = readFileSync(join(folder, 'sabre', 'results.csv'), 'utf8');
  const [header, ...lines] = text.trim().split(/\r?\n/);
  const names = header!.split(',');
  return lines.map((line) => {
    const row = new Map(line.split(',').map((cell, i) => [names[i]!, cell]));
    const printed = new Map([...row].slice(PUBLISHED_COLUMNS_BEFORE_FIGURES));
    return {
      folder: SETS.get(row.get('trace_set')!)!,
      trace: stem(row.get('trace')!), movie: stem(row.get('movie')!),
      label: row.get('abr_label')!, bufferMaxMs: Number(row.get('buffer_size')), printed,
    };
  });
}

/** A trace of the repository; `split` takes the periods apart that were merged when it was converted. */
export function shippedTrace(folder: string, trace: string, split: boolean): TracePeriod[] {
  const text = readFileSync(join(SCENARIOS, 'networks', folder, `${trace}.csv`), 'utf8');
  const parts = split ? splits().get(`${folder}/${trace}`) : undefined;
  return text.trim().split('\n').slice(1).flatMap((line, i) => {
    const [ms, kbps, latencyMs] = line.split(',').map(Number);
    return (parts?.get(i) ?? [ms!]).map((part) => period(part, kbps!, latencyMs!));
  });
}

/** A trace as it was published. */
export function publishedTrace(path: string): TracePeriod[] {
  const records = JSON.parse(readFileSync(path, 'utf8')) as {
    duration_ms: number; bandwidth_kbps: number; latency_ms: number;
  }[];
  return records.map((record) =>
    period(record.duration_ms, record.bandwidth_kbps, record.latency_ms));
}

/** Where the published trace of a run is. */
export function publishedPath(shared: string, { folder, trace }: ReferenceRun): string {
  return join(shared, 'networks', PUBLISHED_FOLDERS.get(folder)!, `${trace}.json`);
}

/** A video of the repository. */
export function shippedMovie(name: string): Movie {
  return movieAt(join(SCENARIOS, 'videos', `${name}.json`));
}

/** A video in Sabre's form. */
export function movieAt(path: string): Movie {
  const table = JSON.parse(readFileSync(path, 'utf8')) as {
    segment_duration_ms: number; bitrates_kbps: number[]; segment_sizes_bits: number[][];
  };
  const sizes = table.segment_sizes_bits;
  const sizeBits = (segment: number, rung: number): number => sizes[segment]![rung]!;
  return new Movie(table.segment_duration_ms, table.bitrates_kbps, sizes.length, sizeBits);
}

/** Folder of the published data: the one named, else beside the repository; undefined if it is not there. */
export function sharedData(named: string | undefined): string | undefined {
  const folder = named ?? join(import.meta.dirname, '..', '..', '..', '..', 'shared', 'data');
  return existsSync(join(folder, 'sabre', 'results.csv')) ? folder : undefined;
}

/** Without the zeros that end a fraction, and its point. */
export function withoutZeros(digits: string): string {
  return digits.includes('.') ? digits.replace(/\.?0+$/, '') : digits;
}

/** Durations of the periods that were one period each before, by trace and row. */
function splits(): Map<string, Map<number, number[]>> {
  const lines = readFileSync(join(import.meta.dirname, 'splits.csv'), 'utf8').trim().split('\n').slice(1);
  return new Map(lines.map((line) => {
    const [folder, trace, parts] = line.split(',');
    const rows = parts!.split(' ').map((part): [number, number[]] => {
      const [row, durations] = part.split(':');
      return [Number(row), durations!.split('+').map(Number)];
    });
    return [`${folder}/${trace}`, new Map(rows)];
  }));
}

function period(ms: number, kbps: number, latencyMs: number): TracePeriod {
  return { durationUs: ms * 1e3, rate: kbps * 1e3, latencyUs: latencyMs * 1e3 };
}

function stem(file: string): string {
  return file.replace(/\.json$/, '');
}

const SCENARIOS = join(import.meta.dirname, '..', '..', '..', 'scenarios');
const PUBLISHED_COLUMNS_BEFORE_FIGURES = 6;
const SETS = new Map([
  ['3Glogs', 'norway-3g'], ['4Glogs', 'ghent-4g'], ['sd_fs', 'fcc-sd'], ['hd_fs', 'fcc-hd'],
]);
const PUBLISHED_FOLDERS = new Map([
  ['norway-3g', '3g-hsdpa-norway'], ['ghent-4g', '4g-ghent'], ['fcc-sd', 'fcc-sd'], ['fcc-hd', 'fcc-hd'],
]);
