import { statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { US_PER_S, usToSeconds, type BitsPerS, type Bytes, type Us } from '../models/core/units.ts';
import type { SupervisedChild, Supervisor } from './children.ts';
import { chunkEnding, encoderArguments, type ChunkEncoder } from './encoder-arguments.ts';
import { FfmpegError, probeMedia } from './ffmpeg.ts';
import { requireProgram } from './setup.ts';

/** A rendition of a piece of a video. */
export interface ChunkOutput {
  readonly file: string;
  readonly height: number;
  readonly bitrate: BitsPerS;
}

/** A piece of a video to encode, to one rendition or from one decode to several. */
export interface ChunkWork {
  readonly source: string;
  readonly startUs: Us;
  readonly lengthUs: Us;
  readonly outputs: readonly ChunkOutput[];
  readonly encoder: ChunkEncoder;
  /** Number of the GPU for an encoder on one; undefined: the driver chooses. */
  readonly gpu?: number | undefined;
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
  let bytes = 0;
  for (const { file } of work.outputs) {
    const got = await lengthOf(supervisor, file, options.signal);
    // Half a frame at 24 a second is the least that a whole output can be off by rounding.
    if (got < work.lengthUs - SLACK_US) {
      const detail = `${usToSeconds(got).toFixed(2)} s of ${usToSeconds(work.lengthUs).toFixed(2)} s`;
      return { kind: 'failed', reason: 'truncated', detail, cpuUs };
    }
    bytes += statSync(file).size;
  }
  return { kind: 'encoded', bytes, cpuUs };
}

/** Arguments of ffmpeg for a piece of a video: one decode, scaled for each of its renditions. */
export function chunkArguments(work: ChunkWork): string[] {
  const start = usToSeconds(work.startUs);
  const length = usToSeconds(work.lengthUs).toFixed(6);
  const input = ['-ss', start.toFixed(6), '-t', length, '-i', work.source];
  const common = ['-hide_banner', '-nostdin', '-nostats', '-benchmark', '-loglevel', 'info',
    '-progress', 'pipe:1', '-y'];
  const isTs = chunkEnding(work.encoder) === 'ts';
  const place = isTs ? ['-muxdelay', '0', '-output_ts_offset', start.toFixed(6), '-f', 'mpegts']
    : ['-f', 'mp4'];
  const labels = work.outputs.map((_, i) => `[s${i}]`).join('');
  const scales = work.outputs.map(({ height }, i) => `[s${i}]scale=-2:${height}[v${i}]`);
  const graph = [`[0:v:0]split=${work.outputs.length}${labels}`, ...scales].join(';');
  const outputs = work.outputs.flatMap(({ file, height, bitrate }, i) => {
    const picture = work.outputs.length === 1 ? ['-map', '0:v:0', '-vf', `scale=-2:${height}`]
      : ['-map', `[v${i}]`];
    return [...picture, '-an', ...encoderArguments(work.encoder, bitrate, work.gpu), ...place, file];
  });
  const split = work.outputs.length === 1 ? [] : ['-filter_complex', graph];
  return [...common, '-threads', '1', ...input, ...split, ...outputs];
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
