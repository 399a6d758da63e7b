import { join } from 'node:path';
import { findScenario } from '../cli/files.ts';
import type { BenchOptions } from './hold.ts';
import { race, Racer } from './racers.ts';
import { benchRow, type BenchRow } from './rows.ts';

/**
 * Transcoding jobs a second of processor time, by fidelity: the whole platform's uploads, whose lines are
 * made fast so that work begins at once. No peer simulates a farm of encoders.
 */
export async function benchTranscode({ quick, seed }: BenchOptions): Promise<BenchRow[]> {
  const worker = join(import.meta.dirname, 'transcode-worker.ts');
  const rows: BenchRow[] = [];
  for (const [fidelity, seconds] of [['rendition', 240], ['chunk', 60]] as const) {
    const racer = new Racer(fidelity, process.execPath, [worker, findScenario('transcode-seed-day')!,
      `transcode.fidelity=${fidelity}`, `run.seed=${seed}`, 'run.warmup=0s', 'run.sampleEvery=1s',
      'upload.uplink={median: 1 Gbps, mean: 1 Gbps}']);
    try {
      const lap = quick ? 15 : seconds;
      const [result] = await race([{ racer, lap }], quick ? 1 : 5, lap);
      rows.push(benchRow({
        name: `transcode/${fidelity}`, value: (result!.speed * result!.last.meanNumber!) / lap / 1e3,
        unit: 'kjobs/s', peer: '-', peerValue: null, seed, hash: result!.last.hash,
        note: 'peer not found: no other simulator of encoding farms; a job is one rendition of a video',
      }));
    } finally {
      racer.stop();
    }
  }
  return rows;
}
