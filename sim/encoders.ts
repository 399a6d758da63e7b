import type { MetricHandle, MetricSet } from '../models/core/metrics.ts';
import type { RandomStream, RandomStreams } from '../models/core/rng.ts';
import { US_PER_S, type Us } from '../models/core/units.ts';
import type { AttemptColumns } from '../models/transcode/attempts.ts';
import type { Failure } from '../models/transcode/dispatcher.ts';
import type { Farm } from '../models/transcode/farm.ts';
import { workers, workersFailing } from '../models/transcode/metrics.ts';
import type { PoolParams } from '../models/transcode/params.ts';
import { CODECS, shareOf, type TaskTable } from '../models/transcode/task.ts';
import type { WorkBooks } from '../models/transcode/work-books.ts';
import { WorkerPool } from '../models/transcode/worker-pool.ts';
import { CODES } from './codes.ts';
import type { EncoderFaults } from './encoder-faults.ts';
import type { FarmLevers } from './farm-levers.ts';
import type { EventLoop } from './kernel/event-loop.ts';
import { PoolCrashes, type PoolCrashesState } from './pool-crashes.ts';

/** What encoders tell the rest of transcoding. */
export interface EncoderHost {
  /** An attempt has ended; `failed` of its chunks came to nothing. */
  ended(attempt: number, serial: number, failed: number, reason: Failure): void;
  /** A worker is lost with what it had. */
  workerLost(worker: number): void;
  /** There may be room: waiting chunks are to be given out, after what else happens now. */
  dispatchSoon(): void;
}

/** How a farm behaves in virtual time: how long attempts take, and how many of their chunks fail. */
export interface Encoders {
  readonly farm: Farm;
  /** What can be broken and mended about its workers. */
  readonly levers: FarmLevers;
  /** The run begins. */
  open(): void;
  /** A new attempt runs on its worker. */
  start(attempt: number): void;
  /** Brings counters that are kept lazily up to now. */
  settle(now: Us): void;
  /** A copy of the state, but for that of the farm. */
  save(): unknown;
  restore(state: unknown): void;
}

/** What encoders are built around. */
export interface EncoderSetting {
  readonly tasks: TaskTable;
  readonly attempts: () => AttemptColumns;
  readonly work: () => WorkBooks;
  readonly streams: RandomStreams;
  readonly loop: EventLoop;
  readonly metrics: MetricSet;
  readonly host: EncoderHost;
  readonly faults: EncoderFaults;
}

/** Workers that are all alike: a time to start, one for the pixels, one for the decoding. */
export class PoolEncoders implements Encoders {
  readonly farm: WorkerPool;
  readonly levers: FarmLevers;
  readonly #params: PoolParams;
  readonly #crashes: PoolCrashes;
  readonly #setting: EncoderSetting;
  /** Steps in which workers become free; 0: none. [us] */
  readonly #step: Us;
  readonly #slowdown: readonly number[];
  readonly #times: RandomStream;
  readonly #failures: RandomStream;
  readonly #stepDraws: RandomStream;
  readonly #failing: MetricHandle;

