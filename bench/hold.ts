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
}

/** Holds a second with exponential increments: our default list and our heap beside simjs and std::priority_queue. */
export async function benchHold(options: BenchOptions): Promise<BenchRow[]> {
  return await inFolder(async (folder) => {
    const cpp = compileCpp(folder);
    const rows: BenchRow[] = [];
    for (const pending of options.quick ? [1000] : SIZES) {
      const table = writeTable(folder, 'exponential', options.seed);
      const racers = startRacers(['default', 'heap', 'simjs'], table, pending);
      if (cpp.binary !== undefined) racers.set('cpp', new Racer(CPP, cpp.binary, [table, String(pending)]));
      const results = await raceHold(racers, pending, options.quick);
      for (const list of ['default', 'heap']) {
        rows.push(holdRow(`hold/${pending}/${list}`, results, list, 'simjs', SIMJS, options.seed, ''));
        rows.push(holdRow(`hold/${pending}/${list}`, results, list, 'cpp', CPP, options.seed, cpp.note));
      }
    }
    return rows;
  });
}

/** Holds a second of our default list under each law of increments, beside the exponential law's in the same run. */
export async function benchLaws(options: BenchOptions): Promise<BenchRow[]> {
  return await inFolder(async (folder) => {
    const rows: BenchRow[] = [];
    for (const pending of options.quick ? [1000] : SIZES) {
      const racers = new Map<string, Racer>();
      for (const law of Object.keys(INCREMENT_LAWS)) {
        const table = writeTable(folder, law, options.seed);
        racers.set(law, startRacers(['default'], table, pending).get('default')!);
      }
      const results = await raceHold(racers, pending, options.quick, false);
      for (const law of racers.keys()) {
        if (law === 'exponential') continue;
        const peer = 'exponential increments';
        rows.push(holdRow(`laws/${pending}/${law}`, results, law, 'exponential', peer, options.seed, ''));
      }
    }
    return rows;
  });
}

const SIZES = [1000, 10_000, 100_000, 1_000_000];
const SIMJS = 'simjs 2.0.3';
const CPP = 'C++ std::priority_queue';

/** Fills the lists, checks that all take out the same events, warms up and races. */
async function raceHold(
  racers: ReadonlyMap<string, Racer>,
  pending: number,
  quick: boolean,
  sameEvents = true,
): Promise<ReadonlyMap<string, Result>> {
  try {
    const hashes = new Map<string, string>();
    for (const [key, racer] of racers) hashes.set(key, (await racer.run(quick ? 5000 : 200_000)).hash);
    if (sameEvents && new Set(hashes.values()).size > 1) {
      throw new Error(`event lists disagree on the order of events: ${JSON.stringify([...hashes])}`);
    }
    const entrants = [...racers].map(([key, racer]): Entrant => ({ racer, lap: holdsOf(key, pending, quick) }));
    await race(entrants, 1);
    const results = await race(entrants, quick ? 2 : LAPS);
    return new Map([...racers.keys()].map((key, i): [string, Result] => {
      const { speed, last } = results[i]!;
      return [key, { speed, last: { ...last, hash: hashes.get(key)! } }];
    }));
  } finally {
    for (const racer of racers.values()) racer.stop();
  }
}

const LAPS = 7;

/** Holds in a lap: about half a second of each, and for a million events two in a lap and list. */
function holdsOf(key: string, pending: number, quick: boolean): number {
  if (quick) return 20_000;
  if (key === 'simjs') return pending >= 100_000 ? 100_000 : 400_000;
  return Math.max(2_000_000, 2 * pending);
}

function holdRow(
  name: string,
  results: ReadonlyMap<string, Result>,
  key: string,
  peerKey: string,
  peer: string,
  seed: number,
  missing: string,
): BenchRow {
  const ours = results.get(key)!;
  const other = results.get(peerKey);
  return benchRow({
    name,
    value: ours.speed / 1e6,
    unit: 'Mholds/s',
    peer,
    peerValue: other === undefined ? null : other.speed / 1e6,
    seed,
    hash: ours.last.hash,
    note: other === undefined ? missing : '',
  });
}

function startRacers(kinds: readonly string[], table: string, pending: number): Map<string, Racer> {
  const worker = join(import.meta.dirname, 'hold-worker.ts');
  return new Map(kinds.map((kind) => [kind, new Racer(kind, process.execPath, [worker, kind, table, String(pending)])]));
}

function writeTable(folder: string, law: string, seed: number): string {
  const path = join(folder, `${law}.f64`);
  writeFileSync(path, incrementTable(law, seed));
  return path;
}

/** Compiles the C++ peer; without g++ a note says how to get it. */
function compileCpp(folder: string): { readonly binary?: string; readonly note: string } {
  try {
    execFileSync('g++', ['--version'], { stdio: 'ignore' });
  } catch {
    return { note: 'g++ not found: install GCC (Debian: apt-get install g++) to compare with C++' };
  }
  const binary = join(folder, 'hold');
  const source = new URL('peers/hold.cpp', import.meta.url).pathname;
  execFileSync('g++', ['-O2', '-o', binary, source], { stdio: ['ignore', 'ignore', 'inherit'] });
  return { binary, note: '' };
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'weir-bench-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
