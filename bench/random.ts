import { join } from 'node:path';
import type { BenchOptions } from './hold.ts';
import { race, Racer } from './racers.ts';
import { benchRow, type BenchRow } from './rows.ts';

/** What is raced against what: ours first, then the peers with their names. */
const PAIRS: readonly (readonly [string, string, string])[] = [
  ['uniform', 'math-uniform', 'Math.random (no seed)'],
  ['uniform', 'd3-lcg-uniform', 'd3 randomLcg (32 bits)'],
  ['uniform', 'xorshift128plus', 'pure-rand xorshift128+'],
  ['exponential', 'd3-exponential', 'd3 randomExponential'],
  ['normal', 'd3-normal', 'd3 randomNormal'],
];

/**
 * Draws a second of our streams beside libraries' and the engine's own; the hash is the mean of the last lap.
 */
export async function benchRandom(options: BenchOptions): Promise<BenchRow[]> {
  const kinds = [...new Set(PAIRS.flatMap(([ours, peer]) => [ours, peer]))];
  const worker = join(import.meta.dirname, 'random-worker.ts');
  const racers = kinds.map((kind) => new Racer(kind, process.execPath, [worker, kind, String(options.seed)]));
  try {
    const lap = options.quick ? 1000 : 5_000_000;
    const results = await race(racers.map((racer) => ({ racer, lap })), options.quick ? 1 : 7, lap);
    const result = (kind: string) => results[kinds.indexOf(kind)]!;
    return PAIRS.map(([ours, peer, name]) => benchRow({
      name: `random/${ours}`,
      value: result(ours).speed / 1e6,
      unit: 'Mdraws/s',
      peer: name,
      peerValue: result(peer).speed / 1e6,
      seed: options.seed,
      hash: result(ours).last.hash,
      note: '',
    }));
  } finally {
    for (const racer of racers) racer.stop();
  }
}
