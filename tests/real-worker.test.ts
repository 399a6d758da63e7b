import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { RunDocument } from '../models/core/run-record.ts';
import { Supervisor } from '../real/children.ts';
import { startMinio } from '../real/minio.ts';
import { startRedis } from '../real/redis.ts';
import { checkRequirements } from '../real/setup.ts';
import { startWeir } from './fixtures/weir-process.ts';
import { missingRequirement, requiredProgram } from './requirements.ts';

const supervisor = new Supervisor();
const folder = supervisor.temporaryDirectory('real-worker');
afterAll(() => supervisor.stop());

const SCENARIO = `weir: 1
name: six-seconds
title: Six seconds for workers that others start
run: { duration: 5min }
upload:
  duration: { law: constant, value: 6s }
  sources: [{ name: small, share: 100%, height: 180, frames: 24, bitrate: 1 Mbps }]
transcode:
  chunk: 2s
  ladder: [{ name: 90p, bitrate: 150 kbps, height: 90 }]
  codecs: [{ codec: h264 }]
  farm: { kind: pool, workers: 3 }
`;

test('workers started by themselves encode for a run that has none; SIGTERM ends them well', async (ctx) => {
  requiredProgram(ctx, 'redis');
  const missing = checkRequirements().filter((one) => one.found === undefined).map((one) => one.name);
  if (missing.length > 0) missingRequirement(ctx, `${missing.join(', ')} not installed (weir real setup)`);
  const [redis, minio] = await Promise.all([startRedis(supervisor), startMinio(supervisor)]);
  const { url, accessKeyId, secretAccessKey } = minio.endpoint;
  const keys = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
  const scenario = join(folder, 'six-seconds.yaml');
  writeFileSync(scenario, SCENARIO);
  const shared = ['--redis', redis.url, '--s3', url];
  const workers = [1, 2].map(() => startWeir(folder, ['real', 'worker', ...shared, '--at-once', '1'], keys));
  const run = startWeir(folder, ['real', 'run', scenario, '--queue', 'bullmq', ...shared,
    '--worker-processes', '0', '--json', '--clip', 'none.mp4'], keys);
  const { status, out, err } = await run.ended;
  expect([status, err.includes('workers of this run: 0')]).toEqual([0, true]);
  const document = JSON.parse(out) as RunDocument;
  expect(document.slis['transcoding_within_sla']!.value).toBe(1);
  expect(document.provenance.parameters).toContainEqual(
    expect.objectContaining({ path: 'real.queue', value: 'BullMQ on Redis' }));
  workers.forEach(({ child }) => child.kill('SIGTERM'));
  for (const { ended } of workers) {
    const worker = await ended;
    expect([worker.status, worker.err]).toEqual([0, expect.stringMatching(/takes chunks from .*ends when/s)]);
  }
}, 60_000);

describe.concurrent('what is wrong is said:', () => {
  test.each<[string[], number, RegExp]>([
    [['run', 'evening-peak', '--queue', 'bullmq'], 2, /expected a scenario that transcodes/],
    [['run', 'transcode-clip', '--redis', 'redis://x'], 2, /expected --queue bullmq beside them/],
    [['run', 'transcode-clip', '--queue', 'bullmq', '--worker-processes', '0'], 2, /nobody encodes/],
    [['worker', '--redis', 'redis://127.0.0.1:1'], 2, /required option '--s3 <url>'/],
    [['worker', '--redis', 'redis://127.0.0.1:1', '--s3', 'http://a:b@127.0.0.1:1'], 5,
      /redis: 127.0.0.1:1 cannot be used: .*ECONNREFUSED.*leave --redis out/],
    [['worker', '--redis', 'x', '--s3', 'http://a:b@127.0.0.1:1', '--lease', '3 parsecs'], 2, /--lease/],
  ])('weir real %j', async (words, expected, message) => {
    const { status, err } = await startWeir(folder, ['real', ...words]).ended;
    expect([status, err]).toEqual([expected, expect.stringMatching(message)]);
  });
});
