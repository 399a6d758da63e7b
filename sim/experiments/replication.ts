/** What a replication tells the experiment while it runs, and asks of it. */
export interface ReplicationControl {
  /** How far it is: a fraction from 0 to 1, and the events delivered so far. */
  progress(fraction: number, events: number): void;
  /** True when the experiment is being stopped: the replication should return what it has. */
  cancelled(): boolean;
}

/** What a replication has produced; `complete` is false when it was stopped early. */
export interface Replicated<Outcome> {
  readonly outcome: Outcome;
  readonly complete: boolean;
}

/**
 * What a module of replications exports as `replicate`: a function of plain data, the replication's number
 * and nothing else, so that it gives the same outcome in any thread, in any order, after any crash. Data
 * and outcome cross threads by structured cloning, and outcomes a checkpoint as JSON.
 */
export type Replicate<Data, Outcome> = (
  data: Data,
  replication: number,
  control: ReplicationControl,
) => Replicated<Outcome> | Promise<Replicated<Outcome>>;

/** How far an experiment is. */
export interface Progress {
  /** From 0 to 1. */
  readonly fraction: number;
  /** Replications finished. */
  readonly finished: number;
  readonly replications: number;
  /** Events delivered so far, over all replications. */
  readonly events: number;
}

/**
 * Progress and cancellation shared between threads: a flag and, for each replication, its fraction and its
 * events. Written without locks: a torn read can at worst draw a progress bar wrong.
 */
export class Board {
  readonly buffer: SharedArrayBuffer;
  readonly #flag: Int32Array;
  readonly #cells: Float64Array;

  constructor(source: number | SharedArrayBuffer) {
    this.buffer = typeof source === 'number' ? new SharedArrayBuffer(8 + 16 * source) : source;
    this.#flag = new Int32Array(this.buffer, 0, 1);
    this.#cells = new Float64Array(this.buffer, 8);
  }

  cancel(): void {
    Atomics.store(this.#flag, 0, 1);
  }

  get cancelled(): boolean {
    return Atomics.load(this.#flag, 0) === 1;
  }

  /** Marks a replication as done. */
  finish(replication: number): void {
    this.#cells[2 * replication] = 1;
  }

  /** The view of one replication. */
  control(replication: number): ReplicationControl {
    return {
      progress: (fraction, events) => {
        this.#cells[2 * replication] = fraction;
        this.#cells[2 * replication + 1] = events;
      },
      cancelled: () => this.cancelled,
    };
  }

  /** Sums over all replications. */
  totals(): { readonly fraction: number; readonly events: number } {
    let fraction = 0;
    let events = 0;
    for (let i = 0; i < this.#cells.length; i += 2) {
      fraction += this.#cells[i]!;
      events += this.#cells[i + 1]!;
    }
    return { fraction: fraction / (this.#cells.length / 2), events };
  }
}
