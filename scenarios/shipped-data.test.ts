import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { quantileOfSorted } from '../models/core/statistics.ts';
import type { TracePeriod } from '../models/network/bandwidth.ts';
import { fitMarkov } from '../models/network/markov-fit.ts';
import { modelStatistics } from '../models/network/markov.ts';
import { TraceBandwidth } from '../models/network/trace.ts';
import { parseMarkov } from './markov-files.ts';
import { parseSizeTables } from './size-tables.ts';
import { parseTrace } from './trace-files.ts';

const NETWORKS = join(import.meta.dirname, 'networks');
const VIDEOS = join(import.meta.dirname, 'videos');

describe('networks', () => {
  const sets = tableIn(join(NETWORKS, 'README.md'));

  test('every folder stands in the table of the README and says where it is from', () => {
    const folders = readdirSync(NETWORKS, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(folders.map(({ name }) => name).sort()).toEqual(sets.map(([set]) => set).sort());
    for (const { name } of folders) {
      expect(readFileSync(join(NETWORKS, name, 'SOURCE.md'), 'utf8')).toMatch(/Licence: /);
    }
  });

  test.each(sets)('%s has the totals of its originals', (...cells) => {
    const [set, , ...expected] = cells;
    const traces = tracesOf(set!);
    const microseconds = traces.map((periods) => sum(periods, ({ durationUs }) => durationUs));
    const bits = traces.map((periods) => sum(periods, ({ durationUs, rate }) => (durationUs / 1e6) * rate));
    const means = Float64Array.from(bits, (total, i) => total / microseconds[i]!).sort();
    const pauses = sum(traces.flat(), ({ durationUs, rate }) => (rate === 0 ? durationUs : 0));
    expect(String(traces.length)).toBe(cells[1]);
    expect(expected.slice(0, 7)).toEqual([
      (total(microseconds) / 1e6).toFixed(3),
      (total(bits) / 1e9).toFixed(9),
      ((total(bits) / total(microseconds)) * 1e3).toFixed(1),
      means[0]!.toFixed(3),
      quantileOfSorted(means, 0.5).toFixed(3),
      means.at(-1)!.toFixed(3),
      (pauses / 1e6).toFixed(3),
    ]);
  });

  test.each(sets.map(([set]) => set!))('%s can be played from any of its traces', (set) => {
    for (const periods of tracesOf(set)) {
      const link = new TraceBandwidth(periods, 12_345_678);
      expect(link.bitsUntil(link.timeOfBits(1e9))).toBeGreaterThanOrEqual(1e9);
    }
  });
});

test('starlink.json is like the runs of its sample', () => {
  const model = parseMarkov(readFileSync(join(NETWORKS, 'starlink.json'), 'utf8'), 'starlink.json');
  const { mean, quantiles, lag1 } = modelStatistics(model);
  const runs = fitMarkov(tracesOf('starlink'), 24, 1_000_000)!.ofTraces;
  expect(Math.abs(mean / runs.mean - 1)).toBeLessThan(0.05);
  // A sample of 97 of 1156 runs: the median's standard error is near 4 %.
  expect(Math.abs(quantiles[2]! / runs.quantiles[2]! - 1)).toBeLessThan(0.1);
  expect(lag1).toBeCloseTo(runs.lag1, 1);
});

describe('videos', () => {
  const files = tableIn(join(VIDEOS, 'SOURCE.md'));

  test('every file stands in the table of SOURCE.md', () => {
    const found = readdirSync(VIDEOS).filter((name) => /\.(json|csv)$/.test(name));
    expect(found.sort()).toEqual(files.map(([file]) => file).sort());
  });

  test.each(files)('%s has the totals of its originals', (file, videos, segments, segment, rungs, bits) => {
    const tables = parseSizeTables(readFileSync(join(VIDEOS, file!), 'utf8'), file!);
    expect(String(tables.length)).toBe(videos);
    expect(String(sum(tables, (table) => table.segments))).toBe(segments);
    let totalBits = 0;
    for (const table of tables) {
      expect(`${table.segmentUs / 1e6} s`).toBe(segment);
      expect(String(table.bitrates.length)).toBe(rungs);
      for (let i = 0; i < table.segments; i++) {
        for (let rung = 0; rung < table.bitrates.length; rung++) totalBits += table.sizeBits(i, rung);
      }
    }
    expect(String(totalBits)).toBe(bits);
  });

  test('bbb4k.json says that it is synthetic', () => {
    expect(readFileSync(join(VIDEOS, 'bbb4k.json'), 'utf8')).toMatch(/"note": "Synthetic/);
  });
});

/** The cells of the rows of a file's only Markdown table, without its head. */
function tableIn(file: string): string[][] {
  const rows = readFileSync(file, 'utf8').split('\n').filter((line) => line.startsWith('|'));
  return rows.slice(2).map((row) => row.split('|').slice(1, -1).map((cell) => cell.trim()));
}

function tracesOf(set: string): TracePeriod[][] {
  const files = readdirSync(join(NETWORKS, set)).filter((name) => name.endsWith('.csv')).sort();
  return files.map((name) => parseTrace(readFileSync(join(NETWORKS, set, name), 'utf8'), `${set}/${name}`));
}

function sum<T>(values: readonly T[], of: (value: T) => number): number {
  return values.reduce((so, value) => so + of(value), 0);
}

function total(values: readonly number[]): number {
  return sum(values, (value) => value);
}
