import type { MetricSet } from '../models/core/metrics.ts';
import type { RandomStream, RandomStreams } from '../models/core/rng.ts';
import { US_PER_S, type Us } from '../models/core/units.ts';
import type { AttemptColumns } from '../models/transcode/attempts.ts';
import type { Failure } from '../models/transcode/dispatcher.ts';
import type { Farm } from '../models/transcode/farm.ts';
import { workers } from '../models/transcode/metrics.ts';
import type { PoolParams } from '../models/transcode/params.ts';
import { CODECS, shareOf, type TaskTable } from '../models/transcode/task.ts';
import type { WorkBooks } from '../models/transcode/work-books.ts';
import { WorkerPool } from '../models/transcode/worker-pool.ts';
import { CODES } from './codes.ts';
import type { EventLoop } from './kernel/event-loop.ts';

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
}

/** Workers that are all alike: a time to start, one for the pixels, one for the decoding. */
export class PoolEncoders implements Encoders {
  readonly farm: WorkerPool;
  readonly #params: PoolParams;
  readonly #setting: EncoderSetting;
  /** Steps in which workers become free; 0: none. [us] */
  readonly #step: Us;
  readonly #slowdown: readonly number[];
  readonly #times: RandomStream;
  readonly #failures: RandomStream;
  readonly #stepDraws: RandomStream;

  constructor(params: PoolParams, step: Us, setting: EncoderSetting) {
    this.#params = params;
    this.#step = step;
    this.#setting = setting;
    this.farm = new WorkerPool(params.workers);
    this.#slowdown = CODECS.map((codec) => params.slowdown[codec]);
    this.#times = setting.streams.stream('farm/service');
    this.#failures = setting.streams.stream('farm/failures');
    this.#stepDraws = setting.streams.stream('farm/step');
    const { loop, host, metrics } = setting;
    loop.on(CODES.farmChanged, (change) => {
      const count = params.resize[change]!.workers;
      this.farm.resize(count);
      metrics.setLevel(metrics.bind(workers), loop.now, count);
      host.dispatchSoon();
    });
    loop.on(CODES.attemptEnded, (attempt, serial) => {
      host.ended(attempt, serial, this.#failed(setting.attempts().chunks[attempt]!), 'encoder');
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
    loop.schedule(at, CODES.attemptEnded, attempt, attempts().serial[attempt]!);
  }

  settle(_now: Us): void {}

  save(): undefined {
    return undefined;
  }

  restore(_state: unknown): void {}

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

  #failed(chunks: number): number {
    return failuresAmong(chunks, this.#params.failures, this.#failures);
  }
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
