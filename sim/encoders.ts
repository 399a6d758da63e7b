import type { RandomStream } from '../models/core/rng.ts';
import { US_PER_S, type Us } from '../models/core/units.ts';
import type { AttemptColumns } from '../models/transcode/attempts.ts';
import type { Farm } from '../models/transcode/farm.ts';
import { workers } from '../models/transcode/metrics.ts';
import type { PoolParams } from '../models/transcode/params.ts';
import { CODECS, type TaskTable } from '../models/transcode/task.ts';
import { WorkerPool } from '../models/transcode/worker-pool.ts';
import { CODES } from './codes.ts';
import type { RunContext } from './run-part.ts';

/** How a farm behaves in virtual time: how long attempts take, and how many of their chunks fail. */
export interface Encoders {
  readonly farm: Farm;
  /** Time that an attempt, just started, takes. [us] */
  serviceUs(attempts: AttemptColumns, attempt: number): Us;
  /** Chunks of an attempt, just over, that came to nothing. */
  failed(attempts: AttemptColumns, attempt: number): number;
}

/** Workers that are all alike: a time to start, one for the pixels, one for the decoding. */
export class PoolEncoders implements Encoders {
  readonly farm: WorkerPool;
  readonly #params: PoolParams;
  readonly #tasks: TaskTable;
  readonly #slowdown: readonly number[];
  readonly #times: RandomStream;
  readonly #failures: RandomStream;

  /** `onRoom` is told when workers have come. */
  constructor(
    params: PoolParams, tasks: TaskTable, { loop, metrics, streams }: RunContext, onRoom: () => void,
  ) {
    this.#params = params;
    this.#tasks = tasks;
    this.farm = new WorkerPool(params.workers);
    const level = metrics.bind(workers);
    metrics.setLevel(level, 0, params.workers);
    loop.on(CODES.farmChanged, (step) => {
      const count = params.resize[step]!.workers;
      this.farm.resize(count);
      metrics.setLevel(level, loop.now, count);
      onRoom();
    });
    params.resize.forEach(({ at }, step) => loop.schedule(at, CODES.farmChanged, step, 0));
    this.#slowdown = CODECS.map((codec) => params.slowdown[codec]);
    this.#times = streams.stream('farm/service');
    this.#failures = streams.stream('farm/failures');
  }

  serviceUs(attempts: AttemptColumns, attempt: number): Us {
    const { start, pixelRate, decodeRate, law, variation } = this.#params;
    const c = this.#tasks.columns;
    const task = attempts.task[attempt]!;
    const encode = (c.content[task]! * c.chunkPixels[task]! * this.#slowdown[c.codec[task]!]!) / pixelRate;
    const mean = start + (encode + c.chunkDecodePixels[task]! / decodeRate) * US_PER_S;
    if (law === 'exponential') return Math.max(1, Math.round(this.#times.exponential(mean)));
    if (variation === 0) return Math.max(1, Math.round(mean));
    // Chunks that start together give their workers back together, after their mean time.
    const deviation = variation / Math.sqrt(attempts.chunks[attempt]!);
    const sigma = Math.sqrt(Math.log(1 + deviation ** 2));
    return Math.max(1, Math.round(mean * Math.exp(sigma * this.#times.normal() - sigma ** 2 / 2)));
  }

  failed(attempts: AttemptColumns, attempt: number): number {
    const { failures } = this.#params;
    if (failures === 0) return 0;
    const chunks = attempts.chunks[attempt]!;
    const logGood = Math.log(1 - failures);
    let failed = -1;
    // Chunks between failures are geometric.
    for (let at = -1; at < chunks; failed++) {
      at += 1 + Math.floor(Math.log(this.#failures.uniformPositive()) / logGood);
    }
    return failed;
  }
}
