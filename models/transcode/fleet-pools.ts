import { assert } from '../core/assert.ts';
import { US_PER_S, type Bytes, type Us } from '../core/units.ts';
import {
  CPU_SPEEDS, NVENC_START_SECONDS, nvencMemoryBytes, nvencPixelsPerS, PIXELS_1080P,
  type CpuEncoder, type CpuSpeed,
} from './encoder-speeds.ts';
import type { EncodeParams, FleetParams, FleetPoolParams } from './fleet-params.ts';
import { canSplit, findGpu, gpuCodecs } from './gpus.ts';
import { findMachine } from './machines.ts';
import { CODECS, type Codec } from './task.ts';

/** How one engine of a pool takes a codec. */
export interface PoolSpeed {
  /** Engine time a pixel put out, of ordinary content, and a pixel decoded. [us] */
  readonly usPerPixel: number;
  readonly decodeUsPerPixel: number;
  /**
   * Engine time of starting an encode, and time of starting it in which the engine is free for others. [us]
   */
  readonly fixedUs: Us;
  readonly startUs: Us;
  /** Whether a session is spread over all engines of its station. */
  readonly isSplit: boolean;
  /** Coefficient of variation of equal encodes; undefined: what the farm says. */
  readonly variation: number | undefined;
}

/** A pool with all that its parameters stand for. */
export interface Pool {
  readonly params: FleetPoolParams;
  /** Item of the price list. */
  readonly item: string;
  readonly isSpot: boolean;
  /** What its engines are called: the GPU, or `cpu`. */
  readonly engine: string;
  /** Stations a machine: its GPUs, or its cores as one. */
  readonly stations: number;
  /** Engines, memory and sessions of a station. */
  readonly engines: number;
  /** Speed of an engine while all of its station are busy, relative to one that is busy alone. */
  readonly efficiency: number;
  readonly memory: Bytes;
  readonly sessionCap: number;
  /** By the codec's number; undefined where the pool cannot encode it. */
  readonly speeds: ReadonlyArray<PoolSpeed | undefined>;
  /** Memory of a session with one output of the most pixels and others of fewer. [bytes] */
  readonly memoryOf: (codec: number, topPixels: number, otherPixels: number) => Bytes;
}

/** Speeds of software encoders, as cited or as calibrated. */
export type CpuSpeeds = Readonly<Record<CpuEncoder, CpuSpeed>>;

/**
 * The pools of a fleet; `speeds` may come from a calibration, and so may `efficiency`, that of cores all of
 * which are busy.
 */
export function resolvePools(params: FleetParams, speeds: CpuSpeeds = CPU_SPEEDS, efficiency = 1): Pool[] {
  return params.pools.map((pool) => resolvePool(pool, params.encode, speeds, efficiency));
}

function resolvePool(
  params: FleetPoolParams, encode: EncodeParams, speeds: CpuSpeeds, efficiency: number,
): Pool {
  const machine = findMachine(params.machine);
  assert(machine !== undefined, 'the machine type is known', { machine: params.machine });
  const gpu = params.gpu === undefined ? machine.gpu : findGpu(params.gpu);
  const isSpot = params.market === 'spot';
  const head = { params, item: machine.item + (isSpot ? '.spot' : ''), isSpot };
  if (gpu === undefined) {
    const byCodec = cpuEncoders(encode, speeds);
    return {
      ...head, engine: 'cpu', stations: 1, engines: params.cores ?? machine.cores,
      efficiency, memory: machine.memoryBytes, sessionCap: Infinity,
      speeds: CODECS.map((codec) => cpuSpeed(byCodec[codec])),
      memoryOf: (codec, top, other) => {
        const { memoryBytes, memoryMoreBytes } = byCodec[CODECS[codec]!]!;
        return memoryBytes + memoryMoreBytes * ((top + other) / PIXELS_1080P - 1);
      },
    };
  }
  const can = gpuCodecs(gpu.generation);
  return {
    ...head, engine: gpu.name, stations: Math.max(1, machine.gpus), engines: Math.max(1, gpu.encoders),
    efficiency: 1, memory: gpu.memoryBytes, sessionCap: gpu.sessionCap,
    speeds: CODECS.map((codec) => {
      if (!can.includes(codec)) return undefined;
      return {
        usPerPixel: US_PER_S / nvencPixelsPerS(gpu.generation, codec, encode.nvenc),
        decodeUsPerPixel: 0, // NVDEC works beside NVENC
        fixedUs: 0, startUs: NVENC_START_SECONDS * US_PER_S,
        isSplit: encode.splitFrame && canSplit(gpu.generation, codec), variation: undefined,
      };
    }),
    memoryOf: (_codec, top, other) => nvencMemoryBytes(top, other),
  };
}

function cpuEncoders(encode: EncodeParams, speeds: CpuSpeeds): Readonly<Partial<Record<Codec, CpuSpeed>>> {
  return { h264: speeds[encode.h264], vp9: speeds[encode.vp9], av1: speeds[encode.av1] };
}

function cpuSpeed(speed: CpuSpeed | undefined): PoolSpeed | undefined {
  if (speed === undefined) return undefined;
  // 1 ms a million pixels is 1e-3 us a pixel.
  return {
    usPerPixel: speed.msPerMpix * 1e-3, decodeUsPerPixel: speed.decodeMsPerMpix * 1e-3,
    fixedUs: speed.fixedSeconds * US_PER_S, startUs: Math.round(speed.waitSeconds * US_PER_S), isSplit: false,
    variation: speed.variation,
  };
}

/** Pixels of a frame of a rendition, 16:9. */
export function framePixels(height: number): number {
  return (height * height * 16) / 9;
}
