import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, type TestContext } from 'vitest';
import { isTranscoding, type TranscodingPlan } from '../scenarios/plan.ts';
import { missingRequirement } from '../tests/requirements.ts';
import { Supervisor } from './children.ts';
import { PROVENANCE, readPlan } from './disk-files.fixture.ts';
import type { ChunkOptions } from './encode-chunk.ts';
import { runFfmpeg } from './ffmpeg.ts';
import { checkRequirements, requireProgram } from './setup.ts';
import { runTranscode } from './transcode-run.ts';
import type { TriedChunk } from './transcoder.ts';

const missing = checkRequirements().filter((one) => one.found === undefined).map((one) => one.name);
const supervisor = new Supervisor();
const folder = supervisor.temporaryDirectory('transcode-test');
const clip = join(folder, 'clip.mp4');

const SCENARIO = `weir: 1
name: small-clip
title: Eight seconds through the pipeline
run: { duration: 5min }
upload: { duration: { law: constant, value: 8s } }
transcode:
  chunk: 2s
  ladder:
    - { name: 90p, bitrate: 150 kbps, height: 90 }
    - { name: 180p, bitrate: 400 kbps, height: 180 }
  codecs: [{ codec: h264 }]
  queue: { backoff: 100ms }
  farm:
    kind: fleet
    pools: [{ name: local, machine: c7i.xlarge, cores: 2, machines: 1 }]
    encode: { h264: x264-ultrafast }
    speed: 1000
`;

beforeAll(async () => {
  writeFileSync(join(folder, 'small-clip.yaml'), SCENARIO);
  if (missing.length > 0) return;
  await runFfmpeg(supervisor, ['-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=24:duration=8', clip]);
});
afterAll(() => supervisor.stop());

test('a clip goes through store, encoders and playlists by the components of the simulation', async (ctx) => {
  const { document, tried } = await transcode(ctx, 'whole');
  expect(tried).toHaveLength(8);
  expect(tried.every(({ outcome, cpuSeconds }) => outcome === 'encoded' && cpuSeconds > 0)).toBe(true);
  expect(total(document, 'transcoding_videos_total', 'ready')).toBe(1);
  expect(document.slis['transcoding_within_sla']!.value).toBe(1);
  expect(document.slis['transcoding_ready_seconds_p50']!.value).toBeGreaterThan(0);
  const cores = tried.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0);
  const perMinute = document.slis['transcoding_engine_seconds_per_output_minute']!.value!;
  expect(perMinute).toBeCloseTo((60 * cores) / 16, 6);
  expect(document.world).toBe('real');
}, 60_000);

test('killed encoders, truncated outputs, a full disk cost a try each; a chunk counts once', async (ctx) => {
  const ffmpeg = requireProgramOr(ctx);
  let started = 0;
  const chunks: Partial<ChunkOptions> = {
    launch: (args) => {
      started += 1;
      // The second try stops in the middle of its chunk, the third may write 8 blocks of 512 bytes.
      if (started === 2) return { command: ffmpeg, args: [...args.slice(0, -1), '-t', '1', args.at(-1)!] };
      const limited = 'ulimit -f 8; exec "$0" "$@"';
      if (started === 3) return { command: 'sh', args: ['-c', limited, ffmpeg, ...args] };
      return { command: ffmpeg, args };
    },
    onChild: (child) => {
      if (started === 1) child.kill('SIGKILL');
    },
  };
  const { document, tried } = await transcode(ctx, 'broken', chunks);
  const outcomes = tried.map(({ outcome }) => outcome);
  expect(outcomes.filter((one) => one === 'encoded')).toHaveLength(8);
  expect(outcomes.filter((one) => one === 'truncated')).toHaveLength(1);
  expect(outcomes.filter((one) => one === 'encoder')).toHaveLength(2);
  const good = tried.filter(({ outcome }) => outcome === 'encoded');
  const made = good.map(({ rung, chunk }) => `${rung}/${chunk}`);
  expect(new Set(made).size).toBe(8);
  expect(total(document, 'transcoding_failures', 'encoder')).toBe(2);
  expect(total(document, 'transcoding_failures', 'truncated')).toBe(1);
  expect(total(document, 'transcoding_chunks_set_aside_total')).toBe(0);
  expect(total(document, 'transcoding_videos_total', 'ready')).toBe(1);
}, 60_000);

async function transcode(ctx: TestContext, name: string, chunks?: Partial<ChunkOptions>) {
  if (missing.length > 0) missingRequirement(ctx, `${missing.join(', ')} not installed (weir real setup)`);
  const plan = readPlan(join(folder, 'small-clip.yaml'));
  if (!isTranscoding(plan)) throw new Error('the scenario transcodes');
  const outDir = join(folder, name);
  mkdirSync(outDir);
  const record = await runTranscode(plan satisfies TranscodingPlan, {
    provenance: PROVENANCE, clip, outDir, ...(chunks === undefined ? {} : { chunks }),
  });
  const lines = readFileSync(join(outDir, 'tasks.jsonl'), 'utf8').trim().split('\n');
  return { document: record.document, tried: lines.map((line) => JSON.parse(line) as TriedChunk) };
}

function requireProgramOr(ctx: TestContext): string {
  if (missing.length > 0) missingRequirement(ctx, `${missing.join(', ')} not installed (weir real setup)`);
  return requireProgram('ffmpeg');
}

function total(
  document: Awaited<ReturnType<typeof transcode>>['document'], name: string, label?: string,
): number {
  return document.metrics
    .filter((one) => one.name === name && (label === undefined || Object.values(one.labels).includes(label)))
    .reduce((sum, one) => sum + one.value, 0);
}
