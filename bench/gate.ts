import { execFile } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Fingerprint } from '../models/core/fingerprint.ts';
import type { BenchOptions } from './hold.ts';
import { benchRow, type BenchRow } from './rows.ts';

/** The scenario the gate is demonstrated on. */
export const GATE_SCENARIO = 'steady-farm';
/** Most replications a trial may spend on either side. */
export const BUDGET = 50;

/** A change that is held against the baseline. */
interface Arm {
  readonly name: string;
  readonly set: readonly string[];
  /** Other seeds than the baseline's: what a gate without common random numbers has to go by. */
  readonly otherSeed: boolean;
}

/** Every service time 1 % longer: the farm's two rates, and the time that a piece takes whatever its size. */
const SLOWER = [
  `transcode.farm.pixelRate=${(264 * 1920 * 1080) / 1.01}`,
  `transcode.farm.decodeRate=${(6.5 * 264 * 1920 * 1080) / 1.01}`, 'transcode.farm.start=0.808s',
];

/** What is tried: four ways in which nothing changed, and service times longer by 1 %. */
export const ARMS: readonly Arm[] = [
  { name: 'unchanged/same', set: [], otherSeed: false },
  // Sampled twice as often: another history of events, the same behaviour.
  { name: 'unchanged/other-history', set: ['run.sampleEvery=150s'], otherSeed: false },
  // Kinds of sources in another order: the same laws, other draws of which video is what.
  {
    name: 'unchanged/other-draws', otherSeed: false,
    set: ['upload.sources=[{name: 1080p60, share: 20%, height: 1080, frames: 60, bitrate: 15 Mbps}, '
      + '{name: 1080p30, share: 80%, height: 1080, bitrate: 10 Mbps}]'],
  },
  { name: 'unchanged/other-seeds', set: [], otherSeed: true },
  { name: 'service-plus-1%', set: SLOWER, otherSeed: false },
  { name: 'service-plus-1%/other-seeds', set: SLOWER, otherSeed: true },
];

/** What the gate said in one trial of one arm. */
export interface TrialLine {
  readonly trial: number;
  readonly arm: string;
  readonly verdict: string;
  readonly replications: number;
  readonly unchanged: boolean;
  /** Processor time for both sides; the baseline's replications count where they were first needed. [s] */
  readonly cpuSeconds: number;
  /** Deterioration of the first objective. */
  readonly worse: number;
}

/**
 * How often the gate fires: of a hundred trials, each with seeds of its own, on what did not change and on
 * service times that grew by 1 %.
 */
export async function benchGate({ quick, seed }: BenchOptions): Promise<BenchRow[]> {
  const trials = quick ? 3 : 100;
  const lines = await runTrials(trials, seed);
  return ARMS.map(({ name }) => {
    const own = lines.filter(({ arm }) => arm === name);
    const count = (verdict: string) => own.filter((line) => line.verdict === verdict).length;
    const mean = (of: (line: TrialLine) => number) => own.reduce((sum, line) => sum + of(line), 0) / trials;
    const hash = new Fingerprint();
    own.forEach(({ trial, verdict, replications }) => hash.add(trial, verdict.length, replications));
    return benchRow({
      name: `gate/${name}`, value: count('fail'), unit: `fired of ${trials}`, peer: '-', peerValue: null,
      seed, hash: hash.digest().slice(0, 12),
      note: `met ${count('pass')}, regression ${count('fail')}, inconclusive ${count('inconclusive')}; `
        + `identical histories ${own.filter((line) => line.unchanged).length}; `
        + `${mean((line) => line.replications).toFixed(1)} replications a side, `
        + `${mean((line) => line.cpuSeconds).toFixed(2)} s of processor time`,
    });
  });
}

/** The trials, shared out over processes. */
async function runTrials(trials: number, seed: number): Promise<TrialLine[]> {
  const workers = Math.min(trials, availableParallelism());
  const firsts = Array.from({ length: workers + 1 }, (_, i) => Math.round((i * trials) / workers));
  const worker = join(import.meta.dirname, 'gate-worker.ts');
  const parts = await Promise.all(firsts.slice(0, -1).map(async (first, i) => {
    const words = [worker, String(first), String(firsts[i + 1]! - first), String(seed)];
    const { stdout } = await promisify(execFile)(process.execPath, words, { maxBuffer: 2 ** 26 });
    return stdout.trim().split('\n').map((line) => JSON.parse(line) as TrialLine);
  }));
  return parts.flat();
}
