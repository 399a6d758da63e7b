import { Fingerprint } from '../models/core/fingerprint.ts';
import { US_PER_S } from '../models/core/units.ts';
import { BullmqCarrier, serveJobs } from '../real/bullmq.ts';
import { LocalCarrier, type Carrier, type Work } from '../real/carrier.ts';
import { Supervisor } from '../real/children.ts';
import { MissingRequirementError } from '../real/missing-requirement.ts';
import { startRedis } from '../real/redis.ts';
import type { BenchOptions } from './hold.ts';
import { benchRow, type BenchRow } from './rows.ts';

/**
 * Jobs a second that do nothing, carried to workers and back: over BullMQ on a Redis on this machine, the
 * carrier and the worker in one process, beside in this process. Wall time, not processor time.
 */
export async function benchCarrier({ quick, seed }: BenchOptions): Promise<BenchRow[]> {
  const supervisor = new Supervisor();
  const stop = new AbortController();
  const work: Work<null> = async () => ({ kind: 'encoded', bytes: 1, cpuUs: 1 });
  const local = new LocalCarrier(work, stop.signal);
  try {
    const { url } = await startRedis(supervisor);
    const common = { url, queue: 'bench', log: () => {} };
    const lease = { lease: 30 * US_PER_S, leaseCheck: 30 * US_PER_S };
    const worker = await serveJobs(work, { ...common, ...lease, atOnce: 16, parse: () => null });
    const open = { ...common, run: 'bench', lookEvery: 5 * US_PER_S, signal: stop.signal };
    const carrier = await BullmqCarrier.open<null>(open);
    try {
      return await race(carrier, local, quick ? 50 : 2000, seed);
    } finally {
      await worker.drain();
      await carrier.close();
    }
  } catch (error) {
    if (!(error instanceof MissingRequirementError)) throw error;
    return [benchRow({ name: 'carrier/bullmq', value: 0, unit: 'jobs/s', peer: 'in process', peerValue: null,
      seed, hash: '-', note: error.message })];
  } finally {
    await supervisor.stop();
  }
}

async function race(
  carrier: Carrier<null>, local: Carrier<null>, jobs: number, seed: number,
): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const together of [1, 2, 16]) {
    const ours = await lap(carrier, jobs, together, rows.length);
    const peer = await lap(local, jobs, together, rows.length);
    rows.push(benchRow({
      name: `carrier/bullmq/${together}-at-once`, value: ours.perS, unit: 'jobs/s', peer: 'in process',
      peerValue: peer.perS, seed, hash: ours.hash,
      note: ours.hash === peer.hash ? 'same outcomes; wall time' : 'outcomes DIFFER',
    }));
  }
  return rows;
}

async function lap(carrier: Carrier<null>, jobs: number, together: number, round: number) {
  const hash = new Fingerprint();
  const outcomes: number[] = [];
  let next = 0;
  const startedMs = performance.now();
  await Promise.all(Array.from({ length: together }, async () => {
    while (next < jobs) {
      const at = next++;
      const carried = await carrier.carry({ id: round * jobs + at, job: null, urgency: 1 }, () => {});
      outcomes[at] = carried.kind === 'encoded' ? 1 : 0;
    }
  }));
  const perS = (jobs * 1000) / (performance.now() - startedMs);
  outcomes.forEach((outcome, at) => hash.add(at, outcome, 0));
  return { perS, hash: hash.digest() };
}
