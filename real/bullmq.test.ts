import { mkdtempSync, readdirSync } from 'node:fs';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, expect, test } from 'vitest';
import { US_PER_MS, US_PER_S } from '../models/core/units.ts';
import { requiredProgram } from '../tests/requirements.ts';
import { BullmqCarrier } from './bullmq.ts';
import { Rig, startScriptedWorkers } from './carrier.fixture.ts';
import { Supervisor } from './children.ts';
import { freePort } from './minio.ts';
import { checkRedis, startRedis, type RedisServer } from './redis.ts';
import { sleep, type ScriptedJob } from './scripted-work.fixture.ts';

const supervisor = new Supervisor();
const LEASES = { lease: 4 * US_PER_S, leaseCheck: US_PER_S };
afterAll(() => supervisor.stop());

const tasks = [0, 1, 2].map((video) => ({ video, fates: Array.from({ length: 20 }, () => []) }));

test('a Redis that is killed and started again loses no job', async (ctx) => {
  const command = requiredProgram(ctx, 'redis');
  const redis = await startRedis(supervisor);
  const { rig, stored, over } = await begin(redis);
  await until(() => stored() >= 5);
  redis.child.kill('SIGKILL');
  await redis.child.closed;
  await sleep(300);
  supervisor.spawn({ name: 'redis-server', command, args: [redis.configuration] });
  await over;
  expect(stored()).toBe(60);
  expect(rig.dispatcher.account()).toEqual({ submitted: 60n, encoded: 60n, setAside: 0n, underWay: 0n });
}, 60_000);

test('what a Redis forgets is given out again', async (ctx) => {
  requiredProgram(ctx, 'redis');
  const redis = await startRedis(supervisor);
  const { rig, stored, over } = await begin(redis);
  await until(() => stored() >= 5);
  const client = new Redis(redis.url);
  await client.flushall();
  client.disconnect();
  await over;
  expect(stored()).toBe(60);
  expect(rig.dispatcher.account()).toEqual({ submitted: 60n, encoded: 60n, setAside: 0n, underWay: 0n });
}, 60_000);

test('a run that is cancelled leaves no job behind, and says when nobody takes them', async (ctx) => {
  requiredProgram(ctx, 'redis');
  const { url } = await startRedis(supervisor);
  const stop = new AbortController();
  const said: string[] = [];
  const carrier = await open(url, stop.signal, (line) => said.push(line));
  const job = { fate: 'encode', output: '', ms: 1 } as const;
  const results = [1, 2].map((id) => carrier.carry({ id, job, urgency: 1 }).catch((error: unknown) => error));
  await until(() => said.length > 0);
  expect(said).toEqual(['2 jobs wait and no worker is connected (weir real worker)']);
  stop.abort('SIGINT');
  expect(await Promise.all(results)).toEqual(['SIGINT', 'SIGINT']);
  await expect(carrier.carry({ id: 3, job, urgency: 1 })).rejects.toBe('SIGINT');
  await carrier.close();
  const queue = new Queue('scripted', { connection: { url }, prefix: 'weir' });
  expect(await queue.getJobCounts()).toMatchObject({ prioritized: 0, waiting: 0, active: 0, completed: 0 });
  await queue.close();
}, 30_000);

test.each([
  ['http://127.0.0.1:6379', /not a redis or rediss URL/],
  ['nonsense', /not a redis or rediss URL/],
])('%s is no Redis', async (url, message) => {
  const expected = { exitStatus: 5, message: expect.stringMatching(message) };
  await expect(checkRedis(url)).rejects.toMatchObject(expected);
});

test('a Redis nobody runs, and one with another password, are missing requirements', async (ctx) => {
  await expect(checkRedis(`redis://127.0.0.1:${await freePort()}`)).rejects
    .toMatchObject({ exitStatus: 5, message: expect.stringMatching(/cannot be used: .*ECONNREFUSED/) });
  requiredProgram(ctx, 'redis');
  const { url } = await startRedis(supervisor);
  await expect(checkRedis(url.replace(/:[^:]*@/, ':wrong@'))).rejects
    .toMatchObject({ exitStatus: 5, message: expect.stringMatching(/WRONGPASS/) });
});

test('without redis-server, the remedy is said', async () => {
  const path = process.env['PATH'];
  process.env['PATH'] = '';
  try {
    await expect(startRedis(supervisor)).rejects
      .toMatchObject({ exitStatus: 5, message: expect.stringMatching(/apt-get install redis-server/) });
  } finally {
    process.env['PATH'] = path;
  }
});

/** Sixty jobs on their way over two workers. */
async function begin({ url }: RedisServer) {
  await startScriptedWorkers(supervisor, 2, { url, queue: 'scripted', ...LEASES });
  const carrier = await open(url, new AbortController().signal, () => {});
  const folder = mkdtempSync(`${supervisor.temporaryDirectory('bullmq')}/run-`);
  const rig = new Rig(carrier, 2, { ...LEASES, backoff: 20 * US_PER_MS }, folder);
  const over = rig.run(tasks).finally(() => carrier.close());
  return { rig, over, stored: () => readdirSync(folder).length };
}

function open(url: string, signal: AbortSignal, log: (line: string) => void) {
  const lookEvery = 300 * US_PER_MS;
  return BullmqCarrier.open<ScriptedJob>({ url, queue: 'scripted', run: 'run', lookEvery, signal, log });
}

async function until(holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error('that did not come about in 20 s');
    await sleep(20);
  }
}
