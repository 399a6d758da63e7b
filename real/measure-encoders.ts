import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import { US_PER_S, usToSeconds } from '../models/core/units.ts';
import type { CpuEncoder } from '../models/transcode/encoder-speeds.ts';
import type { Supervisor } from './children.ts';
import { cpuTime, encodeChunk } from './encode-chunk.ts';
import { chunkEnding } from './encoder-arguments.ts';
import { probeCpuEncoder } from './encoders.ts';
import { probeMedia, runFfmpeg } from './ffmpeg.ts';
import { requireProgram } from './setup.ts';

/** A source that was decoded and scaled, without an encode. */
export interface DecodeMeasurement {
  /** Kind of picture: a smooth one, a detailed one; or the name of a clip. */
  readonly source: string;
  readonly isClip: boolean;
  readonly height: number;
  readonly seconds: number;
  readonly framesPerS: number;
  readonly cpuSeconds: number;
}

/** One encode as it was measured. */
export interface EncodeMeasurement extends DecodeMeasurement {
  readonly encoder: CpuEncoder;
  readonly repeat: number;
  readonly wallSeconds: number;
  /** Encodes that ran beside it, itself included. */
  readonly beside: number;
}

/** What was measured. */
export interface Measured {
  readonly encodes: readonly EncodeMeasurement[];
  readonly decodes: readonly DecodeMeasurement[];
}

/** What to measure. */
export interface MeasureOptions {
  readonly encoders: readonly CpuEncoder[];
  /** A clip whose content is to be held against that of test pictures. */
  readonly clip: string | undefined;
  /** Few short encodes instead of many: about a minute instead of ten. */
  readonly isQuick: boolean;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
}

/**
 * Encodes clips of several sizes and lengths with each encoder, alone and side by side, and decodes some;
 * absent encoders are left out.
 */
export async function measureEncoders(supervisor: Supervisor, options: MeasureOptions): Promise<Measured> {
  const bench = new EncoderBench(supervisor, options);
  await bench.makePictures();
  for (const encoder of options.encoders) {
    const problem = await probeCpuEncoder(supervisor, encoder, options.signal);
    if (problem === undefined) await bench.encodePictures(encoder);
    else options.log(`${encoder}: left out: ${problem}`);
  }
  await bench.encodeBeside();
  if (options.clip !== undefined) await bench.encodeClip(options.clip);
  await bench.decode();
  return bench;
}

/** Pictures without compression, as files, and what encoding them took. */
class EncoderBench implements Measured {
  readonly encodes: EncodeMeasurement[] = [];
  readonly decodes: DecodeMeasurement[] = [];
  readonly #supervisor: Supervisor;
  readonly #options: MeasureOptions;
  readonly #folder: string;
  readonly #heights: readonly number[];
  readonly #lengths: readonly number[];
  readonly #repeats: number;

  constructor(supervisor: Supervisor, options: MeasureOptions) {
    this.#supervisor = supervisor;
    this.#options = options;
    this.#folder = supervisor.temporaryDirectory('calibrate');
    this.#heights = options.isQuick ? [240, 540] : [240, 360, 720];
    this.#lengths = options.isQuick ? [1, 3] : [1, 4, 10];
    this.#repeats = options.isQuick ? 2 : 5;
  }

