import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isTranscoding } from '../scenarios/plan.ts';
import { missingRequirement, requiredProgram } from '../tests/requirements.ts';
import { Supervisor, type SupervisedChild } from './children.ts';
import { PROVENANCE, readPlan } from './disk-files.fixture.ts';
import { runFfmpeg } from './ffmpeg.ts';
import { checkRequirements } from './setup.ts';
import { smallClip } from './small-clip.fixture.ts';
import { runTranscode } from './transcode-run.ts';
import type { TriedChunk } from './transcoder.ts';

const missing = checkRequirements().filter((one) => one.found === undefined).map((one) => one.name);
const supervisor = new Supervisor();
const folder = supervisor.temporaryDirectory('transcode-bullmq');
const clip = join(folder, 'clip.mp4');

const SCENARIO = smallClip({
  title: 'Twelve seconds over two workers', seconds: 12, encoder: 'x264-medium',
  queue: ', lease: 3s, leaseCheck: 1s',
});

beforeAll(async () => {
  writeFileSync(join(folder, 'small-clip.yaml'), SCENARIO);
  if (missing.length > 0) return;
  await runFfmpeg(supervisor, ['-f', 'lavfi', '-i', 'testsrc2=size=640x360:rate=24:duration=12', clip]);
});
afterAll(() => supervisor.stop());

test('a worker killed in the middle of a chunk costs a try; the output is whole and valid', async (ctx) => {
  requiredProgram(ctx, 'redis');
  if (missing.length > 0) missingRequirement(ctx, `${missing.join(', ')} not installed (weir real setup)`);
  const plan = readPlan(join(folder, 'small-clip.yaml'));
  if (!isTranscoding(plan)) throw new Error('the scenario transcodes');
  const outDir = join(folder, 'out');
  mkdirSync(outDir);
  const workers: SupervisedChild[] = [];
  const record = await runTranscode(plan, {
    provenance: PROVENANCE, clip, outDir,
    bullmq: {
      workers: 2,
      onWorker: (child) => {
        workers.push(child);
        if (workers.length === 1) void killWhileEncoding(child);
      },
    },
  });
  const lines = readFileSync(join(outDir, 'tasks.jsonl'), 'utf8').trim().split('\n');
  const tried = lines.map((line) => JSON.parse(line) as TriedChunk);
  const good = tried.filter(({ outcome }) => outcome === 'encoded');
  const { metrics, slis } = record.document;
  const total = (name: string, label: string) => metrics
    .find((one) => one.name === name && Object.values(one.labels).includes(label))!.value;
  // Killed while it held a chunk: that one is lost and made by another; its place is taken by a third worker.
  expect((await workers[0]!.exited).signal).toBe('SIGKILL');
  expect(workers.length).toBeGreaterThanOrEqual(3);
  expect(total('transcoding_failures', 'lost')).toBeGreaterThanOrEqual(1);
  expect(tried.filter(({ outcome }) => outcome === 'lost'))
    .toHaveLength(total('transcoding_failures', 'lost'));
  // Each chunk once: six of two seconds on two rungs.
  expect(good.map(({ rung, chunk }) => `${rung}/${chunk}`).sort())
    .toEqual(['180p', '90p'].flatMap((rung) => [0, 1, 2, 3, 4, 5].map((chunk) => `${rung}/${chunk}`)));
  expect(new Set(good.map(({ worker }) => worker)).size).toBeGreaterThanOrEqual(2);
  expect(metrics.find(({ name }) => name === 'transcoding_chunks_set_aside_total')!.value).toBe(0);
  // The stage that compares lengths with the source has passed for both renditions.
  expect(total('transcoding_videos_total', 'ready')).toBe(1);
  expect(slis['transcoding_within_sla']!.value).toBe(1);
}, 60_000);

/** Kills a worker outright as soon as there is a piece of a chunk in its folder. */
async function killWhileEncoding(child: SupervisedChild): Promise<void> {
  const own = `weir-worker-${child.process.pid}-`;
  while (!child.gone) {
    const folders = readdirSync(tmpdir()).filter((name) => name.startsWith(own));
    const files = folders.flatMap((name) => readdirSync(join(tmpdir(), name)));
    if (files.some((name) => name.startsWith('try-'))) child.kill('SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
