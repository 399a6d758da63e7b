import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { INCREMENT_LAWS, incrementTable } from './increments.ts';
import { race, Racer, type Entrant, type Result } from './racers.ts';
import { benchRow, type BenchRow } from './rows.ts';

/** How much to do: `quick` shows that everything works and measures next to nothing. */
export interface BenchOptions {
  readonly quick: boolean;
  readonly seed: number;
  /** Path of libCacheSim's command line, to be raced. */
  readonly cachesim?: string;
}

/**
 * Holds a second with exponential increments: our default list and our heap beside simjs, std::priority_queue
 * and a calendar queue tuned for the occasion.
 */
export async function benchHold(options: BenchOptions): Promise<BenchRow[]> {
  return await inFolder(async (folder) => {
    const cpp = compileCpp(folder);
    const table = writeTable(folder, 'exponential', options.seed);
    const rows: BenchRow[] = [];
    for (const pending of options.quick ? [1000] : SIZES) {
      const kinds = ['default', 'heap', 'simjs-timers', 'simjs-queue'];
      const racers = startRacers(HOLD_WORKER, kinds, table, pending);
      for (const [peer, binary] of Object.entries(cpp.binaries) as [CppPeer, string][]) {
        racers.set(peer, new Racer(PEERS[peer], binary, [table, String(pending)]));
      }
      const results = await raceAlike(racers, pending, options);
      for (const list of ['default', 'heap']) {
        for (const peer of ['simjs-timers', 'simjs-queue', 'cpp', 'calendar'] as const) {
          const missing = peer === 'cpp' || peer === 'calendar' ? cpp.note : '';
          rows.push(rowOf(`hold/${pending}/${list}`, 'Mholds/s', results, list, peer, options.seed, missing));
        }
      }
    }
    return rows;
  });
}

/** Events a second through whole engines, with handlers: our event loop beside simjs with its timers. */
export async function benchLoop(options: BenchOptions): Promise<BenchRow[]> {
  return await inFolder(async (folder) => {
    const table = writeTable(folder, 'exponential', options.seed);
    const rows: BenchRow[] = [];
    for (const pending of options.quick ? [1000] : SIZES) {
      const results = await raceAlike(
        startRacers(HOLD_WORKER, ['loop', 'simjs-timers'], table, pending), pending, options,
      );
      rows.push(rowOf(`loop/${pending}/default`, 'Mevents/s', results, 'loop', 'simjs-timers', options.seed));
    }
    return rows;
  });
}

/**
 * Requests a second of clients that put off a timeout with each: reschedule beside simjs's cancel and set
 * anew.
 */
export async function benchTimers(options: BenchOptions): Promise<BenchRow[]> {
  return await inFolder(async (folder) => {
    const table = writeTable(folder, 'exponential', options.seed);
    const worker = join(import.meta.dirname, 'timers-worker.ts');
    const rows: BenchRow[] = [];
    for (const clients of options.quick ? [1000] : [1000, 10_000, 100_000]) {
      const results = await raceAlike(
        startRacers(worker, ['default', 'heap', 'simjs'], table, clients), clients, options,
      );
      for (const list of ['default', 'heap']) {
        rows.push(rowOf(`timers/${clients}/${list}`, 'Mrequests/s', results, list, 'simjs', options.seed));
      }
    }
    return rows;
  });
}

/**
 * Holds a second of our default list under each law of increments, beside the exponential law's in the same
 * run.
 */
export async function benchLaws(options: BenchOptions): Promise<BenchRow[]> {
  return await inFolder(async (folder) => {
    const rows: BenchRow[] = [];
    for (const pending of options.quick ? [1000] : SIZES) {
      const racers = new Map<string, Racer>();
      for (const law of Object.keys(INCREMENT_LAWS)) {
        const table = writeTable(folder, law, options.seed);
        racers.set(law, startRacers(HOLD_WORKER, ['default'], table, pending).get('default')!);
      }
      const results = await raceWarm(racers, pending, options);
      for (const law of racers.keys()) {
        if (law === 'exponential') continue;
        rows.push(rowOf(`laws/${pending}/${law}`, 'Mholds/s', results, law, 'exponential', options.seed));
      }
    }
    return rows;
  });
}

