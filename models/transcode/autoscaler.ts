import { z } from 'zod';
import { quantity } from '../core/quantity.ts';
import { US_PER_S, type Us } from '../core/units.ts';

const common = {
  least: z.number().int().min(0).max(1_000_000)
    .meta({ description: 'Fewest machines.', unit: 'machines', source: 'assumed' }).prefault(0),
  most: z.number().int().min(1).max(1_000_000)
    .meta({ description: 'Most machines.', unit: 'machines', source: 'assumed' }),
  every: quantity('duration', {
    doc: 'How often it looks.', source: 'cited: KEDA pollingInterval', min: '1s',
  }).prefault('30s'),
  tolerance: quantity('ratio', {
    doc: 'It leaves things alone while they are off by less.',
    source: 'cited: Kubernetes horizontal-pod-autoscaler-tolerance', min: '0', max: '1',
  }).prefault('10%'),
  cooldown: quantity('duration', {
    doc: 'It gives back machines only down to the most it wanted in this time.',
    source: 'cited: KEDA cooldownPeriod, Kubernetes down-scale stabilisation', min: '0s',
  }).prefault('300s'),
  countsStarting: z.boolean()
    .meta({
      description: 'false: machines that are still starting are not counted, so that each look asks for them '
        + 'again.',
      unit: 'flag', source: 'cited: KEDA issues 1323, 1222',
    })
    .prefault(true),
};

const drain = quantity('duration', {
  doc: 'Time in which the work that waits is to be done.', source: 'assumed', positive: true,
}).prefault('15min');

/** How the number of machines of a pool follows the work. */
export const autoscaleParams = z.discriminatedUnion('policy', [
  z.strictObject({
    policy: z.literal('queueDepth').meta({ description: 'By the chunks that wait or run.', unit: 'name',
      source: 'cited: KEDA queue scalers' }),
    perMachine: z.number().positive()
      .meta({ description: 'Chunks that a machine is to have.', unit: 'chunks', source: 'assumed' }),
    ...common,
  }),
  z.strictObject({
    policy: z.literal('lag').meta({
      description: 'So that what waits is done in time, and what comes as well.', unit: 'name',
      source: 'assumed',
    }),
    drain,
    ...common,
  }),
  z.strictObject({
    policy: z.literal('predictive').meta({
      description: 'As lag, for the work expected when a machine started now will be ready.', unit: 'name',
      source: 'assumed: level and trend, Holt\'s method',
    }),
    drain,
    lead: quantity('duration', {
      doc: 'How far ahead it looks.', source: 'assumed: a cold start', positive: true,
    }).prefault('5min'),
    level: quantity('ratio', { doc: 'Weight of the newest reading in the level.', source: 'assumed',
      positive: true, max: '1' }).prefault('30%'),
    trend: quantity('ratio', { doc: 'Weight of the newest change in the trend.', source: 'assumed',
      positive: true, max: '1' }).prefault('10%'),
    headroom: quantity('ratio', { doc: 'Machines kept beyond what is expected.', source: 'assumed',
      min: '0', max: '10' }).prefault('10%'),
    ...common,
  }),
]);

/** Parameters of an autoscaler. */
export type AutoscaleParams = z.output<typeof autoscaleParams>;

/** What an autoscaler is told of its pool. */
export interface PoolReading {
  /** Chunks that wait for a worker, and chunks on workers. */
  readonly queued: number;
  readonly running: number;
  /** Machine time of what waits and runs. [us] */
  readonly backlogUs: number;
  /** Machine time of all work that has come since the start. [us] */
  readonly arrivedUs: number;
  readonly ready: number;
  readonly starting: number;
}

/** Copied state of an autoscaler. */
export interface AutoscalerState {
  readonly nextAt: Us;
  readonly wanted: ReadonlyArray<readonly [Us, number]>;
  readonly arrivedUs: number;
  readonly level: number;
  readonly trend: number;
  readonly looks: number;
  readonly floor: number;
}

/** What an autoscaler asks of its host. */
export interface AutoscalerPorts {
  /** Have so many machines, ready and starting together. */
  scaleTo(machines: number): void;
}