  async makePictures(): Promise<void> {
    for (const source of PICTURES) {
      for (const height of this.#heights) {
        const picture = `${source}=size=${widthOf(height)}x${height}:rate=${FRAMES}`;
        const length = String(this.#lengths.at(-1)! + 0.5);
        await this.#ffmpeg(['-f', 'lavfi', '-i', picture, '-t', length, '-pix_fmt', 'yuv420p',
          this.#picture(source, height)]);
      }
    }
  }

  async encodePictures(encoder: CpuEncoder): Promise<void> {
    const [heights, lengths] = [this.#heights, this.#lengths];
    const each = PICTURES.length * heights.length * lengths.length;
    this.#options.log(`${encoder}: ${each * this.#repeats} encodes`);
    for (let repeat = 0; repeat < this.#repeats; repeat++) {
      for (const source of PICTURES) {
        for (const height of heights) {
          for (const seconds of lengths) await this.#encode(encoder, { source, height, seconds, repeat });
        }
      }
    }
  }

  /** As many encodes side by side as there are cores, and twice as many; alone in between. */
  async encodeBeside(): Promise<void> {
    const encoder = this.encodes[0]?.encoder;
    if (encoder === undefined) return;
    const cores = availableParallelism();
    const what = { source: PICTURES[0]!, height: this.#heights.at(-1)!, seconds: this.#lengths.at(-1)! };
    const counts = cores === 1 ? [1, 2] : [1, cores, 2 * cores];
    this.#options.log(`${encoder}: ${counts.join(', ')} side by side`);
    for (let round = 0; round < ROUNDS; round++) {
      for (const beside of counts) {
        await Promise.all(Array.from({ length: beside }, (_, i) =>
          this.#encode(encoder, { ...what, repeat: 100 * (round + 1) + i, beside })));
      }
    }
  }

  /** Pieces of a clip, at sizes that test pictures had, with every encoder. */
  async encodeClip(clip: string): Promise<void> {
    const { durationUs, video: { height: lines, frameRate } } =
      await probeMedia(this.#supervisor, clip, this.#options.signal);
    const heights = this.#heights.filter((height) => height <= lines);
    const seconds = Math.min(3, usToSeconds(durationUs));
    const encoders = [...new Set(this.encodes.map((one) => one.encoder))];
    this.#options.log(`${basename(clip)}: ${PIECES * heights.length * encoders.length} encodes`);
    for (let piece = 0; piece < PIECES; piece++) {
      const at = ((usToSeconds(durationUs) - seconds) * (piece + 0.5)) / PIECES;
      for (const height of heights) {
        const file = this.#picture('clip', height);
        await this.#ffmpeg(['-ss', String(at), '-i', clip, '-t', String(seconds), '-map', '0:v:0', '-an',
          '-vf', `scale=${widthOf(height)}:${height}`, '-pix_fmt', 'yuv420p', file]);
        for (const encoder of encoders) {
          const what = { source: 'clip', height, seconds, repeat: piece, framesPerS: frameRate };
          await this.#encode(encoder, what);
        }
      }
    }
    // From its start, where no key frame has to be found first.
    const whole = usToSeconds(durationUs);
    const what = { source: 'clip', isClip: true, height: lines, framesPerS: frameRate };
    await this.#decodeSome(clip, what, [whole / 10, whole / 3, Math.min(whole, 60)]);
  }

  /** H.264 of each picture and size, decoded and scaled down as for the lowest rung. */
  async decode(): Promise<void> {
    const seconds = this.#lengths.at(-1)!;
    this.#options.log(`decoding: ${PICTURES.length * this.#heights.length * this.#repeats * 2} pieces`);
    for (const source of PICTURES) {
      for (const height of this.#heights) {
        const file = join(this.#folder, `${source}-${height}.mp4`);
        await this.#ffmpeg(['-i', this.#picture(source, height), '-c:v', 'libx264', '-preset', 'veryfast',
          '-b:v', String(RATES[height]! * 2), '-pix_fmt', 'yuv420p', file]);
        const what = { source, isClip: false, height, framesPerS: FRAMES };
        await this.#decodeSome(file, what, [seconds / 3, seconds]);
      }
    }
  }

  async #decodeSome(
    file: string, what: Omit<DecodeMeasurement, 'seconds' | 'cpuSeconds'>, lengths: readonly number[],
  ): Promise<void> {
    for (let repeat = 0; repeat < this.#repeats; repeat++) {
      for (const seconds of lengths) {
        this.decodes.push({ ...what, seconds, cpuSeconds: await this.#decodeOne(file, seconds) });
      }
    }
  }

  async #encode(
    encoder: CpuEncoder,
    what: Pick<EncodeMeasurement, 'source' | 'height' | 'seconds' | 'repeat'>
      & Partial<Pick<EncodeMeasurement, 'beside' | 'framesPerS'>>,
  ): Promise<void> {
    const { source, height, seconds, repeat, beside = 1, framesPerS = FRAMES } = what;
    const startedMs = performance.now();
    const output = join(this.#folder, `out-${encoder}-${repeat}.${chunkEnding(encoder)}`);
    const work = {
      source: this.#picture(source, height), startUs: 0, lengthUs: Math.round(seconds * US_PER_S), encoder,
      outputs: [{ file: output, height, bitrate: RATES[height]! }],
    };
    const outcome = await encodeChunk(this.#supervisor, work, { signal: this.#options.signal });
    if (outcome.kind === 'failed') throw new Error(`${encoder} failed: ${outcome.detail}`);
    this.encodes.push({
      encoder, source, isClip: source === 'clip', height, seconds, framesPerS, repeat, beside,
      cpuSeconds: usToSeconds(outcome.cpuUs), wallSeconds: (performance.now() - startedMs) / 1000,
    });
  }

  async #decodeOne(file: string, seconds: number): Promise<number> {
    const args = ['-hide_banner', '-nostdin', '-nostats', '-benchmark', '-loglevel', 'info', '-threads', '1',
      '-i', file, '-t', String(seconds), '-vf', `scale=-2:${this.#heights[0]!}`, '-f', 'null', '-'];
    const command = requireProgram('ffmpeg');
    const child = this.#supervisor.spawn({ name: 'decoder', command, args, graceMs: 2_000 });
    await child.closed;
    this.#options.signal.throwIfAborted();
    return usToSeconds(cpuTime(child.lastErrors()));
  }

  async #ffmpeg(args: readonly string[]): Promise<void> {
    await runFfmpeg(this.#supervisor, ['-y', ...args], { signal: this.#options.signal });
  }

  #picture(source: string, height: number): string {
    return join(this.#folder, `${source}-${height}.y4m`);
  }
}

function widthOf(height: number): number {
  return 2 * Math.round((height * 16) / 18);
}

const FRAMES = 24;
const RATES: Readonly<Record<number, number>> = {
  240: 400_000, 360: 800_000, 540: 1_800_000, 720: 2_800_000,
};
/** Pictures that ffmpeg makes by itself: flat areas, and detail everywhere. */
const PICTURES = ['testsrc2', 'mandelbrot'] as const;
/** Rounds of encodes side by side, and pieces of a clip. */
const ROUNDS = 3;
const PIECES = 5;