  constructor(params: PoolParams, step: Us, setting: EncoderSetting) {
    this.#params = params;
    this.#step = step;
    this.#setting = setting;
    this.farm = new WorkerPool(params.workers);
    this.#slowdown = CODECS.map((codec) => params.slowdown[codec]);
    this.#times = setting.streams.stream('farm/service');
    this.#failures = setting.streams.stream('farm/failures');
    this.#stepDraws = setting.streams.stream('farm/step');
    this.#failing = setting.metrics.bind(workersFailing);
    this.#crashes = new PoolCrashes(setting.streams.stream('faults/workers'));
    this.levers = {
      scale: (factor, _pool, coldStartUs) => this.#addLater((factor - 1) * this.farm.workers, coldStartUs),
      burst: (machines, _pool, coldStartUs) => this.#addLater(machines, coldStartUs),
      replaceFailing: (coldStartUs) => this.#replaceFailing(coldStartUs),
      breakGpus: noSuchThing,
      reclaim: noSuchThing,
    };
    const { loop, host } = setting;
    loop.on(CODES.farmChanged, (change) => this.#resize(params.resize[change]!.workers));
    loop.on(CODES.workersReady, (more) => this.#resize(this.farm.workers + more));
    loop.on(CODES.attemptEnded, (attempt, serial) => {
      const { chunks, task } = setting.attempts();
      const all = chunks[attempt]!;
      const usual = failuresAmong(all, this.#params.failures, this.#failures);
      const lost = this.#crashes.ended(attempt);
      if (lost > 0) host.ended(attempt, serial, lost, 'lost');
      else host.ended(attempt, serial, setting.faults.fails(task[attempt]!) ? all : usual, 'encoder');
      host.dispatchSoon();
    });
  }

  open(): void {
    const { metrics, loop } = this.#setting;
    metrics.setLevel(metrics.bind(workers), 0, this.#params.workers);
    this.#params.resize.forEach(({ at }, change) => loop.schedule(at, CODES.farmChanged, change, 0));
  }

  start(attempt: number): void {
    const { loop, attempts } = this.#setting;
    const { now } = loop;
    let at = now + this.#serviceUs(attempts(), attempt);
    if (this.#step > 0) {
      // Up or down by chance, so that the time is right on average wherever it lies between two steps.
      const steps = Math.floor(at / this.#step + this.#stepDraws.uniform());
      at = Math.max(now, steps * this.#step);
    }
    const chunks = attempts().chunks[attempt]!;
    const idle = this.farm.workers - this.farm.busy + chunks;
    // Only if all of them crash is it known before the others are done.
    if (this.#crashes.taken(attempt, chunks, idle, this.#crashing()) === chunks) {
      at = now + this.#setting.faults.lostAfter();
    }
    loop.schedule(at, CODES.attemptEnded, attempt, attempts().serial[attempt]!);
  }

  settle(now: Us): void {
    this.#setting.metrics.setLevel(this.#failing, now, this.#crashing());
  }

  save(): PoolCrashesState {
    return this.#crashes.save();
  }

  restore(state: PoolCrashesState): void {
    this.#crashes.restore(state);
  }

  /** Workers that crash now. */
  #crashing(): number {
    return Math.round(this.#setting.faults.crashing.share * this.farm.workers);
  }

  #resize(count: number): void {
    const { metrics, loop, host } = this.#setting;
    this.farm.resize(count);
    metrics.setLevel(metrics.bind(workers), loop.now, count);
    host.dispatchSoon();
  }

  #addLater(more: number, coldStartUs: Us): void {
    const { loop } = this.#setting;
    loop.schedule(loop.now + coldStartUs, CODES.workersReady, Math.ceil(more - 1e-9), 0);
  }

  /** Workers that crash for their hardware go now; as many come after a cold start. */
  #replaceFailing(coldStartUs: Us): void {
    const { faults } = this.#setting;
    const count = Math.round(faults.crashing.hardware * this.farm.workers);
    if (count === 0) return;
    faults.replaced();
    this.#resize(this.farm.workers - count);
    this.#addLater(count, coldStartUs);
  }

  #serviceUs(attempts: AttemptColumns, attempt: number): Us {
    const { start, pixelRate, decodeRate, law, variation } = this.#params;
    const c = this.#setting.tasks.columns;
    const task = attempts.task[attempt]!;
    const chunks = attempts.chunks[attempt]!;
    const share = shareOf(c, task, attempts.first[attempt]!, chunks) / chunks;
    const encode = (c.content[task]! * c.chunkPixels[task]! * this.#slowdown[c.codec[task]!]!) / pixelRate;
    const decode = (share * c.chunkDecodePixels[task]! + c.leadPixels[task]!) / decodeRate;
    const mean = start + (share * encode + decode) * US_PER_S;
    if (law === 'exponential') return Math.max(1, Math.round(this.#times.exponential(mean)));
    if (variation === 0) return Math.max(1, Math.round(mean));
    // Chunks that start together give their workers back together, after their mean time.
    const deviation = variation / Math.sqrt(chunks);
    const sigma = Math.sqrt(Math.log(1 + deviation ** 2));
    return Math.max(1, Math.round(mean * Math.exp(sigma * this.#times.normal() - sigma ** 2 / 2)));
  }
}

/** Workers that are all alike have no GPUs that break and no market that takes them back. */
function noSuchThing(): void {
  // The loader refuses scenarios that ask for it.
}

/** How many of some chunks fail, each with the same probability. */
export function failuresAmong(chunks: number, share: number, stream: RandomStream): number {
  if (share === 0) return 0;
  const logGood = Math.log(1 - share);
  let failed = -1;
  // Chunks between failures are geometric.
  for (let at = -1; at < chunks; failed++) {
    at += 1 + Math.floor(Math.log(stream.uniformPositive()) / logGood);
  }
  return failed;
}