/**
 * Decides how many machines a pool has, at every look from what it is told.
 *
 *     look(now, reading) -> [ Autoscaler ] -> scaleTo(machines)
 */
export class Autoscaler {
  readonly #params: AutoscaleParams;
  readonly #ports: AutoscalerPorts;
  #nextAt: Us = 0;
  /** What it wanted lately, with the time, for the cooldown. */
  #wanted: [Us, number][] = [];
  #arrivedUs = 0;
  /** Machines' worth of work that comes, smoothed, and its change from look to look. */
  #level = 0;
  #trend = 0;
  #looks = 0;
  /** Machines that somebody has asked for. */
  #floor = 0;

  constructor(params: AutoscaleParams, ports: AutoscalerPorts) {
    this.#params = params;
    this.#ports = ports;
  }

  /** When it looks next. */
  wakeAt(): Us {
    return this.#nextAt;
  }

  /** Somebody has asked for so many machines: it gives back none of them. */
  atLeast(machines: number): void {
    this.#floor = Math.max(this.#floor, machines);
  }

  /** It is time to look. */
  look(now: Us, reading: PoolReading): void {
    const { every, tolerance, cooldown, countsStarting } = this.#params;
    const least = Math.max(this.#params.least, this.#floor);
    const most = Math.max(this.#params.most, this.#floor);
    this.#nextAt = now + every;
    const inflow = (reading.arrivedUs - this.#arrivedUs) / every;
    this.#arrivedUs = reading.arrivedUs;
    this.#smooth(inflow);
    const want = Math.min(most, Math.max(least, Math.ceil(this.#want(reading) - 1e-9)));
    this.#wanted = [...this.#wanted.filter(([at]) => at > now - cooldown), [now, want]];
    const have = reading.ready + (countsStarting ? reading.starting : 0);
    // What it does not count it neither takes into account nor gives back.
    const unseen = reading.ready + reading.starting - have;
    if (want > have * (1 + tolerance) || (want > have && have < least)) {
      this.#ports.scaleTo(Math.min(most, want + unseen));
      return;
    }
    const down = Math.max(...this.#wanted.map(([, machines]) => machines));
    if (down < have * (1 - tolerance) || (down < have && have > most)) this.#ports.scaleTo(down + unseen);
  }

  save(): AutoscalerState {
    return {
      nextAt: this.#nextAt, wanted: this.#wanted.map(([at, n]) => [at, n] as const), looks: this.#looks,
      arrivedUs: this.#arrivedUs, level: this.#level, trend: this.#trend, floor: this.#floor,
    };
  }

  restore(state: AutoscalerState): void {
    this.#nextAt = state.nextAt;
    this.#wanted = state.wanted.map(([at, n]) => [at, n]);
    this.#arrivedUs = state.arrivedUs;
    this.#level = state.level;
    this.#trend = state.trend;
    this.#looks = state.looks;
    this.#floor = state.floor;
  }

  #want(reading: PoolReading): number {
    const params = this.#params;
    switch (params.policy) {
      case 'queueDepth':
        return (reading.queued + reading.running) / params.perMachine;
      case 'lag':
        return this.#level + reading.backlogUs / params.drain;
      case 'predictive': {
        const ahead = this.#level + this.#trend * (params.lead / params.every);
        return Math.max(0, ahead) * (1 + params.headroom) + reading.backlogUs / params.drain;
      }
      default:
        params satisfies never;
        return 0;
    }
  }

  /** Holt's linear method; without a trend, a plain moving average over about five minutes. */
  #smooth(inflow: number): void {
    const params = this.#params;
    const before = this.#level;
    const plain = Math.min(1, (params.every / US_PER_S) / SMOOTH_SECONDS);
    const alpha = params.policy === 'predictive' ? params.level : plain;
    this.#level = this.#looks === 0 ? inflow : alpha * inflow + (1 - alpha) * (before + this.#trend);
    if (params.policy === 'predictive' && this.#looks > 0) {
      this.#trend = params.trend * (this.#level - before) + (1 - params.trend) * this.#trend;
    }
    this.#looks += 1;
  }
}

/** Time over which the lag policy averages what comes. [s] */
const SMOOTH_SECONDS = 300;
