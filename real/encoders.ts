import type { Supervisor } from './children.ts';
import type { CpuEncoder } from '../models/transcode/encoder-speeds.ts';
import { encoderArguments, NVENC_ENCODERS, type NvencEncoder } from './encoder-arguments.ts';
import { FfmpegError, runFfmpeg } from './ffmpeg.ts';

/** The H.264 encoders that packaging knows how to drive. */
export type EncoderName = 'libx264' | 'h264_nvenc';

/** Why an encoder cannot be used. */
export type EncoderAbsence = 'notBuilt' | 'noDriver' | 'noDevice' | 'unsupported' | 'timeout' | 'failed';

/** What came of trying an encoder on one frame. */
export interface EncoderProbe<Name extends string = EncoderName> {
  readonly name: Name;
  readonly usable: boolean;
  /** undefined when it is usable. */
  readonly absence: EncoderAbsence | undefined;
  /** ffmpeg's own words about it; empty when it is usable. */
  readonly detail: string;
}

/**
 * Tries each encoder by really encoding a frame with it: that ffmpeg lists one says nothing of the machine.
 */
export async function probeEncoders(supervisor: Supervisor, signal?: AbortSignal): Promise<EncoderProbe[]> {
  const probes: EncoderProbe[] = [];
  for (const name of ENCODERS) probes.push(await probeEncoder(supervisor, name, signal));
  return probes;
}

/** Tries the encoders of NVIDIA's GPUs by encoding a frame with each. */
export async function probeNvenc(
  supervisor: Supervisor, signal?: AbortSignal,
): Promise<EncoderProbe<NvencEncoder>[]> {
  const probes: EncoderProbe<NvencEncoder>[] = [];
  for (const name of NVENC_ENCODERS) probes.push(await probeEncoder(supervisor, name, signal));
  return probes;
}

/** The first usable encoder, hardware before software; undefined when there is none. */
export function chooseEncoder(probes: readonly EncoderProbe[]): EncoderName | undefined {
  return probes.find((probe) => probe.usable)?.name;
}

/** Tells from ffmpeg's last lines why an encoder did not work. */
export function classifyAbsence(lines: readonly string[]): EncoderAbsence {
  const said = lines.join('\n');
  const known = ABSENCES.find(([, pattern]) => pattern.test(said));
  return known?.[0] ?? 'failed';
}

async function probeEncoder<Name extends EncoderName | NvencEncoder>(
  supervisor: Supervisor,
  name: Name,
  signal: AbortSignal | undefined,
): Promise<EncoderProbe<Name>> {
  // NVENC refuses frames of fewer than 145 pixels either way.
  const source = ['-f', 'lavfi', '-i', 'color=size=256x256:rate=24:duration=0.2', '-pix_fmt', 'yuv420p'];
  const args = [...source, '-frames:v', '1', '-c:v', name, '-f', 'null', '-'];
  try {
    await runFfmpeg(supervisor, args, { signal, limitMs: PROBE_LIMIT_MS });
    return { name, usable: true, absence: undefined, detail: '' };
  } catch (error) {
    if (!(error instanceof FfmpegError) || error.kind === 'cancelled') throw error;
    const absence = error.kind === 'timeout' ? 'timeout' : classifyAbsence(error.lastLines);
    return { name, usable: false, absence, detail: error.lastLines.at(0) ?? error.message };
  }
}

/**
 * Encodes a frame with a software encoder at its settings: undefined when it works, else what keeps it from
 * it.
 */
export async function probeCpuEncoder(
  supervisor: Supervisor, encoder: CpuEncoder, signal?: AbortSignal,
): Promise<string | undefined> {
  const source = ['-f', 'lavfi', '-i', 'color=size=256x144:rate=24:duration=0.2', '-frames:v', '1'];
  try {
    const args = [...source, ...encoderArguments(encoder, 200_000), '-f', 'null', '-'];
    await runFfmpeg(supervisor, args, { signal, limitMs: PROBE_LIMIT_MS });
    return undefined;
  } catch (error) {
    if (!(error instanceof FfmpegError) || error.kind === 'cancelled') throw error;
    return error.lastLines.at(0) ?? error.message;
  }
}

const ENCODERS: readonly EncoderName[] = ['h264_nvenc', 'libx264'];
const PROBE_LIMIT_MS = 10_000;
// Messages of libavcodec/nvenc.c and fftools; the first that fits counts.
const ABSENCES: ReadonlyArray<readonly [EncoderAbsence, RegExp]> = [
  ['notBuilt', /Unknown encoder|Encoder not found/i],
  ['noDriver', /Cannot load (libcuda|libnvidia-encode|nvcuda|nvEncodeAPI)|Cannot load [^\n]*cuda/i],
  ['noDevice', /CUDA_ERROR_NO_DEVICE|no CUDA-capable device|No NVENC capable devices|CUDA_ERROR_UNKNOWN/i],
  [
    'unsupported',
    /not supported|unsupported|minimum required Nvidia driver|does not support|INVALID_VERSION/i,
  ],
];
