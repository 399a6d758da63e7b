import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { estimateMean } from '../../models/core/statistics.ts';
import type { MmcExperiment } from '../../tests/fixtures/mmc-replication.ts';
import { CheckpointMismatchError } from './checkpoint.ts';
import { runExperiment, type Experiment } from './pool.ts';

interface Wait {
  readonly meanWait: number;
  readonly customers: number;
}

const MODULE = new URL('../../tests/fixtures/mmc-replication.ts', import.meta.url);
const MMC: MmcExperiment = { servers: 2, lambda: 1.6, mu: 1, customers: 5000, seed: 7 };
// Erlang C: 16/9, in units of the mean service time.
const WAIT = 1.7777777778;

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'weir-pool-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('experiments on worker threads', () => {
  test('give the same outcomes whatever the number of workers', async () => {
    const one = await run({ replications: 12, workers: 1 });
    const three = await run({ replications: 12, workers: 3 });
    expect(three).toEqual(one);
    expect(one.outcomes).toHaveLength(12);
    expect(one.complete).toBe(true);
  });

  test('agree with Erlang C', async () => {
    const { outcomes } = await run({ replications: 30, data: { ...MMC, customers: 40_000 } });
    const { value, low, high } = estimateMean(outcomes.map((outcome) => outcome.meanWait));
    // Queues start empty: the bias of 40,000 customers is far inside the interval.
    expect(low!).toBeLessThan(WAIT);
    expect(high!).toBeGreaterThan(WAIT);
    expect((high! - low!) / 2 / value).toBeLessThan(0.04);
  });

  test('end with the replications that were enough, whatever else was computed', async () => {
    const enough = (outcomes: readonly Wait[]) => outcomes.length === 5;
    const all = await run({ replications: 8, workers: 1 });
    for (const workers of [1, 3]) {
      const some = await run({ replications: 40, workers, enough });
      expect(some.outcomes).toEqual(all.outcomes.slice(0, 5));
      expect(some.complete).toBe(true);
    }
  });

  test('run a replication again when its thread dies, and say so', async () => {
    const crash = { replication: 3, marker: join(folder, 'crashed') };
    const crashed = await run({ replications: 6, data: { ...MMC, crash } });
    expect(existsSync(crash.marker)).toBe(true);
    expect(crashed.retried).toContain(3);
    expect(crashed.outcomes).toEqual((await run({ replications: 6 })).outcomes);
  });

  test('end with the exception of a model, named with its replication', async () => {
    const failing = run({ replications: 4, data: { ...MMC, throwIn: 2 } });
    await expect(failing).rejects.toThrow('in replication 2: a model gone wrong');
  });

  test('stop when asked, with what was finished', async () => {
    const controller = new AbortController();
    const endless = { ...MMC, customers: 1e9 };
    const running = run({ replications: 3, data: endless, signal: controller.signal });
    setTimeout(() => controller.abort(), 600);
    const { outcomes, partial, complete } = await running;
    expect(complete).toBe(false);
    expect(outcomes).toEqual([]);
    expect(partial!.customers).toBeGreaterThan(0);
  });

  test('tell their progress', async () => {
    const fractions: number[] = [];
    await run({
      replications: 4, data: { ...MMC, customers: 400_000 },
      onProgress: ({ fraction }) => fractions.push(fraction),
    });
    expect(fractions.length).toBeGreaterThan(0);
    expect([...fractions].sort((a, b) => a - b)).toEqual(fractions);
  });
});

describe('checkpoints', () => {
  test('hold what was finished; the rest is computed', async () => {
    const checkpoint = { file: join(folder, 'checkpoint'), key: 'mmc' };
    const first = await run({ replications: 5, checkpoint });
    const more = await run({ replications: 9, checkpoint });
    expect(more.resumed).toBe(5);
    expect(more.outcomes.slice(0, 5)).toEqual(first.outcomes);
    expect(more.outcomes).toEqual((await run({ replications: 9 })).outcomes);
  });

  test('survive a line cut short', async () => {
    const checkpoint = { file: join(folder, 'checkpoint'), key: 'mmc' };
    const whole = await run({ replications: 5, checkpoint });
    const text = readFileSync(checkpoint.file, 'utf8');
    writeFileSync(checkpoint.file, text.slice(0, -9));
    const again = await run({ replications: 5, checkpoint });
    expect(again.resumed).toBe(4);
    expect(again.outcomes).toEqual(whole.outcomes);
  });

  test('of another experiment are refused', async () => {
    const file = join(folder, 'checkpoint');
    await run({ replications: 1, checkpoint: { file, key: 'mmc' } });
    await expect(run({
      replications: 1, checkpoint: { file, key: 'other' },
    })).rejects.toThrow(CheckpointMismatchError);
  });

  test('an experiment of 1000 replications killed in the middle goes on to the same result', async () => {
    const script = new URL('../../tests/fixtures/run-mmc.ts', import.meta.url).pathname;
    const killedAt = join(folder, 'killed');
    const child = spawn(process.execPath, [script, killedAt, '1000'], { stdio: 'ignore' });
    const gone = new Promise((resolve) => child.once('exit', resolve));
    const lines = () => (existsSync(killedAt) ? readFileSync(killedAt, 'utf8').split('\n').length : 0);
    while (lines() < 300) await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill('SIGKILL');
    await gone;
    const finish = async (file: string) => {
      const { stdout } = await promisify(execFile)(
        process.execPath, [script, file, '1000'], { maxBuffer: 1e8 },
      );
      return JSON.parse(stdout) as { readonly resumed: number; readonly waits: readonly number[] };
    };
    const resumed = await finish(killedAt);
    const straight = await finish(join(folder, 'straight'));
    expect(resumed.resumed).toBeGreaterThanOrEqual(298);
    expect(resumed.resumed).toBeLessThan(1000);
    expect(resumed.waits).toHaveLength(1000);
    expect(resumed.waits).toEqual(straight.waits);
  });
});

function run(part: Partial<Experiment<MmcExperiment, Wait>>) {
  return runExperiment<MmcExperiment, Wait>({
    module: MODULE, data: MMC, replications: 4, workers: 2, ...part,
  });
}
