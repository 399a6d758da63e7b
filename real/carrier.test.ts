import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, type TestContext } from 'vitest';
import { US_PER_MS, US_PER_S } from '../models/core/units.ts';
import * as metrics from '../models/transcode/metrics.ts';
import type { QueueParams } from '../models/transcode/params.ts';
import { requiredProgram } from '../tests/requirements.ts';
import { BullmqCarrier } from './bullmq.ts';
import { Rig, startScriptedWorkers, type Plan } from './carrier.fixture.ts';
import { LocalCarrier, type Carrier } from './carrier.ts';
import { Supervisor } from './children.ts';
import { MissingRequirementError } from './missing-requirement.ts';
import { startRedis, type RedisServer } from './redis.ts';
import { scriptedWork, sleep, type Fate, type ScriptedJob } from './scripted-work.fixture.ts';

const supervisor = new Supervisor();
const folder = supervisor.temporaryDirectory('carrier');
const cancelled = new AbortController();
/** Long enough for a loaded machine, and short, for tests that wait for it. */
const CALM = { lease: 20 * US_PER_S, leaseCheck: 5 * US_PER_S };
const EDGY = { lease: 1.2 * US_PER_S, leaseCheck: 0.4 * US_PER_S };
const QUICK = { backoff: 20 * US_PER_MS, tries: 3 };
let redis: RedisServer | undefined;

beforeAll(async () => {
  redis = await startRedis(supervisor).catch((error: unknown) => {
    if (error instanceof MissingRequirementError) return undefined;
    throw error;
  });
  if (redis === undefined) return;
  const { url } = redis;
  await Promise.all([
    startScriptedWorkers(supervisor, 2, { url, queue: 'calm', ...CALM }),
    startScriptedWorkers(supervisor, 2, { url, queue: 'edgy', ...EDGY }),
  ]);
}, 60_000);
afterAll(() => supervisor.stop());

type Mood = 'calm' | 'edgy';
/** Opens a way of jobs for one test. */
type Open = (ctx: TestContext, mood: Mood) => Promise<Carrier<ScriptedJob>>;

const inProcess: Open = async () => {
  const work = scriptedWork({ die: () => new Promise(() => {}), standStill: sleep });
  return new LocalCarrier(work, cancelled.signal);
};
let runs = 0;
const overBullmq: Open = async (ctx, queue) => {
  requiredProgram(ctx, 'redis');
  return BullmqCarrier.open<ScriptedJob>({
    url: redis!.url, queue, run: `run${++runs}`, lookEvery: 300 * US_PER_MS, signal: cancelled.signal,
    log: () => {},
  });
};

/** Runs plans over a carrier that is opened for it. */
async function go(
  ctx: TestContext, open: Open, mood: Mood, workers: number, plans: readonly Plan[],
  params: Partial<QueueParams> = {},
) {
  const carrier = await open(ctx, mood);
  try {
    const outputs = mkdtempSync(join(folder, 'run-'));
    const leases = mood === 'calm' ? CALM : EDGY;
    const rig = new Rig(carrier, workers, { ...QUICK, ...leases, ...params }, outputs);
    await rig.run(plans);
    const view = rig.metrics.view(0);
    return {
      rig, stored: () => readdirSync(outputs).sort(),
      read: (name: string) => readFileSync(join(outputs, name), 'utf8'),
      failures: (reason: string) => view.total(metrics.failures, { reason }),
      aside: view.total(metrics.chunksSetAside),
    };
  } finally {
    await carrier.close();
  }
}

const ARMS = [['in this process', inProcess], ['over BullMQ', overBullmq]] as const;

