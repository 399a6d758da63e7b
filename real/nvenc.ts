import { spawnSync } from 'node:child_process';
import { US_PER_S } from '../models/core/units.ts';
import {
  NVENC_START_SECONDS, nvencMemoryBytes, nvencPixelsPerS, type NvencPreset,
} from '../models/transcode/encoder-speeds.ts';
import type { Pool } from '../models/transcode/fleet-pools.ts';
import { GPUS, type Gpu } from '../models/transcode/gpus.ts';
import { CODECS, type Codec } from '../models/transcode/task.ts';
import type { NvencEncoder } from './encoder-arguments.ts';
import type { EncoderProbe } from './encoders.ts';

/** The encoder on a GPU that makes a codec; undefined when no GPU does. */
export function nvencOf(codec: Codec): NvencEncoder | undefined {
  return codec === 'vp9' ? undefined : `${codec}_nvenc`;
}

/** Codecs whose encoder on a GPU has encoded a frame here. */
export function nvencCodecs(probes: ReadonlyArray<EncoderProbe<NvencEncoder>>): Codec[] {
  return CODECS.filter((codec) => probes.some(({ name, usable }) => usable && name === nvencOf(codec)));
}

/**
 * The GPUs of this machine, as `nvidia-smi` names them. What Weir does not know counts as one engine of the
 * Ampere generation: encoding has been tried by then, so that there is one.
 */
export function detectGpus(): Gpu[] {
  const asked = spawnSync('nvidia-smi', ['--query-gpu=name,memory.total', '--format=csv,noheader,nounits'],
    { encoding: 'utf8', timeout: 10_000 });
  return asked.status === 0 ? parseGpus(asked.stdout) : [unknownGpu('GPU', 0)];
}

/** Reads `name, MiB` lines: "NVIDIA L4, 23034", "Tesla T4, 15360". */
export function parseGpus(text: string): Gpu[] {
  return text.split('\n').filter((line) => line.trim() !== '').map((line) => {
    const [name = '', mebibytes = '0'] = line.split(',').map((part) => part.trim());
    const words = name.split(/[\s-]+/);
    const known = GPUS.find((gpu) => words.includes(gpu.name) || words.join('').endsWith(gpu.name));
    return known ?? unknownGpu(name, Number(mebibytes));
  });
}

/** The GPUs of a machine as a pool whose stations have a slot for each of their engines. */
export function nvencPool(gpus: readonly Gpu[], codecs: readonly Codec[], preset: NvencPreset): Pool {
  const [first] = gpus;
  const { generation, encoders, memoryBytes, sessionCap, name } = first ?? unknownGpu('GPU', 0);
  const known = generation === 'none' ? 'ampere' : generation;
  return {
    params: { name: 'nvenc', machine: 'this machine', machines: 1, market: 'onDemand' },
    item: '', isSpot: false, engine: name, stations: gpus.length, engines: Math.max(1, encoders),
    efficiency: 1, memory: memoryBytes, sessionCap,
    speeds: CODECS.map((codec) => {
      if (!codecs.includes(codec)) return undefined;
      // Ampere has no AV1 encoder; where a trial says otherwise, it is as fast as that of HEVC.
      const pixelsPerS = nvencPixelsPerS(known, codec, preset);
      return {
        usPerPixel: US_PER_S / pixelsPerS, decodeUsPerPixel: 0, fixedUs: 0,
        startUs: NVENC_START_SECONDS * US_PER_S, isSplit: false, variation: undefined,
      };
    }),
    memoryOf: (_codec, top, other) => nvencMemoryBytes(top, other),
  };
}

function unknownGpu(name: string, mebibytes: number): Gpu {
  const memoryBytes = (mebibytes > 0 ? mebibytes : 4096) * 2 ** 20;
  return {
    name, generation: 'ampere', encoders: 1, decoders: 1, memoryBytes, sessionCap: Infinity,
    source: 'named by nvidia-smi',
  };
}
