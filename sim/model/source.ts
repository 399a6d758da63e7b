import { InvariantError } from '../../models/core/assert.ts';
import type { Distribution } from '../../models/core/distributions/distribution.ts';
import type { RandomStream } from '../../models/core/rng.ts';
import type { ArrivalProcess } from './arrivals.ts';
import type { Model, Part } from './model.ts';

/** How much a source lets in. */
export interface SourceOptions {
  /** Law of the customers that come at once, rounded; one by default. */
  readonly batch?: Distribution;
  /** Arrivals, batches that is, after which none comes any more; unlimited by default. */
  readonly limit?: number;
}

/**
 * Lets customers come: `arrive` is called with the running number of each, from 0. The first interval begins
 * now.
 */
export class Source implements Part<SavedSource> {
  readonly name: string;
  readonly #model: Model;
  readonly #process: ArrivalProcess;
  readonly #arrive: (customer: number) => void;
  readonly #batch: Distribution | undefined;
  readonly #stream: RandomStream;
  readonly #batches: RandomStream | undefined;
  readonly #code: number;
  readonly #limit: number;
  #arrivals = 0;
  #customers = 0;

  constructor(
    model: Model, name: string, process: ArrivalProcess, arrive: (customer: number) => void,
    options: SourceOptions = {},
  ) {
    this.name = name;
    this.#model = model;
    this.#process = process;
    this.#arrive = arrive;
    this.#batch = options.batch;
    this.#limit = options.limit ?? Infinity;
    this.#stream = model.stream(`${name}/arrivals`);
    this.#batches = options.batch && model.stream(`${name}/batch`);
    this.#code = model.on(() => this.#come());
    model.add(this);
    this.#scheduleNext();
  }

  /** Customers who have come. */
  get customers(): number {
    return this.#customers;
  }

  resetStatistics(): void {}

  checkLaws(): void {}

  save(): SavedSource {
    return { arrivals: this.#arrivals, customers: this.#customers };
  }

  restore({ arrivals, customers }: SavedSource): void {
    this.#arrivals = arrivals;
    this.#customers = customers;
  }

  #come(): void {
    this.#arrivals++;
    this.#scheduleNext();
    if (this.#batch === undefined) this.#arrive(this.#customers++);
    else this.#comeTogether();
  }

  #comeTogether(): void {
    const size = Math.round(this.#batch!.sample(this.#batches!));
    for (let left = size; left > 0; left--) this.#arrive(this.#customers++);
  }

  #scheduleNext(): void {
    if (this.#arrivals >= this.#limit) return;
    const { loop, unitUs } = this.#model;
    const now = loop.now;
    const next = this.#process.next(now / unitUs, this.#arrivals, this.#stream);
    if (next === Infinity) return;
    const at = Math.round(next * unitUs);
    // A check that builds nothing: this is done for every customer.
    if (!(at >= now)) {
      throw new InvariantError('arrivals come in order of time', { source: this.name, at, now });
    }
    loop.schedule(at, this.#code, 0, 0);
  }
}

/** State of a source. */
export interface SavedSource {
  readonly arrivals: number;
  readonly customers: number;
}