describe.each(ARMS)('jobs %s', (_, open) => {
  test('are each done once, side by side', async (ctx) => {
    const fates = [[], [], [], []];
    const { rig, stored } = await go(ctx, open, 'calm', 2, [0, 1, 2].map((video) => ({ video, fates })));
    expect(rig.tries).toHaveLength(12);
    expect(stored()).toHaveLength(12);
    expect(rig.ended.every(({ complete }) => complete)).toBe(true);
    expect(rig.dispatcher.account()).toEqual({ submitted: 12n, encoded: 12n, setAside: 0n, underWay: 0n });
  }, 30_000);

  test('that fail are tried again after a wait that doubles', async (ctx) => {
    const backoff = 150 * US_PER_MS;
    const plan = { video: 0, fates: [['fail', 'fail']] } as const;
    const { rig, failures } = await go(ctx, open, 'calm', 2, [plan], { backoff });
    const [first, second, third] = rig.tries.map(({ at }) => at);
    expect(second! - first!).toBeGreaterThanOrEqual(backoff);
    expect(third! - second!).toBeGreaterThanOrEqual(2 * backoff);
    expect([rig.tries.length, failures('encoder')]).toEqual([3, 2]);
    expect(rig.ended).toEqual([{ video: 0, complete: true }]);
  }, 30_000);

  test('that never succeed are set aside after their tries, and hold up nobody', async (ctx) => {
    const { rig, stored, failures, aside } = await go(ctx, open, 'calm', 2, [
      { video: 0, fates: [['fail', 'fail', 'fail', 'fail'], []] }, { video: 1, fates: [[]] },
    ]);
    expect([failures('encoder'), aside]).toEqual([3, 1]);
    expect(rig.ended.toSorted((a, b) => a.video - b.video))
      .toEqual([{ video: 0, complete: false }, { video: 1, complete: true }]);
    expect(stored()).toEqual(['0-1', '1-0']);
  }, 30_000);

  test('go out by class, whatever came first', async (ctx) => {
    const plans = [2, 1, 0].map((priority) => ({ video: priority, priority, fates: [[], []] }));
    const { rig } = await go(ctx, open, 'calm', 1, plans);
    expect(rig.tries.map(({ video }) => video)).toEqual([0, 0, 1, 1, 2, 2]);
  }, 30_000);

  test.for(['die', 'silent'] as const)(
    'whose worker is gone (%s) are lost when the lease is over, taken up again and counted once',
    { timeout: 30_000 }, async (fate, ctx) => {
      const plans = [{ video: 0, fates: [[fate], []] }, { video: 1, fates: [[]] }];
      const { rig, stored, failures, aside } = await go(ctx, open, 'edgy', 2, plans);
      const tries = rig.tries.filter(({ video, chunk }) => video === 0 && chunk === 0);
      expect(tries[1]!.at - tries[0]!.at).toBeGreaterThanOrEqual(EDGY.lease);
      expect(failures('lost')).toBeGreaterThanOrEqual(1);
      expect(aside).toBe(0);
      expect(stored()).toEqual(['0-0', '0-1', '1-0']);
      expect(rig.dispatcher.account()).toEqual({ submitted: 3n, encoded: 3n, setAside: 0n, underWay: 0n });
    });

  test('whose worker comes back after its lease are still counted and stored once', async (ctx) => {
    const { rig, stored, read, failures } = await go(ctx, open, 'edgy', 2, [{ video: 0, fates: [['late']] }]);
    expect(failures('lost')).toBeGreaterThanOrEqual(1);
    const first = read('0-0');
    await sleep((3 * EDGY.lease) / US_PER_MS);
    expect([stored(), read('0-0')]).toEqual([['0-0'], first]);
    expect(rig.ended).toEqual([{ video: 0, complete: true }]);
    expect(rig.dispatcher.account()).toEqual({ submitted: 1n, encoded: 1n, setAside: 0n, underWay: 0n });
  }, 30_000);

  test('are neither lost nor counted twice, whatever becomes of their tries', async (ctx) => {
    const fate = fc.constantFrom<Fate>('encode', 'encode', 'encode', 'fail', 'fail', 'silent', 'die');
    const task = fc.record({
      priority: fc.nat(2), fates: fc.array(fc.array(fate, { maxLength: 3 }), { minLength: 1, maxLength: 3 }),
    });
    await fc.assert(fc.asyncProperty(fc.array(task, { minLength: 1, maxLength: 3 }), async (tasks) => {
      const plans = tasks.map((one, video) => ({ ...one, video }));
      const { rig, stored } = await go(ctx, open, 'edgy', 2, plans);
      expect(rig.ended.map(({ video }) => video).sort()).toEqual(plans.map(({ video }) => video));
      const { submitted, encoded, setAside, underWay } = rig.dispatcher.account();
      expect([encoded + setAside, underWay]).toEqual([submitted, 0n]);
      expect(encoded).toBe(BigInt(stored().length));
      for (const { video, fates } of plans) {
        // Only a chunk whose every try is bad may be set aside.
        const hopeless = fates.some((tries) => tries.length >= 3 && tries.every((one) => one !== 'encode'));
        const { complete } = rig.ended.find((one) => one.video === video)!;
        if (!complete) expect(hopeless).toBe(true);
      }
    }), { numRuns: 5, seed: 7 });
  }, 60_000);
});
