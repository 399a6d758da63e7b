import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test, type TestContext } from 'vitest';
import { isTranscoding, type TranscodingPlan } from '../scenarios/plan.ts';
import { missingRequirement } from '../tests/requirements.ts';
import { Supervisor } from './children.ts';
import { PROVENANCE, readPlan } from './disk-files.fixture.ts';
import type { ChunkOptions } from './encode-chunk.ts';
import { runFfmpeg } from './ffmpeg.ts';
import { parseMasterPlaylist, parseMediaPlaylist } from './hls.ts';
import { checkRequirements, requireProgram } from './setup.ts';
import { smallClip } from './small-clip.fixture.ts';
import { runTranscode, type TranscodeRunOptions } from './transcode-run.ts';
import type { TriedChunk } from './transcoder.ts';

const missing = checkRequirements().filter((one) => one.found === undefined).map((one) => one.name);
const supervisor = new Supervisor();
const folder = supervisor.temporaryDirectory('transcode-test');
const clipOf = (seconds: number) => join(folder, `clip-${seconds}.mp4`);

const SCENARIO = smallClip({
  title: 'Eight seconds through the pipeline', seconds: 8, encoder: 'x264-ultrafast',
});

beforeAll(async () => {
  writeFileSync(join(folder, 'small-clip.yaml'), SCENARIO);
  const shared = SCENARIO.replace('  chunk:', '  decode: shared\n  stages: { workers: 1 }\n  chunk:');
  writeFileSync(join(folder, 'small-shared.yaml'), shared);
  const fast = '{ h264: x264-ultrafast, vp9: vp9-realtime8, av1: svt-av1-p12 }';
  writeFileSync(join(folder, 'small-codecs.yaml'), SCENARIO.replace(/.*name: 90p.*\n/, '')
    .replace('[{ codec: h264 }]', '[{ codec: h264 }, { codec: vp9 }, { codec: av1 }]')
    .replace('{ h264: x264-ultrafast }', fast));
  if (missing.length > 0) return;
  for (const seconds of [5, 8]) {
    const picture = `testsrc2=size=320x180:rate=24:duration=${seconds}`;
    await runFfmpeg(supervisor, ['-f', 'lavfi', '-i', picture, clipOf(seconds)]);
  }
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

test('VP9 and AV1 go the same way to fragmented MP4, as long as the source, frame by frame', async (ctx) => {
  requireProgramOr(ctx);
  const codecs = [['h264', /^avc1\.[0-9A-F]{6}$/], ['vp9', /^vp09\.00\.\d\d\.08$/],
    ['av1', /^av01\.0\.\d\dM\.08$/]] as const;
  let master = '';
  const { document, tried } = await transcode(ctx, 'codecs', {}, async (store, bucket) => {
    const home = join(folder, 'played');
    const fetchText = async (key: string) => {
      const body = await store.get(bucket, `transcoded/v/${key}`);
      mkdirSync(dirname(join(home, key)), { recursive: true });
      writeFileSync(join(home, key), body);
      return body.toString('utf8');
    };
    master = await fetchText('master.m3u8');
    for (const { uri } of parseMasterPlaylist(master)) {
      const text = await fetchText(uri);
      const { segments } = parseMediaPlaylist(text);
      const isFragmented = !uri.startsWith('h264');
      expect(text.includes('#EXT-X-MAP:URI="init.mp4"')).toBe(isFragmented);
      if (isFragmented) await fetchText(join(dirname(uri), 'init.mp4'));
      for (const segment of segments) await fetchText(join(dirname(uri), segment.uri));
      // 5 s in chunks of 2 s: the last has what is left.
      expect(segments.map(({ durationUs }) => Math.round(durationUs / 1e5) / 10)).toEqual([2, 2, 1]);
      const decoded = await runFfmpeg(supervisor, ['-i', join(home, uri), '-f', 'null', '-']);
      expect([uri, decoded.frame]).toEqual([uri, 5 * 24]);
    }
    // What was only needed on the way is gone.
    await expect(store.get(bucket, 'pieces/v/vp9/180p/chunk_000.mp4')).rejects.toThrow();
  }, ['small-codecs.yaml', 5]);
  expect(tried.map(({ codec }) => codec).sort()).toEqual(['av1', 'h264', 'vp9'].flatMap((codec) =>
    [codec, codec, codec]));
  const lines = master.split('\n');
  for (const [codec, name] of codecs) {
    const at = lines.indexOf(`${codec}/180p/playlist.m3u8`);
    expect(/CODECS="([^"]+)"/.exec(lines[at - 1]!)?.[1], codec).toMatch(name);
    expect(lines[at - 1]).toContain('RESOLUTION=320x180');
  }
  expect(lines[1]).toBe('#EXT-X-VERSION:7');
  expect(total(document, 'transcoding_output_seconds_total')).toBeCloseTo(15, 1);
  expect(total(document, 'transcoding_videos_total', 'ready')).toBe(1);
}, 120_000);

test('with one decode for all rungs a try makes every rendition of its chunk', async (ctx) => {
  const { document, tried } = await transcode(ctx, 'shared', {}, undefined, ['small-shared.yaml', 5]);
  expect(tried.map(({ rung, chunk }) => [rung, chunk])).toHaveLength(3);
  expect(tried.every(({ rung, outcome }) => rung === '90p to 180p' && outcome === 'encoded')).toBe(true);
  expect(total(document, 'transcoding_output_seconds_total')).toBeCloseTo(10, 1);
  expect(document.slis['transcoding_engine_utilisation']!.value).toBeGreaterThan(0);
}, 60_000);

async function transcode(
  ctx: TestContext, name: string, chunks?: Partial<ChunkOptions>, look?: TranscodeRunOptions['look'],
  [scenario, seconds]: readonly [string, number] = ['small-clip.yaml', 8],
) {
  if (missing.length > 0) missingRequirement(ctx, `${missing.join(', ')} not installed (weir real setup)`);
  const plan = readPlan(join(folder, scenario));
  if (!isTranscoding(plan)) throw new Error('the scenario transcodes');
  const outDir = join(folder, name);
  mkdirSync(outDir);
  const record = await runTranscode(plan satisfies TranscodingPlan, {
    provenance: PROVENANCE, clip: clipOf(seconds), outDir, ...(chunks === undefined ? {} : { chunks }),
    ...(look === undefined ? {} : { look }),
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
