import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
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
 * Requests a second through eviction policies: Zipf 0.8 over a million objects of one size, 20 M requests.
 * The peer is libCacheSim's command line as it comes, when the path of a `cachesim` is given; otherwise an
 * LRU on a Map at 10,000 objects, and libCacheSim's published rates stand in the notes.
 */
export async function benchCache(options: BenchOptions): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'weir-bench-'));
  const worker = join(import.meta.dirname, 'cache-worker.ts');
  const objects = drawRequests(options);
  const file = join(folder, 'requests');
  writeFileSync(file, objects);
  const racers = [...CASES.map(([policy, capacity]) => [policy, String(capacity)]), ['map', '10000']]
    .map((args) => new Racer(args.join(' '), process.execPath, [worker, ...args, file]));
  try {
    const peers = options.cachesim === undefined ? [] : raceCachesim(options.cachesim, folder, objects);
    const lap = options.quick ? 2000 : objects.length;
    // The Map needs a minute for what the others do in a second.
    const entrants = racers.map((racer) => ({ racer, lap: racer.name.startsWith('map') ? lap / 100 : lap }));
    const first = options.quick ? 2000 : FIRST_REQUESTS;
    const results = await race(entrants, options.quick ? 1 : 3, first);
    const map = results.at(-1)!;
    if (map.first.hash !== results[0]!.first.hash) throw new Error('the two LRUs missed differently');
    return CASES.map(([policy, capacity, smallTable, asItComes], i) => {
      const peer = peers[i];
      const missRatio = parseInt(results[i]!.first.hash, 16) / first;
      if (peer !== undefined && EXACT.includes(policy) && Math.abs(missRatio - peer.missRatio) > 0.00006) {
        throw new Error(`${policy}: libCacheSim misses ${peer.missRatio}, this ${missRatio}`);
      }
      return benchRow({
        name: `cache/${policy}/${capacity}`,
        value: results[i]!.speed / 1e6,
        unit: 'Mrequests/s',
        peer: peer === undefined ? 'LRU on a Map, 10000' : 'libCacheSim, default',
        peerValue: (peer?.speed ?? map.speed) / 1e6,
        seed: options.seed,
        hash: results[i]!.last.hash,
        note: `libCacheSim elsewhere: ${smallTable.toFixed(1)} small table, ${asItComes.toFixed(1)} default`,
      });
    });
  } finally {
    for (const racer of racers) racer.stop();
    rmSync(folder, { recursive: true });
  }
}

/** Requests of the first lap, whose misses are compared. */
const FIRST_REQUESTS = 200_000;
/** Policies that miss exactly as libCacheSim's do. */
const EXACT = ['lru', 'sieve'];

/** Ranks as 32-bit numbers, the same for all contestants. */
function drawRequests({ quick, seed }: BenchOptions): Int32Array {
  const stream = new RandomStreams(seed, 0).stream('bench/cache');
  const zipf = new Zipf(1_000_000, EXPONENT);
  const objects = new Int32Array(quick ? 10_000 : 20_000_000);
  for (let i = 0; i < objects.length; i++) objects[i] = zipf.sample(stream);
  return objects;
}

/** What libCacheSim's command line does with the requests, case by case. */
function raceCachesim(
  program: string, folder: string, objects: Int32Array,
): Array<{ readonly speed: number; readonly missRatio: number }> {
  const file = join(folder, 'requests.oracleGeneral');
  writeOracleGeneral(file, objects);
  const first = Math.min(FIRST_REQUESTS, objects.length);
  return CASES.map(([policy, capacity]) => {
    const { missRatio } = cachesim(program, file, policy, capacity, first);
    const runs = [0, 1].map(() => cachesim(program, file, policy, capacity, objects.length));
    return { missRatio, speed: Math.max(...runs.map((run) => objects.length / run.cpuSeconds)) };
  });
}

/** One run of the command line over the first requests of a trace. */
function cachesim(program: string, file: string, policy: string, capacity: number, requests: number) {
  const command = 'TIMEFORMAT="%U %S"; time "$@"';
  const { stdout, stderr, status } = spawnSync('bash', [
    '-c', command, 'bash', program, file, 'oracleGeneral', policy, String(capacity), '--ignore-obj-size', '1',
    '--num-req', String(requests), '--output', `${file}.result`,
  ], { encoding: 'utf8' });
  const ratio = /miss ratio ([\d.]+)/.exec(stdout);
  const times = /([\d.]+) ([\d.]+)\s*$/.exec(stderr);
  if (status !== 0 || ratio === null || times === null) {
    throw new Error(`${program} failed: ${stdout}${stderr}`);
  }
  return { missRatio: Number(ratio[1]), cpuSeconds: Number(times[1]) + Number(times[2]) };
}

/** libCacheSim's binary format: time, object, size, index of the next request, 24 bytes a request. */
function writeOracleGeneral(file: string, objects: Int32Array): void {
  const chunk = Buffer.alloc(24 * 100_000);
  const target = openSync(file, 'w');
  for (let from = 0; from < objects.length; from += 100_000) {
    const part = objects.subarray(from, from + 100_000);
    part.forEach((object, i) => {
      chunk.writeUInt32LE((from + i) >>> 0, 24 * i);
      chunk.writeUInt32LE(object + 1, 24 * i + 4); // 0 is no object there
      chunk.writeUInt32LE(0, 24 * i + 8);
      chunk.writeUInt32LE(1, 24 * i + 12);
      chunk.writeBigInt64LE(-1n, 24 * i + 16);
    });
    writeSync(target, chunk, 0, 24 * part.length);
  }
  closeSync(target);
}
