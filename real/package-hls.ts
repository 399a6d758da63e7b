import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { US_PER_S, usToSeconds, type BitsPerS, type Bytes, type Us } from '../models/core/units.ts';
import type { Supervisor } from './children.ts';
import type { EncoderName } from './encoders.ts';
import { FfmpegError, probeMedia, runFfmpeg, type MediaProbe, type FfmpegOptions } from './ffmpeg.ts';
import { parseMediaPlaylist } from './hls.ts';

/** One rendition of a ladder. */
export interface Rung {
  /** Folder and label of the rendition: `720p`; letters, digits, `-` and `_`. */
  readonly name: string;
  /** Nominal rate of picture, sound and container together. */
  readonly bitrate: BitsPerS;
  /** Lines of the picture. */
  readonly height: number;
}

/** A file of a packaged video, as it goes into an object store. */
export interface PackagedFile {
  /** Path in the package: `720p/segment_003.ts`. */
  readonly path: string;
  readonly contentType: string;
}

/** A clip as HLS: what a player has to know of it, and its files. */
export interface PackagedVideo {
  readonly directory: string;
  readonly files: readonly PackagedFile[];
  readonly segmentUs: Us;
  readonly segments: number;
  /** The rungs that were made, ascending by bitrate. */
  readonly rungs: readonly Rung[];
  /** Measured size of each segment at each rung. */
  readonly sizes: ReadonlyArray<readonly Bytes[]>;
  readonly encoder: EncoderName;
  readonly warnings: readonly string[];
}

/** What to package, and how. */
export interface PackageOptions extends Omit<FfmpegOptions, 'limitMs'> {
  readonly clip: string;
  /** Where the package goes; made when it is not there. */
  readonly directory: string;
  readonly segmentUs: Us;
  readonly ladder: readonly Rung[];
  readonly encoder: EncoderName;
}

/**
 * Packages a clip as HLS in one decode: every rung gets a closed GOP and a segment boundary each `segmentUs`.
 * A rung taller than the clip is left out, and what the clip has beyond whole segments is cut off; both are
 * warnings. Throws FfmpegError when the clip is no video, is shorter than a segment, or cannot be encoded.
 */
export async function packageHls(supervisor: Supervisor, options: PackageOptions): Promise<PackagedVideo> {
  const probe = await probeMedia(supervisor, options.clip, options.signal);
  const warnings: string[] = [];
  const rungs = usableRungs(options.ladder, probe, warnings);
  const segments = Math.floor(probe.durationUs / options.segmentUs);
  if (rungs.length === 0)
    refuse(`every rung of the ladder is taller than ${options.clip} (${probe.video.height} lines)`);
  if (segments === 0) refuse(`${options.clip} is shorter than one segment`);
  const cutUs = probe.durationUs - segments * options.segmentUs;
  if (cutUs >= US_PER_S / 2)
    warnings.push(`the last ${usToSeconds(cutUs).toFixed(2)} s of the clip are left out`);
  for (const rung of rungs) mkdirSync(join(options.directory, rung.name), { recursive: true });
  await runFfmpeg(supervisor, encodeArguments(options, rungs, probe, segments), options);
  const sizes = measure(options, rungs, segments);
  writeFileSync(join(options.directory, MASTER), masterPlaylist(rungs, sizes, options.segmentUs, probe));
  const { directory, segmentUs, encoder } = options;
  return {
    directory,
    files: listFiles(rungs, segments),
    segmentUs,
    segments,
    rungs,
    sizes,
    encoder,
    warnings,
  };
}

/** Path of the master playlist in a package. */
export const MASTER = 'master.m3u8';

function usableRungs(ladder: readonly Rung[], probe: MediaProbe, warnings: string[]): Rung[] {
  const usable = ladder.filter((rung) => {
    if (!/^[\w-]+$/.test(rung.name))
      refuse(`"${rung.name}" cannot name a rung: letters, digits, - and _ only`);
    const fits = rung.height <= probe.video.height;
    if (!fits) warnings.push(`rung ${rung.name} is left out: the clip has ${probe.video.height} lines`);
    return fits;
  });
  return usable.sort((a, b) => a.bitrate - b.bitrate);
}

function encodeArguments(
  options: PackageOptions,
  rungs: readonly Rung[],
  probe: MediaProbe,
  segments: number,
): string[] {
  const segmentS = usToSeconds(options.segmentUs);
  const labels = rungs.map((_, i) => `[s${i}]`).join('');
  const scales = rungs.map((rung, i) => `[s${i}]scale=-2:${rung.height}[v${i}]`);
  const graph = [`[0:v:0]split=${rungs.length}${labels}`, ...scales].join(';');
  const outputs = rungs.flatMap((rung, i) => [
    '-map',
    `[v${i}]`,
    ...(probe.audio === undefined ? [] : ['-map', '0:a:0']),
    '-t',
    String(segments * segmentS),
    ...videoArguments(options.encoder, rung, probe, segmentS),
    ...(probe.audio === undefined ? [] : ['-c:a', 'aac', '-ac', '2', '-b:a', String(audioRate(rung))]),
    '-f',
    'hls',
    '-hls_time',
    String(segmentS),
    '-hls_playlist_type',
    'vod',
    '-hls_flags',
    'independent_segments',
    '-hls_segment_filename',
    join(options.directory, rung.name, 'segment_%03d.ts'),
    join(options.directory, rung.name, MEDIA),
  ]);
  return ['-y', '-i', options.clip, '-filter_complex', graph, ...outputs];
}

