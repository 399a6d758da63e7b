import { assert } from '../core/assert.ts';
import type { NvencGeneration } from './gpus.ts';
import type { Codec } from './task.ts';

/** Presets of NVENC, the fastest first. */
export const NVENC_PRESETS = ['p1', 'p2', 'p3', 'p4', 'p5', 'p6', 'p7'] as const;
/** Name of a preset of NVENC. */
export type NvencPreset = (typeof NVENC_PRESETS)[number];

/** Software encoders with their settings, by the names calibration files use. */
export const CPU_ENCODERS = [
  'x264-ultrafast', 'x264-veryfast', 'x264-medium', 'vp9-good4', 'vp9-realtime8', 'svt-av1-p8',
  'svt-av1-p12',
] as const;
/** Name of a software encoder with its settings. */
export type CpuEncoder = (typeof CPU_ENCODERS)[number];

/** What a software encoder takes of one core. */
export interface CpuSpeed {
  readonly codec: Codec;
  /** Core time a million pixels of ordinary content. [ms] */
  readonly msPerMpix: number;
  /** Core time a million pixels of the source, to decode and scale it. [ms] */
  readonly decodeMsPerMpix: number;
  /** Core time of starting an encode, whatever its length. [s] */
  readonly fixedSeconds: number;
  /** Time of a try in which it needs no core: starting, looking at the output, storing it; cited: 0. [s] */
  readonly waitSeconds: number;
  /** Memory of an encode of 1080p, and what a further 1080p of pixels adds. [bytes] */
  readonly memoryBytes: number;
  readonly memoryMoreBytes: number;
  /** Coefficient of variation of equal encodes where it was measured; undefined: what the farm says. */
  readonly variation: number | undefined;
  readonly source: string;
}

/**
 * Decoding and scaling cost this share of encoding, pixel for pixel of the source: with it, one decode that
 * feeds the ladder of a 1080p source is worth 1.25 (YouTube's multi-output transcoding: 1.2 to 1.3).
 */
const DECODE_SHARE = 0.22;

const BENCH = 'cited: ffmpeg 5.1.9 on two cores of an EPYC of the third generation, 2026-11-22';

/**
 * Software encoders as measured: time is linear in pixels within a quarter from 360p to 2160p, with a fixed
 * part. Memory of 1080p and 2160p is the resident set of one process.
 */
export const CPU_SPEEDS: Readonly<Record<CpuEncoder, CpuSpeed>> = {
  'x264-ultrafast': cpu('h264', 7, 0.22, 0.28, 0.11),
  'x264-veryfast': cpu('h264', 20, 0.23, 0.28, 0.16),
  'x264-medium': cpu('h264', 50, 0.23, 0.28, 0.16),
  'vp9-good4': cpu('vp9', 90, 0.21, 0.34, 0.22),
  'vp9-realtime8': cpu('vp9', 18, 0.21, 0.34, 0.22),
  'svt-av1-p8': cpu('av1', 120, 0.48, 0.43, 0.22),
  'svt-av1-p12': cpu('av1', 30, 0.48, 0.43, 0.22),
};

function cpu(codec: Codec, msPerMpix: number, fixedSeconds: number, gb: number, moreGb: number): CpuSpeed {
  return {
    codec, msPerMpix, decodeMsPerMpix: DECODE_SHARE * msPerMpix, fixedSeconds, waitSeconds: 0,
    variation: undefined,
    memoryBytes: gb * 1e9, memoryMoreBytes: moreGb * 1e9, source: BENCH,
  };
}

/** Pixels of a frame of 1080p. */
export const PIXELS_1080P = 1920 * 1080;

/**
 * Pixels a second that one NVENC engine encodes: frames a second of 1920x1080, 8 bits, 4:2:0, VBR, by the
 * table of NVIDIA's application note for SDK 13 as transcribed by others; presets between those of the
 * table are the mean of their neighbours. AV1 has no public table: it is taken as HEVC, which the 130
 * streams of 720p30 that NVIDIA states for an L4 agree with (867 frames a second at p1). GeForce clocks:
 * indicative.
 */
export function nvencPixelsPerS(generation: NvencGeneration, codec: Codec, preset: NvencPreset): number {
  const row = NVENC_FPS[generation]?.[codec === 'av1' ? 'hevc' : codec];
  assert(row !== undefined, 'the GPU encodes the codec', { generation, codec });
  const [p1, p3, p5, p7] = row;
  const fps = {
    p1, p2: (p1 + p3) / 2, p3, p4: (p3 + p5) / 2, p5, p6: (p5 + p7) / 2, p7,
  }[preset];
  return fps * PIXELS_1080P;
}

type Fps = readonly [p1: number, p3: number, p5: number, p7: number];

const NVENC_FPS: Readonly<Partial<Record<NvencGeneration, Readonly<Partial<Record<Codec, Fps>>>>>> = {
  turing: { h264: [833, 602, 264, 207], hevc: [920, 552, 334, 171] },
  ampere: { h264: [846, 617, 266, 213], hevc: [939, 557, 335, 171] },
  ada: { h264: [885, 647, 283, 211], hevc: [1037, 706, 411, 181] },
  blackwell: { h264: [948, 708, 317, 227], hevc: [1119, 947, 521, 181] },
};

/** Starting a session on a GPU: CUDA context and buffers, during which the engine idles; assumed. [s] */
export const NVENC_START_SECONDS = 0.8;

/**
 * Memory a session holds on a GPU: 250 MB for 1080p, 800 MB for 4K, 60 MB for each further output of 1080p;
 * an estimate from users' reports, there is no public figure. [bytes]
 */
export function nvencMemoryBytes(topPixels: number, otherPixels: number): number {
  return (67 + 183 * (topPixels / PIXELS_1080P) + 60 * (otherPixels / PIXELS_1080P)) * 1e6;
}
