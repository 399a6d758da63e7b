import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RandomStreams } from '../models/core/rng.ts';
import { Zipf } from '../models/core/zipf.ts';
import type { BenchOptions } from './hold.ts';
import { race, Racer } from './racers.ts';
import { benchRow, type BenchRow } from './rows.ts';

/**
 * What is replayed, with the rates that libCacheSim (commit aa0fc40) reached on another machine's single
 * core over 20 M requests: with a small hash table (wall-clock time), and as its command line comes
 * (processor time). [M requests/s]
 */
const CASES: ReadonlyArray<
  readonly [policy: string, capacity: number, smallTable: number, asItComes: number]
> = [
  ['lru', 10_000, 10.2, 2.9],
  ['lru', 100_000, 3.6, 2.9],
  ['sieve', 10_000, 14.0, 4.0],
  ['s3fifo', 10_000, 6.1, 1.0],
  ['arc', 10_000, 10.3, 3.2],
  ['wtinylfu', 10_000, 2.8, 1.8],
];

const EXPONENT = 0.8;

/**
 * Requests a second through eviction policies: Zipf 0.8 over a million objects of one size. The peer that
 * is raced is an LRU on a Map, at 10,000 objects; libCacheSim is a C program to be built elsewhere, whose
 * published rates stand in the notes.
 */
export async function benchCache(options: BenchOptions): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'weir-bench-'));
  const worker = join(import.meta.dirname, 'cache-worker.ts');
  const file = writeTrace(folder, options);
  const racers = [...CASES.map(([policy, capacity]) => [policy, String(capacity)]), ['map', '10000']]
    .map((args) => new Racer(args.join(' '), process.execPath, [worker, ...args, file]));
  try {
    const lap = options.quick ? 2000 : 5_000_000;
    // The Map needs a minute for what the others do in a second.
    const entrants = racers.map((racer) => ({ racer, lap: racer.name.startsWith('map') ? lap / 25 : lap }));
    const results = await race(entrants, options.quick ? 1 : 3, options.quick ? 2000 : 200_000);
    const map = results.at(-1)!;
    if (map.first.hash !== results[0]!.first.hash) throw new Error('the two LRUs missed differently');
    return CASES.map(([policy, capacity, smallTable, asItComes], i) => benchRow({
      name: `cache/${policy}/${capacity}`,
      value: results[i]!.speed / 1e6,
      unit: 'Mrequests/s',
      peer: 'LRU on a Map, 10000',
      peerValue: map.speed / 1e6,
      seed: options.seed,
      hash: results[i]!.last.hash,
      note: `libCacheSim elsewhere: ${smallTable.toFixed(1)} small table, ${asItComes.toFixed(1)} default`,
    }));
  } finally {
    for (const racer of racers) racer.stop();
    rmSync(folder, { recursive: true });
  }
}

/** Requests by rank as 32-bit numbers, written once for all contestants. */
function writeTrace(folder: string, { quick, seed }: BenchOptions): string {
  const stream = new RandomStreams(seed, 0).stream('bench/cache');
  const zipf = new Zipf(1_000_000, EXPONENT);
  const objects = new Int32Array(quick ? 10_000 : 20_000_000);
  for (let i = 0; i < objects.length; i++) objects[i] = zipf.sample(stream);
  const file = join(folder, 'requests');
  writeFileSync(file, objects);
  return file;
}