function videoArguments(encoder: EncoderName, rung: Rung, probe: MediaProbe, segmentS: number): string[] {
  const sound = probe.audio === undefined ? 0 : audioRate(rung);
  const rate = Math.max(LEAST_VIDEO, Math.round(rung.bitrate * (1 - TS_SHARE)) - TS_FIXED - sound);
  // A GOP that would be longer than a segment at any frame rate: only the forced key frames divide it.
  const gop = String(Math.ceil(segmentS * Math.max(probe.video.frameRate, 1)) * 2);
  const common = [
    '-c:v',
    encoder,
    '-pix_fmt',
    'yuv420p',
    '-b:v',
    String(rate),
    '-maxrate',
    String(Math.round(rate * 1.1)),
    '-bufsize',
    String(rate * 2),
    '-g',
    gop,
    '-force_key_frames',
    `expr:gte(t,n_forced*${segmentS})`,
  ];
  if (encoder === 'h264_nvenc')
    return [...common, '-preset', 'p4', '-no-scenecut', '1', '-forced-idr', '1', '-bf', '2'];
  return [...common, '-preset', 'veryfast', '-sc_threshold', '0', '-x264-params', 'open-gop=0'];
}

/** Sound takes a sixth of a low rung and never more than 64 kbit/s. */
function audioRate(rung: Rung): BitsPerS {
  return Math.round(Math.min(64_000, Math.max(24_000, rung.bitrate / 6)));
}

function measure(options: PackageOptions, rungs: readonly Rung[], segments: number): Bytes[][] {
  const columns = rungs.map((rung) => {
    const folder = join(options.directory, rung.name);
    const playlist = parseMediaPlaylist(readFileSync(join(folder, MEDIA), 'utf8'));
    const names = playlist.segments.map((segment) => segment.uri);
    const expected = Array.from({ length: segments }, (_, i) => segmentName(i));
    if (names.join() !== expected.join()) {
      refuse(`rung ${rung.name} came out as ${names.length} segments instead of ${segments}`);
    }
    return names.map((name) => statSync(join(folder, name)).size);
  });
  return Array.from({ length: segments }, (_, segment) => columns.map((column) => column[segment]!));
}

function masterPlaylist(
  rungs: readonly Rung[],
  sizes: ReadonlyArray<readonly Bytes[]>,
  segmentUs: Us,
  probe: MediaProbe,
): string {
  const lines = rungs.flatMap((rung, i) => {
    const rates = sizes.map((row) => (row[i]! * 8 * US_PER_S) / segmentUs);
    const peak = Math.ceil(Math.max(rung.bitrate, ...rates));
    const mean = Math.ceil(rates.reduce((sum, rate) => sum + rate, 0) / rates.length);
    const width = 2 * Math.round((rung.height * probe.video.width) / probe.video.height / 2);
    const size = `RESOLUTION=${width}x${rung.height}`;
    return [`#EXT-X-STREAM-INF:BANDWIDTH=${peak},AVERAGE-BANDWIDTH=${mean},${size}`, `${rung.name}/${MEDIA}`];
  });
  return ['#EXTM3U', '#EXT-X-VERSION:3', '#EXT-X-INDEPENDENT-SEGMENTS', ...lines, ''].join('\n');
}

function listFiles(rungs: readonly Rung[], segments: number): PackagedFile[] {
  const playlist = (path: string) => ({ path, contentType: 'application/vnd.apple.mpegurl' });
  const media = rungs.flatMap((rung) => [
    playlist(`${rung.name}/${MEDIA}`),
    ...Array.from({ length: segments }, (_, i) => ({
      path: `${rung.name}/${segmentName(i)}`,
      contentType: 'video/mp2t',
    })),
  ]);
  return [playlist(MASTER), ...media];
}

function segmentName(index: number): string {
  return `segment_${String(index).padStart(3, '0')}.ts`;
}

function refuse(problem: string): never {
  throw new FfmpegError('packaging', 'failed', `is not possible: ${problem}`, []);
}

const MEDIA = 'playlist.m3u8';
// What MPEG-TS adds, measured on 24 frames/s with sound: packet headers, and half a packet of stuffing a
// frame.
const TS_SHARE = 0.03;
const TS_FIXED: BitsPerS = 30_000;
const LEAST_VIDEO: BitsPerS = 40_000; // x264 keeps to no lower rate at these sizes
