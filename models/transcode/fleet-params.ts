import { z } from 'zod';
import { quantity } from '../core/quantity.ts';
import { autoscaleParams } from './autoscaler.ts';
import { CPU_ENCODERS, NVENC_PRESETS } from './encoder-speeds.ts';
import { GPUS } from './gpus.ts';
import { MACHINES } from './machines.ts';

const machineNames = MACHINES.map((one) => one.name) as [string, ...string[]];
const gpuNames = GPUS.map((one) => one.name) as [string, ...string[]];

const wattsParams = z.strictObject({
  idle: z.number().min(0).meta({ description: 'Power of a machine that does nothing.', unit: 'W',
    source: 'assumed' }),
  busy: z.number().min(0).meta({ description: 'Power of a machine whose engines are all busy.', unit: 'W',
    source: 'assumed' }),
});

const fleetPoolParams = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'expected lower-case letters, digits and dashes')
    .meta({ description: 'Name of the pool.', unit: 'name', source: 'assumed' }),
  machine: z.enum(machineNames)
    .meta({ description: 'Type of its machines.', unit: 'name', source: 'cited: AWS Price List' }),
  machines: z.number().int().min(0).max(1_000_000)
    .meta({ description: 'Machines that are ready when the run starts.', unit: 'machines',
      source: 'assumed' }),
  market: z.enum(['onDemand', 'spot'])
    .meta({ description: 'How the machines are paid for; spot machines are taken back.', unit: 'name',
      source: 'assumed' })
    .prefault('onDemand'),
  gpu: z.enum(gpuNames).optional()
    .meta({ description: 'Another GPU than the machine type has.', unit: 'name', source: 'assumed' }),
  cores: z.number().int().min(1).max(1024).optional()
    .meta({ description: 'Other cores than the machine type has.', unit: 'cores', source: 'assumed' }),
  watts: wattsParams.optional(),
  autoscale: autoscaleParams.optional(),
});

/** Parameters of a pool of machines of one type. */
export type FleetPoolParams = z.output<typeof fleetPoolParams>;

const cpuEncoder = (doc: string) => z.enum(CPU_ENCODERS)
  .meta({ description: doc, unit: 'name', source: 'cited: measured, see encoder-speeds.ts' });

const encodeParams = z.strictObject({
  nvenc: z.enum(NVENC_PRESETS)
    .meta({ description: 'Preset of GPU encoders, VBR.', unit: 'name',
      source: 'assumed: p5 for video on demand, p4 for live' })
    .prefault('p5'),
  h264: cpuEncoder('How cores encode H.264.').prefault('x264-veryfast'),
  vp9: cpuEncoder('How cores encode VP9.').prefault('vp9-good4'),
  av1: cpuEncoder('How cores encode AV1.').prefault('svt-av1-p12'),
  splitFrame: z.boolean()
    .meta({ description: 'HEVC and AV1 sessions on Ada and later use all engines of their GPU.',
      unit: 'flag', source: 'cited: NVENC programming guide, split-frame encoding' })
    .prefault(false),
});

/** How cores and GPUs encode. */
export type EncodeParams = z.output<typeof encodeParams>;

const failureParams = z.strictObject({
  breakEvery: quantity('duration', {
    doc: 'Mean time until a GPU, or a machine without one, breaks.', source: 'assumed', positive: true,
  }).prefault('8760h'),
  failAfter: quantity('duration', {
    doc: 'A broken encoder fails after so long: it answers fast and attracts work.',
    source: 'cited: black-holing, VCU (ASPLOS 2021)', positive: true,
  }).prefault('1s'),
  remedy: z.enum(['none', 'quarantine'])
    .meta({
      description: 'none: a broken encoder stays in use until repaired; quarantine: at its first hardware '
        + 'error all its work is aborted and tried elsewhere.',
      unit: 'name', source: 'cited: VCU (ASPLOS 2021)',
    })
    .prefault('quarantine'),
  repair: quantity('duration', {
    doc: 'From the break until the encoder is good again.', source: 'assumed', positive: true,
  }).prefault('4h'),
});

const spotParams = z.strictObject({
  reclaimEvery: quantity('duration', {
    doc: 'Mean life of a spot machine: 1000 h is a hazard of 0.001 an hour, at which half the machines do '
      + 'not see out a month.',
    source: 'cited: AWS Spot Advisor 2025-06-28, open-ended buckets of more than 20 percent a month',
    positive: true,
  }).prefault('1000h'),
  notice: quantity('duration', {
    doc: 'Warning before a machine is taken back.', source: 'cited: AWS 120 s, GCP and Azure 30 s',
    min: '0s',
  }).prefault('120s'),
  storms: z.array(z.strictObject({
    at: quantity('duration', { doc: 'When machines are taken back together.', source: 'assumed', min: '0s' }),
    share: quantity('ratio', { doc: 'Share of the spot machines.', source: 'assumed', min: '0', max: '1' }),
    shortage: quantity('duration', {
      doc: 'Time after it in which no spot machine is to be had.', source: 'assumed', min: '0s',
    }).prefault('0s'),
  })).max(100).prefault([]),
});

/** A farm of machines with engines. */
export const fleetParams = z.strictObject({
  kind: z.literal('fleet')
    .meta({ description: 'Machines with engines, memory and prices.', unit: 'name', source: 'assumed' }),
  pools: z.array(fleetPoolParams).min(1).max(20),
  encode: encodeParams.prefault({}),
  placement: z.enum(['packed', 'spread', 'sessions'])
    .meta({
      description: 'packed: first station with engines, memory and sessions to spare; spread: the emptiest '
        + 'such; sessions: the one with the fewest sessions, whatever their size.',
      unit: 'name', source: 'cited: go-livepeer issue 2971 asks for pixels rather than sessions',
    })
    .prefault('packed'),
  speed: z.number().positive().max(1000)
    .meta({
      description: 'Sessions share an engine as long as each can keep this multiple of real time; more '
        + 'sessions hide the time that starting takes.',
      unit: '1', source: 'assumed: at 4, starts idle engines a quarter of the time on chunks of 10 s',
    })
    .prefault(2),
  sessionsPerGpu: z.number().int().min(1).max(1000)
    .meta({ description: 'Sessions a GPU takes under placement by sessions.', unit: 'sessions',
      source: 'assumed' })
    .prefault(8),
  variation: z.number().min(0).max(2)
    .meta({
      description: 'Coefficient of variation of the time of equal chunks: 0.03 on machines of one\'s own, '
        + '0.15 on shared ones. A calibration has one of its own for each encoder.',
      unit: '1', source: 'cited: measured, ten repeats',
    })
    .prefault(0.08),
  failures: quantity('ratio', {
    doc: 'Tries of a chunk that fail for no lasting reason.', source: 'assumed', min: '0', max: '0.9',
  }).prefault('0.5%'),
  hardware: failureParams.optional(),
  spot: spotParams.prefault({}),
  coldStart: z.strictObject({
    mean: quantity('duration', {
      doc: 'Mean time from asking for a machine until it works.',
      source: 'cited: Karpenter report (about 5 min), autoscaler comments (up to 15 min)', positive: true,
    }).prefault('240s'),
    variation: z.number().min(0).max(5)
      .meta({ description: 'Coefficient of variation, lognormal.', unit: '1', source: 'assumed' })
      .prefault(0.4),
  }).prefault({}),
});

/** Parameters of a fleet. */
export type FleetParams = z.output<typeof fleetParams>;
