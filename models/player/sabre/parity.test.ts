import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { KEEP } from '../abr/core/core.ts';
import { sabreFigures } from './figures.ts';
import { runSabre, SABRE_GP, SABRE_LABELS, sabreSession } from './labels.ts';
import { LinkTrace } from './link.ts';
import type { Movie } from './movie.ts';
import {
  movieAt, publishedPath, publishedRuns, publishedTrace, sharedData, shippedMovie, shippedRuns, shippedTrace,
  withoutZeros, type ReferenceRun,
} from './reference.fixture.ts';
import type { TracePeriod } from '../../network/bandwidth.ts';

const shared = sharedData(process.env['WEIR_SHARED_DATA']);
const ABSENT = 'the published results are not on this machine: set WEIR_SHARED_DATA to their folder';
const movies = new Map(['bbb', 'bbb4k'].map((name): [string, Movie] => [name, shippedMovie(name)]));

describe('Sabre prints the same to the last digit', () => {
  const runs = shippedRuns();

  test('all labels, traces and movies of the reference are held', () => {
    expect(runs).toHaveLength(3117);
    expect(new Set(runs.map(({ label }) => label))).toHaveLength(16);
    expect(new Set(runs.map(({ folder, trace }) => `${folder}/${trace}`))).toHaveLength(46 + 20 + 60 + 60);
  });

  test('on the shipped traces, with the periods that were merged taken apart', { timeout: 60_000 }, () => {
    expect(disagreements(runs, (run) => shippedTrace(run.folder, run.trace, true))).toEqual([]);
  });

  test('as they were published, all 24 figures', { timeout: 60_000 }, ({ skip }) => {
    if (shared === undefined) return skip(ABSENT);
    const published = (run: ReferenceRun): TracePeriod[] => publishedTrace(publishedPath(shared, run));
    expect(disagreements(publishedRuns(shared), published)).toEqual([]);
  });

  test('with periods merged, as scenarios have them, two runs in a hundred at most round otherwise', {
    timeout: 60_000,
  }, () => {
    const plain = runs.filter(({ label }) => label === 'dynamic' || label === 'bolae-noabandon');
    const moved = disagreements(plain, (run) => shippedTrace(run.folder, run.trace, false));
    // Sums in another order: a stall of 1e-12 s more or less, or a level of 10 s and a hair at a threshold.
    expect(moved.length / plain.length).toBeLessThan(0.02);
    expect(moved.filter((line) => line.includes('noabandon'))).toEqual([]);
  });
});

describe('Sabre decides the same, transfer by transfer', () => {
  test('in every published log', ({ skip }) => {
    if (shared === undefined) return skip(ABSENT);
    const files = readdirSync(join(shared, 'sabre', 'logs'));
    expect(files).toHaveLength(21);
    for (const file of files) expect([file, ...ours(shared, file)]).toEqual([file, ...theirs(shared, file)]);
  });
});

/** Runs whose figures differ, with the first figure that does. */
function disagreements(runs: readonly ReferenceRun[], read: (run: ReferenceRun) => TracePeriod[]): string[] {
  const links = new Map<string, LinkTrace>();
  return runs.flatMap((run) => {
    const { folder, trace, label, bufferMaxMs, printed } = run;
    const movie = movies.get(run.movie)!;
    const name = `${folder}/${trace} ${run.movie}`;
    const link = links.get(name) ?? new LinkTrace(read(run), movie.ladder);
    links.set(name, link);
    const result = runSabre(SABRE_LABELS.get(label)!, movie, link, bufferMaxMs);
    const figures = sabreFigures(result, movie.ladder.segmentMs, bufferMaxMs, SABRE_GP);
    const differs = (key: string, digits: string): boolean =>
      withoutZeros(figures.get(key)!) !== withoutZeros(digits);
    const wrong = [...printed].find(([key, digits]) => differs(key, digits));
    if (wrong === undefined) return [];
    return [`${name} ${label} ${bufferMaxMs}: ${wrong[0]} ${figures.get(wrong[0])!}, Sabre ${wrong[1]}`];
  });
}

/** Transfers of a log: segment, rung, bits, time and rung abandoned for. */
function theirs(folder: string, file: string): string[] {
  const text = readFileSync(join(folder, 'sabre', 'logs', file), 'utf8');
  const line = /^\[\d+-\d+\] {2}(\d+): q=(\d+) s=(\d+)\/(\d+) t=(\d+)=(\d+)\+\d+ (?: ABANDONED to (\d+))?/gm;
  return [...text.matchAll(line)].map((match) => match.slice(1).map((cell) => cell ?? '-').join(' '));
}

/** The same, as our session makes them. */
function ours(folder: string, file: string): string[] {
  const { movie, periods, label } = logged(folder, file);
  const lines: string[] = [];
  sabreSession(SABRE_LABELS.get(label)!, movie, new LinkTrace(periods, movie.ladder), 25_000, {
    transferred({ segment, rung, bits, sizeBits, ms, firstByteMs, abandonTo }) {
      const numbers = [segment, rung, bits, sizeBits, ms, firstByteMs].map(Math.trunc).join(' ');
      lines.push(`${numbers} ${abandonTo === KEEP ? '-' : abandonTo}`);
    },
  }).session.run();
  return lines;
}

/** What a log was made from, by its name. */
function logged(folder: string, file: string): { movie: Movie; periods: TracePeriod[]; label: string } {
  const example = /^example_network_movie_(.*)\.txt$/.exec(file);
  if (example !== null) {
    const sabre = join(folder, 'sabre');
    const movie = movieAt(join(sabre, 'movie.json'));
    return { movie, periods: publishedTrace(join(sabre, 'network.json')), label: example[1]! };
  }
  const [, set, trace, movie, label] = /^(3G|4G)logs_(.*)_(bbb4?k?)_(.*)\.txt$/.exec(file)!;
  const networks = join(folder, 'networks', set === '3G' ? '3g-hsdpa-norway' : '4g-ghent');
  const periods = publishedTrace(join(networks, `${trace}.json`));
  return { movie: movies.get(movie!)!, periods, label: label! };
}
