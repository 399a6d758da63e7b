import { statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { US_PER_S, usToSeconds, type BitsPerS, type Bytes, type Us } from '../models/core/units.ts';
import type { CpuEncoder } from '../models/transcode/encoder-speeds.ts';
import type { SupervisedChild, Supervisor } from './children.ts';
import { FfmpegError, probeMedia } from './ffmpeg.ts';
import { requireProgram } from './setup.ts';

/** A piece of a video to encode. */
export interface ChunkWork {
  readonly source: string;
  readonly output: string;
  readonly startUs: Us;
  readonly lengthUs: Us;
  readonly height: number;
  readonly bitrate: BitsPerS;
  readonly encoder: CpuEncoder;
}

/** What came of a try. */
export type ChunkOutcome =
  | { readonly kind: 'encoded'; readonly bytes: Bytes; readonly cpuUs: Us }
  | {
    readonly kind: 'failed'; readonly reason: 'encoder' | 'truncated'; readonly detail: string;
    readonly cpuUs: Us;
  };

/** A command to run. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
}

/** How a try is watched and given up. */
export interface ChunkWatch {
  readonly signal: AbortSignal;
  /** The encoder has been heard of. */
  readonly onProgress?: () => void;
}

/** How children are started and watched; tests use it to break them. */
export interface ChunkOptions extends ChunkWatch {
  /** The command that is run for some arguments of ffmpeg. */
  readonly launch?: (args: readonly string[]) => Launch;
  readonly onChild?: (child: SupervisedChild) => void;
}

/**
 * Encodes a chunk on one thread and looks at what came out: an output shorter than its piece of the source is
 * no output. Rejects only when it is cancelled or ffmpeg is not there.
 */
export async function encodeChunk(
  supervisor: Supervisor, work: ChunkWork, options: ChunkOptions,
): Promise<ChunkOutcome> {
  const args = chunkArguments(work);
  const { command, args: full } = options.launch?.(args) ?? { command: requireProgram('ffmpeg'), args };
  options.signal.throwIfAborted();
  const child = supervisor.spawn({ name: 'encoder', command, args: full, graceMs: 2_000 });
  const stop = () => void child.stop();
  options.signal.addEventListener('abort', stop);
  createInterface({ input: child.process.stdout! }).on('line', () => options.onProgress?.());
  options.onChild?.(child);
  const exit = await child.closed;
  options.signal.removeEventListener('abort', stop);
  options.signal.throwIfAborted();
  const lines = child.lastErrors();
  const cpuUs = cpuTime(lines);
  if (exit.code !== 0) {
    const said = lines.filter((line) => !line.startsWith('bench:')).at(-1) ?? `ended by ${exit.signal}`;
    return { kind: 'failed', reason: 'encoder', detail: said, cpuUs };
  }
  const got = await lengthOf(supervisor, work.output, options.signal);
  // Half a frame at 24 a second is the least that a whole output can be off by rounding.
  if (got < work.lengthUs - SLACK_US) {
    const detail = `${usToSeconds(got).toFixed(2)} s of ${usToSeconds(work.lengthUs).toFixed(2)} s`;
    return { kind: 'failed', reason: 'truncated', detail, cpuUs };
  }
  return { kind: 'encoded', bytes: statSync(work.output).size, cpuUs };
}

/** File ending of chunks of an encoder: H.264 goes into transport streams, the others into MP4. */
export function chunkEnding(encoder: CpuEncoder): 'ts' | 'mp4' {
  return encoder.startsWith('x264') ? 'ts' : 'mp4';
}

/** Settings of ffmpeg for an encoder at a capped rate, on one thread. */
export function encoderArguments(encoder: CpuEncoder, bitrate: BitsPerS): string[] {
  const rate = ['-b:v', String(Math.round(bitrate)), '-pix_fmt', 'yuv420p'];
  const capped = [...rate, '-maxrate', String(Math.round(bitrate * 1.1)), '-bufsize', String(bitrate * 2)];
  switch (encoder) {
    case 'x264-ultrafast':
    case 'x264-veryfast':
    case 'x264-medium':
      return ['-c:v', 'libx264', '-preset', encoder.slice('x264-'.length), '-threads', '1', ...capped];
    case 'vp9-good4':
      return ['-c:v', 'libvpx-vp9', '-deadline', 'good', '-cpu-used', '4', '-threads', '1', ...capped];
    case 'vp9-realtime8':
      return ['-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8', '-threads', '1', ...capped];
    case 'svt-av1-p8':
    case 'svt-av1-p12':
      // This encoder takes no cap beside a mean rate.
      return ['-c:v', 'libsvtav1', '-preset', encoder.slice('svt-av1-p'.length), '-svtav1-params', 'lp=1',
        ...rate];
    default:
      encoder satisfies never;
      return [];
  }
}

function chunkArguments(work: ChunkWork): string[] {
  const start = usToSeconds(work.startUs);
  const input = ['-ss', start.toFixed(6), '-i', work.source, '-t', usToSeconds(work.lengthUs).toFixed(6)];
  const common = ['-hide_banner', '-nostdin', '-nostats', '-benchmark', '-loglevel', 'info',
    '-progress', 'pipe:1', '-y'];
  const picture = ['-map', '0:v:0', '-an', '-vf', `scale=-2:${work.height}`];
  const encoder = encoderArguments(work.encoder, work.bitrate);
  const isTs = chunkEnding(work.encoder) === 'ts';
  const place = isTs ? ['-muxdelay', '0', '-output_ts_offset', start.toFixed(6), '-f', 'mpegts']
    : ['-f', 'mp4'];
  return [...common, '-threads', '1', ...input, ...picture, ...encoder, ...place, work.output];
}

/** User and system time by ffmpeg's own account (`-benchmark`); 0 when it could not give one. [us] */
export function cpuTime(lines: readonly string[]): Us {
  const bench = lines.map((line) => /bench: utime=([\d.]+)s stime=([\d.]+)s/.exec(line)).find(Boolean);
  return bench === undefined || bench === null ? 0
    : Math.round((Number(bench[1]) + Number(bench[2])) * US_PER_S);
}

async function lengthOf(supervisor: Supervisor, file: string, signal: AbortSignal): Promise<Us> {
  try {
    return (await probeMedia(supervisor, file, signal)).durationUs;
  } catch (error) {
    if (error instanceof FfmpegError && error.kind !== 'cancelled') return 0;
    throw error;
  }
}

const SLACK_US = US_PER_S / 20;