const HOLD_WORKER = join(import.meta.dirname, 'hold-worker.ts');
const SIZES = [1000, 10_000, 100_000, 1_000_000];
const LAPS = 7;
const PEERS = {
  'cpp': 'C++ std::priority_queue',
  'calendar': 'C++ calendar, tuned',
  'simjs': 'simjs 2.0.3',
  'simjs-timers': 'simjs 2.0.3',
  'simjs-queue': 'simjs 2.0.3 PQueue alone',
  'exponential': 'exponential increments',
};

/** Races lists that must take out the same events. */
async function raceAlike(
  racers: ReadonlyMap<string, Racer>,
  pending: number,
  options: BenchOptions,
): Promise<ReadonlyMap<string, Result>> {
  const results = await raceWarm(racers, pending, options);
  const hashes = [...results].map(([key, { first }]) => `${key} ${first.hash}`);
  if (new Set([...results.values()].map(({ first }) => first.hash)).size > 1) {
    throw new Error(`they disagree on the order of events: ${hashes.join(', ')}`);
  }
  return results;
}

/** Has each do the same amount first, for its hash, then warms up and races. */
async function raceWarm(
  racers: ReadonlyMap<string, Racer>,
  pending: number,
  { quick }: BenchOptions,
): Promise<ReadonlyMap<string, Result>> {
  try {
    const entrants = [...racers].map(([key, racer]): Entrant => ({ racer, lap: lapOf(key, pending, quick) }));
    const results = await race(entrants, quick ? 2 : LAPS, quick ? 5000 : 200_000);
    return new Map([...racers.keys()].map((key, i): [string, Result] => [key, results[i]!]));
  } finally {
    for (const racer of racers.values()) racer.stop();
  }
}

/** Events in a lap: a few tenths of a second of each, and for a million events two in a lap and event. */
function lapOf(key: string, pending: number, quick: boolean): number {
  if (quick) return 20_000;
  if (key.startsWith('simjs')) return pending >= 10_000 ? 100_000 : 400_000;
  return Math.max(2_000_000, 2 * pending);
}

function rowOf(
  name: string,
  unit: string,
  results: ReadonlyMap<string, Result>,
  key: string,
  peer: keyof typeof PEERS,
  seed: number,
  missing = '',
): BenchRow {
  const ours = results.get(key)!;
  const other = results.get(peer);
  const peerValue = other === undefined ? null : other.speed / 1e6;
  const note = other === undefined ? missing : '';
  return benchRow({
    name, value: ours.speed / 1e6, unit, peer: PEERS[peer], peerValue, seed, hash: ours.first.hash, note,
  });
}

function startRacers(
  worker: string,
  kinds: readonly string[],
  table: string,
  pending: number,
): Map<string, Racer> {
  const start = (kind: string): Racer =>
    new Racer(kind, process.execPath, [worker, kind, table, String(pending)]);
  return new Map(kinds.map((kind) => [kind, start(kind)]));
}

function writeTable(folder: string, law: string, seed: number): string {
  const path = join(folder, `${law}.f64`);
  writeFileSync(path, incrementTable(law, seed));
  return path;
}

/** Sources of the peers in C++. */
const CPP_SOURCES = { cpp: 'hold.cpp', calendar: 'calendar.cpp' };
type CppPeer = keyof typeof CPP_SOURCES;

/** Compiles the C++ peers; without g++ a note says how to get it. */
function compileCpp(folder: string): {
  readonly binaries: Readonly<Partial<Record<CppPeer, string>>>;
  readonly note: string;
} {
  try {
    execFileSync('g++', ['--version'], { stdio: 'ignore' });
  } catch {
    const note = 'g++ not found: install GCC (Debian: apt-get install g++) to compare with C++';
    return { binaries: {}, note };
  }
  const binaries: Partial<Record<CppPeer, string>> = {};
  for (const [peer, file] of Object.entries(CPP_SOURCES) as [CppPeer, string][]) {
    const binary = join(folder, peer);
    const source = new URL(`peers/${file}`, import.meta.url).pathname;
    execFileSync('g++', ['-O2', '-o', binary, source], { stdio: ['ignore', 'ignore', 'inherit'] });
    binaries[peer] = binary;
  }
  return { binaries, note: '' };
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'weir-bench-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
