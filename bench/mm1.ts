import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { BenchOptions } from './hold.ts';
import { race, Racer, type Entrant, type Result } from './racers.ts';
import { benchRow, type BenchRow } from './rows.ts';

/**
 * Customers a second through an M/M/1 station, on the bare event list and through the modelling layer, beside
 * the same model written for simjs and for SimPy.
 */
export async function benchMm1({ quick, seed }: BenchOptions): Promise<BenchRow[]> {
  const worker = join(import.meta.dirname, 'mm1-worker.ts');
  const start = (kind: string): Racer => new Racer(kind, process.execPath, [worker, kind, String(seed)]);
  const entrants: Entrant[] = [
    { racer: start('ours'), lap: quick ? 5000 : 1_000_000 },
    { racer: start('facility'), lap: quick ? 5000 : 1_000_000 },
    { racer: start('simjs'), lap: quick ? 5000 : 200_000 },
  ];
  const hasSimPy = spawnSync('python3', ['-c', 'import simpy'], { stdio: 'ignore' }).status === 0;
  if (hasSimPy) {
    const script = new URL('peers/mm1.py', import.meta.url).pathname;
    const racer = new Racer('simpy', 'python3', [script, String(seed)]);
    entrants.push({ racer, lap: quick ? 1000 : 50_000 });
  }
  try {
    const [loop, facility, ...peers] = await race(entrants, quick ? 2 : 7, 1000);
    return ([['loop', loop!], ['facility', facility!]] as const).flatMap(([name, ours]) =>
      ['simjs 2.0.3', 'SimPy'].map((peer, i) => mm1Row(name, ours, peer, peers[i], seed)));
  } finally {
    for (const { racer } of entrants) racer.stop();
  }
}

function mm1Row(name: string, ours: Result, peer: string, other: Result | undefined, seed: number): BenchRow {
  const means = `mean wait and number ${meansOf(ours)}, peer ${meansOf(other)}, theory 9.00 9.00`;
  return benchRow({
    name: `mm1/0.9/${name}`,
    value: ours.speed / 1e6,
    unit: 'Mcustomers/s',
    peer,
    peerValue: other === undefined ? null : other.speed / 1e6,
    seed,
    hash: ours.last.hash,
    note: other === undefined ? 'SimPy not found: python3 -m pip install simpy' : means,
  });
}

function meansOf(result: Result | undefined): string {
  return [result?.last.meanWait, result?.last.meanNumber].map((mean) => mean?.toFixed(2) ?? '-').join(' ');
}
