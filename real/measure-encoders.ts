import { join } from 'node:path';
import { usToSeconds } from '../models/core/units.ts';
import type { CpuEncoder } from '../models/transcode/encoder-speeds.ts';
import type { Supervisor } from './children.ts';
import { chunkEnding, encodeChunk } from './encode-chunk.ts';
import { probeCpuEncoder } from './encoders.ts';
import { runFfmpeg } from './ffmpeg.ts';

/** One encode as it was measured. */
export interface EncodeMeasurement {
  readonly encoder: CpuEncoder;
  /** Kind of picture: a smooth one, a detailed one. */
  readonly source: string;
  readonly height: number;
  readonly seconds: number;
  readonly framesPerS: number;
  readonly repeat: number;
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
  /** Encodes that ran beside it, itself included. */
  readonly beside: number;
}

/** What to measure. */
export interface MeasureOptions {
  readonly encoders: readonly CpuEncoder[];
  /** Few short encodes instead of many: about a minute instead of ten. */
  readonly isQuick: boolean;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
}

const FRAMES = 24;
const RATES: Readonly<Record<number, number>> = {
  240: 400_000, 360: 800_000, 540: 1_800_000, 720: 2_800_000,
};
/** Pictures that ffmpeg makes by itself: flat areas, and detail everywhere. */
const SOURCES = ['testsrc2', 'mandelbrot'] as const;

/**
 * Encodes clips of several sizes and lengths with each encoder, alone and side by side; absent ones are
 * left out.
 */
export async function measureEncoders(
  supervisor: Supervisor, options: MeasureOptions,
): Promise<EncodeMeasurement[]> {
  const { isQuick, signal, log } = options;
  const folder = supervisor.temporaryDirectory('calibrate');
  const heights = isQuick ? [240, 540] : [240, 360, 720];
  const lengths = isQuick ? [1, 3] : [1, 4, 10];
  const repeats = isQuick ? 2 : 5;
  const longest = lengths.at(-1)!;
  const clips = new Map<string, string>();
  for (const source of SOURCES) {
    for (const height of heights) {
      const clip = join(folder, `${source}-${height}.y4m`);
      const size = `${2 * Math.round((height * 16) / 18)}x${height}`;
      const picture = `${source}=size=${size}:rate=${FRAMES}`;
      const length = String(longest + 0.5);
      const make = ['-y', '-f', 'lavfi', '-i', picture, '-t', length, '-pix_fmt', 'yuv420p', clip];
      await runFfmpeg(supervisor, make, { signal });
      clips.set(`${source}-${height}`, clip);
    }
  }
  const measured: EncodeMeasurement[] = [];
  const encode = async (
    encoder: CpuEncoder, source: string, height: number, seconds: number, repeat: number, beside: number,
  ) => {
    const startedMs = performance.now();
    const output = join(folder, `out-${encoder}-${measured.length}-${repeat}.${chunkEnding(encoder)}`);
    const work = {
      source: clips.get(`${source}-${height}`)!, output, startUs: 0, lengthUs: seconds * 1e6, height,
      bitrate: RATES[height]!, encoder,
    };
    const outcome = await encodeChunk(supervisor, work, { signal });
    if (outcome.kind === 'failed') throw new Error(`${encoder} failed: ${outcome.detail}`);
    measured.push({
      encoder, source, height, seconds, framesPerS: FRAMES, repeat, beside,
      cpuSeconds: usToSeconds(outcome.cpuUs), wallSeconds: (performance.now() - startedMs) / 1000,
    });
  };
  for (const encoder of options.encoders) {
    const problem = await probeCpuEncoder(supervisor, encoder, signal);
    if (problem !== undefined) {
      log(`${encoder}: left out: ${problem}`);
      continue;
    }
    log(`${encoder}: ${SOURCES.length * heights.length * lengths.length * repeats} encodes`);
    for (let repeat = 0; repeat < repeats; repeat++) {
      for (const source of SOURCES) {
        for (const height of heights) {
          for (const seconds of lengths) await encode(encoder, source, height, seconds, repeat, 1);
        }
      }
    }
  }
  const first = measured[0]?.encoder;
  for (const beside of first === undefined ? [] : [1, 2, 4]) {
    log(`${first}: ${beside} side by side`);
    const height = heights.at(-1)!;
    await Promise.all(Array.from({ length: beside }, (_, i) =>
      encode(first!, 'testsrc2', height, longest, 100 + i, beside)));
  }
  return measured;
}
