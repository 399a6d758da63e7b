import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { benchAbr } from './abr.ts';
import type { BenchOptions } from './hold.ts';
import { benchRow, type BenchRow } from './rows.ts';

/** What a child that runs a city has measured. */
export interface CityRun {
  readonly viewers: number;
  readonly segments: number;
  readonly cpuSeconds: number;
  readonly simulatedSeconds: number;
  /** Memory per viewer beyond that of a city of none. [bytes] */
  readonly bytesAViewer: number;
  readonly peakBytes: number;
  readonly fingerprint: string;
}

/**
 * Viewers, and for how long they are measured [s]: long enough that the segments, not the compiling of what
 * simulates them, are measured.
 */
const CITIES = [[1e3, 1200], [1e4, 300], [1e5, 60], [1e6, 60]] as const;

/** With the folder of compiled code that `weir` runs with (cli/install.mjs). */
const COMPILED = {
  ...process.env, NODE_COMPILE_CACHE: join(import.meta.dirname, '..', 'node_modules', '.cache', 'compile'),
};

/**
 * Single sessions beside Sabre, and segments a second of whole cities: every segment of every viewer through
 * player, edge, regional and origin. A child process for each size; one thread.
 */
export async function benchPlayers(options: BenchOptions): Promise<BenchRow[]> {
  const rows = await benchAbr(options);
  const cities = options.quick ? [[100, 20]] as const : CITIES;
  for (const [viewers, seconds] of cities) rows.push(benchCity(viewers, seconds, options));
  return rows;
}

function benchCity(viewers: number, seconds: number, { seed }: BenchOptions): BenchRow {
  const script = join(import.meta.dirname, 'city-worker.ts');
  const args = ['--expose-gc', script, String(viewers), String(seconds), String(seed)];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', env: COMPILED });
  if (status !== 0) throw new Error(`a city of ${viewers} ended with ${status}: ${stderr}`);
  const run = JSON.parse(stdout) as CityRun;
  const realTime = run.simulatedSeconds / run.cpuSeconds;
  const bytes = Math.round(run.bytesAViewer);
  return benchRow({
    name: `city/${viewers}`,
    value: run.segments / run.cpuSeconds / 1e3,
    unit: 'ksegments/s',
    peer: '',
    peerValue: null,
    seed,
    hash: run.fingerprint,
    note: `${realTime.toPrecision(3)} x real time, ${bytes} bytes a viewer, `
      + `${Math.round(run.peakBytes / 1e6)} MB at most`,
  });
}
