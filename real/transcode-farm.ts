import { availableParallelism } from 'node:os';
import type { MetricSet } from '../models/core/metrics.ts';
import { RandomStreams } from '../models/core/rng.ts';
import type { CpuEncoder } from '../models/transcode/encoder-speeds.ts';
import type { Farm } from '../models/transcode/farm.ts';
import type { FleetParams } from '../models/transcode/fleet-params.ts';
import { resolvePools, type Pool } from '../models/transcode/fleet-pools.ts';
import { Fleet } from '../models/transcode/fleet.ts';
import { workers } from '../models/transcode/metrics.ts';
import { CODECS, type Codec, type TaskTable } from '../models/transcode/task.ts';
import { WorkerPool } from '../models/transcode/worker-pool.ts';
import type { TranscodingPlan } from '../scenarios/plan.ts';
import type { Supervisor } from './children.ts';
import type { NvencEncoder } from './encoder-arguments.ts';
import { probeCpuEncoder, probeNvenc, type EncoderProbe } from './encoders.ts';
import { MissingRequirementError } from './missing-requirement.ts';
import { detectGpus, nvencCodecs, nvencOf, nvencPool } from './nvenc.ts';
import type { WorkerEncoder } from './transcoder.ts';

/** The farm of a scenario as this machine has it. */
export interface RealFarm {
  readonly farm: Farm;
  readonly encoderOf: (codec: number, worker: number) => WorkerEncoder;
  /** Engines by name: cores, and NVENC. */
  readonly engines: ReadonlyArray<{ readonly name: string; readonly count: number }>;
  /** Encoders of GPUs as they were tried. */
  readonly probes: ReadonlyArray<EncoderProbe<NvencEncoder>>;
}

/** What a farm is made with. */
export interface FarmSetting {
  readonly plan: TranscodingPlan;
  readonly tasks: TaskTable;
  readonly metrics: MetricSet;
  readonly supervisor: Supervisor;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
  /** Workers of other hosts encode too: the scenario may have more cores than this machine. */
  readonly isShared?: boolean;
}

/**
 * The farm of a scenario on this machine: a codec whose NVENC encoder has encoded a frame here goes to the
 * GPU, with a slot for each of its engines, the others to the cores. Throws MissingRequirementError when a
 * codec has nothing that encodes it, or the scenario has more machines than one.
 */
export async function createFarm(setting: FarmSetting): Promise<RealFarm> {
  const { plan: { scenario: { transcode, real } }, tasks, metrics, supervisor, signal, log } = setting;
  const probes = real?.encoders === 'software' ? [] : await probeNvenc(supervisor, signal);
  for (const { name, usable, absence, detail } of probes) {
    log(usable ? `${name}: works` : `${name}: cannot be used here (${absence}): ${detail}`);
  }
  const codecs = transcode.codecs.map(({ codec }) => codec);
  const onGpu = nvencCodecs(probes).filter((codec) => codecs.includes(codec));
  const software = await softwareOf(setting, codecs.filter((codec) => !onGpu.includes(codec)));
  const { farm } = transcode;
  if (farm.kind === 'pool') {
    metrics.setLevel(metrics.bind(workers), 0, farm.workers);
    const gpu = onGpu.length > 0 ? detectGpus()[0]!.name : '';
    return {
      farm: new WorkerPool(farm.workers), engines: [], probes,
      encoderOf: (codec) => onGpu.includes(CODECS[codec]!)
        ? { encoder: nvencOf(CODECS[codec]!)!, engine: gpu }
        : { encoder: software.get(CODECS[codec]!)!, engine: 'cpu' },
    };
  }
  const pools = poolsOf(setting, farm, onGpu);
  const heights = transcode.ladder.map(({ height }) => height);
  const nothing = () => {};
  const streams = new RandomStreams(setting.plan.scenario.run.seed, 0);
  const fleet = new Fleet(tasks, pools, { ...farm, hardware: undefined }, heights, streams, {
    workerOpened: nothing, workerGone: nothing, workerBroke: nothing, workerAborted: nothing,
    roomMade: nothing,
  });
  fleet.open(0);
  return {
    farm: fleet, probes,
    engines: pools.map(({ engine, engines, stations }) => ({ name: engine, count: engines * stations })),
    encoderOf: (codec, worker) => encoderAt(pools, fleet, software, CODECS[codec]!, worker),
  };
}

function encoderAt(
  pools: readonly Pool[], fleet: Fleet, software: ReadonlyMap<Codec, CpuEncoder>, codec: Codec,
  worker: number,
): WorkerEncoder {
  const { engine } = pools[fleet.poolOf(worker)]!;
  // GPUs are opened first, so that their workers have their numbers.
  return engine === 'cpu' ? { encoder: software.get(codec)!, engine }
    : { encoder: nvencOf(codec)!, engine, gpu: worker };
}

/** GPUs as this machine has them, and the cores of the scenario, which have to be those of one machine. */
function poolsOf(
  { plan, log, isShared = false }: FarmSetting, farm: FleetParams, onGpu: readonly Codec[],
): Pool[] {
  const cores = resolvePools(farm, plan.cpuSpeeds, plan.coreEfficiency)
    .filter(({ engine }) => engine === 'cpu');
  const asked = cores.reduce((sum, { params, engines }) => sum + params.machines * engines, 0);
  const here = availableParallelism();
  if (!isShared && asked > MOST_PER_CORE * here) {
    throw new MissingRequirementError('cores', `the scenario has ${asked}, this machine ${here}`,
      'Set transcode.farm.pools[0].machines=1 and transcode.farm.pools[0].cores to what there is');
  }
  if (onGpu.length === 0) return cores;
  const gpus = detectGpus();
  const gpu = nvencPool(gpus, onGpu, farm.encode.nvenc);
  log(`${gpu.stations} x ${gpu.engine} with ${gpu.engines} engines each: ${onGpu.join(', ')}`);
  const left = cores.map((pool) => ({
    ...pool,
    speeds: pool.speeds.map((speed, codec) => (onGpu.includes(CODECS[codec]!) ? undefined : speed)),
  }));
  return [gpu, ...left];
}

/** The software encoders of codecs; throws MissingRequirementError for one that fails, or is not there. */
async function softwareOf(
  { plan, supervisor, signal, log }: FarmSetting, codecs: readonly Codec[],
): Promise<ReadonlyMap<Codec, CpuEncoder>> {
  const { farm } = plan.scenario.transcode;
  const names = farm.kind === 'fleet' ? farm.encode : USUAL;
  const hasCores = farm.kind === 'pool' || resolvePools(farm).some(({ engine }) => engine === 'cpu');
  const found = new Map<Codec, CpuEncoder>();
  for (const codec of codecs) {
    const encoder = codec === 'hevc' ? undefined : names[codec];
    const problem = !hasCores ? 'the scenario has no cores to encode on, and NVENC does not work here'
      : encoder === undefined ? 'no software encoder is known, and NVENC does not work here'
      : await probeCpuEncoder(supervisor, encoder, signal);
    if (problem !== undefined) {
      throw new MissingRequirementError(`${codec} encoder`, problem,
        'Install an ffmpeg built with libx264, libvpx and libsvtav1, add a pool of machines without a GPU, '
        + 'or leave the codec out of the scenario');
    }
    log(`${encoder}: works`);
    found.set(codec, encoder!);
  }
  return found;
}

/** What a pool of workers that are all alike encodes with. */
const USUAL = { h264: 'x264-veryfast', vp9: 'vp9-good4', av1: 'svt-av1-p12' } as const;
/** Encodes a core may have side by side: more only wait for each other. */
export const MOST_PER_CORE = 8;
