import type { Codec } from './task.ts';

/** Generations of NVENC whose speeds are known; `none`: the GPU decodes, but has no encoder. */
export type NvencGeneration = 'turing' | 'ampere' | 'ada' | 'blackwell' | 'none';

/** What a GPU has for video. */
export interface Gpu {
  readonly name: string;
  readonly generation: NvencGeneration;
  /** NVENC and NVDEC engines. */
  readonly encoders: number;
  readonly decoders: number;
  readonly memoryBytes: number;
  /** Encoding sessions that the driver admits. */
  readonly sessionCap: number;
  readonly source: string;
}

/** Codecs a generation can encode; VP9 has never been among them. */
export function gpuCodecs(generation: NvencGeneration): readonly Codec[] {
  return CODECS_OF[generation];
}

/** Whether one session can be spread over all engines of a GPU (`-split_encode_mode`). */
export function canSplit(generation: NvencGeneration, codec: Codec): boolean {
  return (generation === 'ada' || generation === 'blackwell') && (codec === 'hevc' || codec === 'av1');
}

const CODECS_OF: Readonly<Record<NvencGeneration, readonly Codec[]>> = {
  turing: ['h264', 'hevc'],
  ampere: ['h264', 'hevc'],
  ada: ['h264', 'hevc', 'av1'],
  blackwell: ['h264', 'hevc', 'av1'],
  none: [],
};

const GIB = 2 ** 30;
const APP_NOTE = 'NVENC application note 13.0, as read by others; memory from the data sheet';
const VENDOR = 'hardware table of a hosting vendor, in agreement with NVIDIA\'s support matrix';
const NO_NVENC = 'NVENC application note 13.0: NVDEC only';
const GEFORCE = 'NVIDIA Ada blog; 12 sessions measured, the 13th refused, driver 616.56';

/** GPUs by name, with where their figures are from. */
export const GPUS: readonly Gpu[] = [
  gpu('T4', 'turing', 1, 2, 16, APP_NOTE),
  gpu('A10G', 'ampere', 1, 2, 24, APP_NOTE),
  gpu('L4', 'ada', 2, 4, 24, `${APP_NOTE}; two encoders agree with 130 streams of 720p30 an L4`),
  gpu('L40S', 'ada', 3, 3, 48, VENDOR),
  { ...gpu('RTX4080S', 'ada', 2, 1, 16, GEFORCE), sessionCap: 12 },
  gpu('A100', 'none', 0, 5, 40, NO_NVENC),
  gpu('H100', 'none', 0, 7, 80, NO_NVENC),
  gpu('H200', 'none', 0, 7, 141, NO_NVENC),
];

function gpu(
  name: string, generation: NvencGeneration, encoders: number, decoders: number, gib: number, source: string,
): Gpu {
  return { name, generation, encoders, decoders, memoryBytes: gib * GIB, sessionCap: Infinity, source };
}

/** The GPU of a name; undefined when it is unknown. */
export function findGpu(name: string): Gpu | undefined {
  return GPUS.find((one) => one.name === name);
}
