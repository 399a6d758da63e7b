import type { BitsPerS } from '../models/core/units.ts';
import type { CpuEncoder } from '../models/transcode/encoder-speeds.ts';

/** Encoders on NVIDIA's GPUs. */
export const NVENC_ENCODERS = ['h264_nvenc', 'hevc_nvenc', 'av1_nvenc'] as const;
/** Name of one of them. */
export type NvencEncoder = (typeof NVENC_ENCODERS)[number];

/** What encodes a chunk: a software encoder with its settings, or one on a GPU. */
export type ChunkEncoder = CpuEncoder | NvencEncoder;

/** File ending of chunks of an encoder: H.264 goes into transport streams, the others into MP4. */
export function chunkEnding(encoder: ChunkEncoder): 'ts' | 'mp4' {
  return encoder.startsWith('x264') || encoder === 'h264_nvenc' ? 'ts' : 'mp4';
}

/** Settings of ffmpeg for an encoder at a capped rate, on one thread. */
export function encoderArguments(encoder: ChunkEncoder, bitrate: BitsPerS, gpu?: number): string[] {
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
    case 'h264_nvenc':
    case 'hevc_nvenc':
    case 'av1_nvenc':
      // A chunk is its own stream: it begins with a key frame, and has no other where pictures change.
      return ['-c:v', encoder, '-preset', NVENC_PRESET, '-tune', 'hq', '-rc', 'vbr', ...capped,
        ...(encoder === 'h264_nvenc' ? ['-no-scenecut', '1', '-forced-idr', '1', '-bf', '2'] : []),
        ...(encoder === 'hevc_nvenc' ? ['-tag:v', 'hvc1'] : []),
        ...(gpu === undefined ? [] : ['-gpu', String(gpu)])];
    default:
      encoder satisfies never;
      return [];
  }
}

/** What simulation takes for video on demand (docs/decisions/0020). */
const NVENC_PRESET = 'p5';
