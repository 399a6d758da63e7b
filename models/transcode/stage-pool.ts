import { assert } from '../core/assert.ts';
import type { MetricHandle, MetricSet } from '../core/metrics.ts';
import { US_PER_S, type Us } from '../core/units.ts';
import { CLEAN } from './graph.ts';
import * as metrics from './metrics.ts';

/** A chain of stages of a video that waits for a worker. */
interface Waiting {
  readonly video: number;
  readonly chain: number;
  readonly since: Us;
}

/** Copied state of a stage pool. */
export interface StagePoolState {
  readonly busy: number;
  readonly waiting: readonly Waiting[];
}

/** What a stage pool asks of its host. */
export interface StagePoolPorts {
  /** Do the stages of a chain; tell `ended` when they are over. */
  start(video: number, chain: number): void;
}

/**
 * Workers for the stages beside encoding: a chain of stages takes one from its first stage to its last, first
 * come first served. The raw file is deleted without one, and without a number of workers nothing waits.
 *
 *     ask, ended -> [ StagePool ] -> start
 */
export class StagePool {
  readonly #workers: number;
  readonly #ports: StagePoolPorts;
  readonly #metrics: MetricSet;
  readonly #m: Readonly<Record<'there' | 'busy' | 'waiting' | 'wait', MetricHandle>> | undefined;
  #busy = 0;
  /** Those from `#next` on wait. */
  #waiting: Waiting[] = [];
  #next = 0;

  /** `workers` undefined: as many as are asked for. */
  constructor(workers: number | undefined, ports: StagePoolPorts, set: MetricSet) {
    this.#workers = workers ?? Infinity;
    this.#ports = ports;
    this.#metrics = set;
    this.#m = workers === undefined ? undefined : {
      there: set.bind(metrics.stageWorkers), busy: set.bind(metrics.stageWorkersBusy),
      waiting: set.bind(metrics.stagesWaiting), wait: set.bind(metrics.stageWaitSeconds),
    };
    if (this.#m !== undefined) set.setLevel(this.#m.there, 0, this.#workers);
  }

  /** A chain of a video is to be done: now, or when a worker is free. */
  ask(now: Us, video: number, chain: number): void {
    if (this.#m === undefined || chain === CLEAN) {
      this.#ports.start(video, chain);
      return;
    }
    this.#waiting.push({ video, chain, since: now });
    this.#metrics.addLevel(this.#m.waiting, now, 1);
    this.#give(now);
  }

  /** A chain that was started is over: its worker takes the next. */
  ended(now: Us, chain: number): void {
    if (this.#m === undefined || chain === CLEAN) return;
    assert(this.#busy > 0, 'a chain that ends had a worker', { chain });
    this.#busy--;
    this.#metrics.addLevel(this.#m.busy, now, -1);
    this.#give(now);
  }

  save(): StagePoolState {
    return { busy: this.#busy, waiting: this.#waiting.slice(this.#next) };
  }

  restore({ busy, waiting }: StagePoolState): void {
    this.#busy = busy;
    this.#waiting = [...waiting];
    this.#next = 0;
  }

  #give(now: Us): void {
    while (this.#busy < this.#workers && this.#next < this.#waiting.length) {
      const { video, chain, since } = this.#waiting[this.#next++]!;
      this.#busy++;
      this.#metrics.addLevel(this.#m!.waiting, now, -1);
      this.#metrics.addLevel(this.#m!.busy, now, 1);
      this.#metrics.observe(this.#m!.wait, (now - since) / US_PER_S);
      this.#ports.start(video, chain);
    }
    // What has been given out is dropped now and then, so that the list stays as long as the line.
    if (this.#next > 1000 && 2 * this.#next > this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#next);
      this.#next = 0;
    }
  }
}
