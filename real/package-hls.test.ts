import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, type TestContext } from 'vitest';
import { missingRequirement } from '../tests/requirements.ts';
import { Supervisor } from './children.ts';
import { chooseEncoder, classifyAbsence, probeEncoders } from './encoders.ts';
import { FfmpegError, probeMedia, ProgressParser, runFfmpeg, type FfmpegProgress } from './ffmpeg.ts';
import { parseMasterPlaylist, parseMediaPlaylist } from './hls.ts';
import { MASTER, packageHls } from './package-hls.ts';
import { packageOnce } from './package-store.ts';
import { checkRequirements } from './setup.ts';

const found = checkRequirements()
  .filter((one) => one.name !== 'minio')
  .every((one) => one.found !== undefined);
const supervisor = new Supervisor();
const folder = supervisor.temporaryDirectory('package-test');
const clip = join(folder, 'clip.mp4');
const LADDER = [
  { name: '360p', bitrate: 700_000, height: 360 },
  { name: '180p', bitrate: 250_000, height: 180 },
  { name: '1080p', bitrate: 5_000_000, height: 1080 },
];

beforeAll(async () => {
  if (found) await runFfmpeg(supervisor, [...source(9), '-shortest', clip]);
});
afterAll(() => supervisor.stop());

test('a clip becomes segments of equal length with the sizes the files have', async (ctx) => {
  needFfmpeg(ctx);
  const directory = join(folder, 'package');
  const made = await packageHls(supervisor, {
    clip,
    directory,
    segmentUs: 2_000_000,
    ladder: LADDER,
    encoder: 'libx264',
  });
  expect(made).toMatchObject({ segments: 4, segmentUs: 2_000_000, encoder: 'libx264' });
  expect(made.rungs.map((rung) => rung.name)).toEqual(['180p', '360p']);
  expect(made.warnings).toEqual([
    'rung 1080p is left out: the clip has 360 lines',
    'the last 1.00 s of the clip are left out',
  ]);
  expect(made.files).toHaveLength(1 + 2 * (1 + 4));
  for (const file of made.files) expect(existsSync(join(directory, file.path))).toBe(true);
  const variants = parseMasterPlaylist(readFileSync(join(directory, MASTER), 'utf8'));
  expect(variants.map((variant) => [variant.uri, variant.width, variant.height])).toEqual([
    ['180p/playlist.m3u8', 320, 180],
    ['360p/playlist.m3u8', 640, 360],
  ]);
  for (const [i, variant] of variants.entries()) {
    const playlist = parseMediaPlaylist(readFileSync(join(directory, variant.uri), 'utf8'));
    expect(playlist.ended).toBe(true);
    expect(playlist.segments.map((segment) => segment.durationUs)).toEqual(Array(4).fill(2_000_000));
    const bits = made.sizes.map((row) => row[i]! * 8);
    // x264 keeps to maxrate over its buffer of two seconds, not over each segment.
    expect(bits.reduce((sum, one) => sum + one, 0) / 8).toBeLessThan(made.rungs[i]!.bitrate * 1.25);
    expect(variant.bandwidth).toBeGreaterThanOrEqual(Math.max(...bits) / 2);
  }
});

test('a package is made once, and again when a file of it is gone', async (ctx) => {
  needFfmpeg(ctx);
  const store = join(folder, 'store');
  const wish = { clip, segmentUs: 3_000_000, ladder: [LADDER[1]!], encoder: 'libx264' } as const;
  const first = await packageOnce(supervisor, store, wish);
  const second = await packageOnce(supervisor, store, wish);
  expect([first.reused, second.reused]).toEqual([false, true]);
  expect(second.video).toEqual(first.video);
  for (const file of second.video.files)
    expect(existsSync(join(second.video.directory, file.path))).toBe(true);
  rmSync(join(second.video.directory, '180p', 'segment_001.ts'));
  const third = await packageOnce(supervisor, store, wish);
  expect(third.reused).toBe(false);
  expect(existsSync(join(third.video.directory, '180p', 'segment_001.ts'))).toBe(true);
  const other = await packageOnce(supervisor, store, { ...wish, segmentUs: 2_000_000 });
  expect(other.reused).toBe(false);
  expect(readdirSync(store)).toHaveLength(2);
  renameSync(store, join(folder, 'moved'));
  const moved = await packageOnce(supervisor, join(folder, 'moved'), wish);
  expect(moved.reused).toBe(true);
  expect(existsSync(join(moved.video.directory, 'master.m3u8'))).toBe(true);
});

test('every segment begins with a key frame and plays on its own', async (ctx) => {
  needFfmpeg(ctx);
  for (const i of [0, 1, 2, 3]) {
    const segment = join(folder, 'package', '180p', `segment_00${i}.ts`);
    const probe = await probeMedia(supervisor, segment);
    expect(probe.video).toMatchObject({ codec: 'h264', width: 320, height: 180, frameRate: 24 });
    expect(probe.audio).toMatchObject({ codec: 'aac' });
    // Frames decoded from the segment alone: all 48 of them, none missing for want of a reference.
    const decoded = await runFfmpeg(supervisor, ['-xerror', '-i', segment, '-map', '0:v', '-f', 'null', '-']);
    expect(decoded).toMatchObject({ frame: 48, done: true });
  }
});

