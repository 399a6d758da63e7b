import { createInterface } from 'node:readline';
import { z } from 'zod';
import { secondsToUs, type Us } from '../models/core/units.ts';
import { describeExit, type ChildExit, type Supervisor } from './children.ts';
import { requireProgram } from './setup.ts';

/** How far an encode has come. */
export interface FfmpegProgress {
  readonly frame: number;
  readonly fps: number;
  /** Media written. */
  readonly outTimeUs: Us;
  /** Media time a wall-clock time; 0 while unknown. */
  readonly speed: number;
  readonly done: boolean;
}

/** What an ffmpeg run may be given besides its arguments. */
export interface FfmpegOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (progress: FfmpegProgress) => void;
  /** Wall-clock limit. [ms] Default ten minutes. */
  readonly limitMs?: number;
}

/** An ffmpeg or ffprobe run that failed, with the last lines it said. */
export class FfmpegError extends Error {
  readonly lastLines: readonly string[];
  readonly kind: 'failed' | 'cancelled' | 'timeout';

  constructor(
    program: string,
    kind: 'failed' | 'cancelled' | 'timeout',
    how: string,
    lastLines: readonly string[],
  ) {
    const said = lastLines.length === 0 ? '' : `; it said last:\n${lastLines.slice(-12).join('\n')}`;
    super(`${program} ${how}${said}`);
    this.name = 'FfmpegError';
    this.lastLines = lastLines;
    this.kind = kind;
  }
}

/**
 * Runs ffmpeg with the given arguments until it ends; throws FfmpegError when it fails, is cancelled or takes
 * too long.
 */
export async function runFfmpeg(
  supervisor: Supervisor,
  args: readonly string[],
  options: FfmpegOptions = {},
): Promise<FfmpegProgress> {
  let last: FfmpegProgress = { frame: 0, fps: 0, outTimeUs: 0, speed: 0, done: false };
  const parser = new ProgressParser((progress) => {
    last = progress;
    options.onProgress?.(progress);
  });
  const common = ['-hide_banner', '-nostdin', '-nostats', '-loglevel', 'warning', '-progress', 'pipe:1'];
  await runTool(supervisor, 'ffmpeg', [...common, ...args], (line) => parser.line(line), options);
  return last;
}

/** Puts the `key=value` lines of `-progress` together. `out_time_ms` is avoided: it holds microseconds. */
export class ProgressParser {
  readonly #report: (progress: FfmpegProgress) => void;
  #fields: Record<string, string> = {};

  constructor(report: (progress: FfmpegProgress) => void) {
    this.#report = report;
  }

  /** Takes one line; a line `progress=` completes a report. */
  line(line: string): void {
    const at = line.indexOf('=');
    if (at < 0) return;
    const key = line.slice(0, at).trim();
    this.#fields[key] = line.slice(at + 1).trim();
    if (key !== 'progress') return;
    const fields = this.#fields;
    this.#fields = {};
    this.#report({
      frame: numberOf(fields['frame']),
      fps: numberOf(fields['fps']),
      outTimeUs: Math.max(0, Math.round(numberOf(fields['out_time_us']))),
      speed: numberOf(fields['speed']?.replace(/x$/, '')),
      done: fields['progress'] === 'end',
    });
  }
}

/** What ffprobe says of a media file. */
export interface MediaProbe {
  readonly durationUs: Us;
  readonly video: {
    readonly codec: string;
    readonly width: number;
    readonly height: number;
    /** Mean frames a second. */
    readonly frameRate: number;
  };
  /** undefined when the file has no sound. */
  readonly audio: { readonly codec: string; readonly channels: number } | undefined;
}

/** Asks ffprobe about a media file; throws FfmpegError when it cannot be read or holds no video. */
export async function probeMedia(
  supervisor: Supervisor,
  path: string,
  signal?: AbortSignal,
): Promise<MediaProbe> {
  const lines: string[] = [];
  const args = ['-v', 'error', '-print_format', 'json', '-show_format', '-show_streams', path];
  await runTool(supervisor, 'ffprobe', args, (line) => lines.push(line), { signal, limitMs: 30_000 });
  const said = probeDocument.safeParse(parseJson(lines.join('\n')));
  const video = said.data?.streams.find((stream) => stream.codec_type === 'video');
  if (!said.success || video?.width === undefined || video.height === undefined) {
    throw new FfmpegError('ffprobe', 'failed', `found no video in ${path}`, []);
  }
  const audio = said.data.streams.find((stream) => stream.codec_type === 'audio');
  const [frames = 0, seconds = 1] = (video.avg_frame_rate ?? '').split('/').map(Number);
  return {
    durationUs: secondsToUs(said.data.format.duration),
    video: {
      codec: video.codec_name ?? '',
      width: video.width,
      height: video.height,
      frameRate: seconds > 0 ? frames / seconds : 0,
    },
    audio: audio === undefined ? undefined : { codec: audio.codec_name ?? '', channels: audio.channels ?? 0 },
  };
}

async function runTool(
  supervisor: Supervisor,
  program: 'ffmpeg' | 'ffprobe',
  args: readonly string[],
  onLine: (line: string) => void,
  options: FfmpegOptions,
): Promise<void> {
  options.signal?.throwIfAborted();
  const limitMs = options.limitMs ?? 10 * 60_000;
  const limit = AbortSignal.timeout(limitMs);
  const either = options.signal === undefined ? limit : AbortSignal.any([options.signal, limit]);
  const child = supervisor.spawn({ name: program, command: requireProgram(program), args, graceMs: 2_000 });
  const stop = () => void child.stop();
  either.addEventListener('abort', stop);
  createInterface({ input: child.process.stdout! }).on('line', onLine);
  let exit: ChildExit;
  try {
    exit = await child.closed;
  } finally {
    either.removeEventListener('abort', stop);
  }
  if (options.signal?.aborted === true) throw new FfmpegError(program, 'cancelled', 'was cancelled', []);
  if (limit.aborted)
    throw new FfmpegError(program, 'timeout', `took over ${limitMs / 1000} s`, child.lastErrors());
  if (exit.code !== 0) throw new FfmpegError(program, 'failed', describeExit(exit), child.lastErrors());
}

const probeStream = z.object({
  codec_type: z.string().optional(),
  codec_name: z.string().optional(),
  width: z.number().int().positive().optional(),
  height: z.number().int().positive().optional(),
  avg_frame_rate: z.string().optional(),
  channels: z.number().optional(),
});
const probeDocument = z.object({
  streams: z.array(probeStream),
  format: z.object({ duration: z.coerce.number().positive() }),
});

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function numberOf(text: string | undefined): number {
  const value = Number.parseFloat(text ?? '');
  return Number.isFinite(value) ? value : 0;
}