test('a clip that is none, too short or too small is refused with the reason', async (ctx) => {
  needFfmpeg(ctx);
  const common = {
    directory: join(folder, 'refused'),
    segmentUs: 2_000_000,
    ladder: LADDER,
    encoder: 'libx264',
  } as const;
  const packaging = (change: object) => packageHls(supervisor, { ...common, clip, ...change });
  await expect(
    packaging({ clip: join(folder, 'package', MASTER.replace('master', 'none')) }),
  ).rejects.toThrow(/No such file/);
  await expect(packaging({ clip: import.meta.filename })).rejects.toThrow(FfmpegError);
  await expect(packaging({ segmentUs: 60_000_000 })).rejects.toThrow('shorter than one segment');
  await expect(packaging({ ladder: [LADDER[2]] })).rejects.toThrow('every rung of the ladder is taller');
  await expect(packaging({ ladder: [{ ...LADDER[0], name: '../up' }] })).rejects.toThrow(
    'cannot name a rung',
  );
});

test('an encode reports its progress and ends when it is cancelled or takes too long', async (ctx) => {
  needFfmpeg(ctx);
  const endless = ['-re', ...source(3_600), '-f', 'null', '-'];
  const controller = new AbortController();
  const reports: FfmpegProgress[] = [];
  const running = runFfmpeg(supervisor, endless, {
    signal: controller.signal,
    onProgress: (progress) => {
      reports.push(progress);
      if (progress.outTimeUs > 0) controller.abort();
    },
  });
  await expect(running).rejects.toMatchObject({ kind: 'cancelled' });
  expect(reports.at(-1)!.frame).toBeGreaterThan(0);
  await expect(runFfmpeg(supervisor, endless, { limitMs: 200 })).rejects.toMatchObject({ kind: 'timeout' });
});

test('an ffmpeg that fails says what it said', async (ctx) => {
  needFfmpeg(ctx);
  const failing = runFfmpeg(supervisor, ['-i', join(folder, 'absent.mp4'), '-f', 'null', '-']);
  await expect(failing).rejects.toThrow(/ended with status \d+; it said last:\n.*No such file/s);
});

test('progress lines become reports, whatever fields they lack', () => {
  const reports: FfmpegProgress[] = [];
  const parser = new ProgressParser((progress) => reports.push(progress));
  for (const line of ['frame=10', 'fps=25.5', 'out_time_us=400000', 'speed=1.5x', 'progress=continue'])
    parser.line(line);
  for (const line of ['noise', 'out_time_us=N/A', 'speed=N/A', 'progress=end']) parser.line(line);
  expect(reports).toEqual([
    { frame: 10, fps: 25.5, outTimeUs: 400_000, speed: 1.5, done: false },
    { frame: 0, fps: 0, outTimeUs: 0, speed: 0, done: true },
  ]);
});

test('encoders are tried by encoding; the one that is chosen works', async (ctx) => {
  needFfmpeg(ctx);
  const probes = await probeEncoders(supervisor);
  expect(probes.map((probe) => probe.name)).toEqual(['h264_nvenc', 'libx264']);
  for (const probe of probes) expect(probe.usable).toBe(probe.absence === undefined);
  expect(probes.find((probe) => probe.name === chooseEncoder(probes))?.usable).toBe(true);
});

test.each([
  ["Unknown encoder 'h264_nvenc'", 'notBuilt'],
  ['[h264_nvenc @ 0x1] Cannot load libcuda.so.1', 'noDriver'],
  [
    '[h264_nvenc @ 0x1] cuInit(0) failed -> CUDA_ERROR_NO_DEVICE: no CUDA-capable device is detected',
    'noDevice',
  ],
  ['[h264_nvenc @ 0x1] No NVENC capable devices found', 'noDevice'],
  [
    '[h264_nvenc @ 0x1] Driver does not support the required nvenc API version. Required: 12.1 Found: 11.0',
    'unsupported',
  ],
  ['[h264_nvenc @ 0x1] 10 bit encode not supported', 'unsupported'],
  ['something else', 'failed'],
] as const)('absence: %s', (line, absence) => {
  expect(classifyAbsence([line])).toBe(absence);
});

function needFfmpeg(ctx: TestContext): void {
  if (!found) missingRequirement(ctx, 'ffmpeg or ffprobe is not installed');
}

function source(seconds: number): string[] {
  return [
    '-f',
    'lavfi',
    '-i',
    `testsrc2=size=640x360:rate=24:duration=${seconds}`,
    '-f',
    'lavfi',
    '-i',
    `sine=frequency=440:duration=${seconds}`,
  ];
}
