import { Rows, type Columns, type RowsState } from '../core/rows.ts';
import type { Us } from '../core/units.ts';

const ATTEMPT = {
  /** -1 in a closed row. */
  task: Int32Array,
  worker: Int32Array,
  chunks: Int32Array,
  /** Number of the first chunk in its video. */
  first: Int32Array,
  /** A number no other attempt has or had: tells a late answer from that of a new attempt in the same row. */
  serial: Float64Array,
  startedAt: Float64Array,
  /** Neighbours among the attempts of its worker, or -1. */
  previous: Int32Array,
  next: Int32Array,
} as const;

/** Chunks of tasks on workers, as columns. */
export type AttemptColumns = Columns<typeof ATTEMPT>;

const WORKER = { first: Int32Array, seenAt: Float64Array } as const;

/** Copied state of the attempts. */
export interface AttemptsState {
  readonly attempts: RowsState<typeof ATTEMPT>;
  readonly workers: RowsState<typeof WORKER>;
  readonly serial: number;
}

/** Chunks of tasks on workers: an attempt is a row, and each worker's attempts hang together in a list. */
export class Attempts {
  readonly #rows = new Rows(ATTEMPT);
  readonly #workers = new Rows(WORKER);
  #serial = 0;

  get columns(): AttemptColumns {
    return this.#rows.columns;
  }

  /** Attempts under way. */
  get size(): number {
    return this.#rows.size;
  }

  /** One more than the highest row ever used. */
  get end(): number {
    return this.#rows.end;
  }

  /** Workers that had an attempt so far are numbered below this. */
  get workers(): number {
    return this.#workers.end;
  }

  /** Chunks of a task go to a worker. */
  open(now: Us, task: number, worker: number, chunks: number, first: number): number {
    const attempt = this.#rows.open();
    const a = this.#rows.columns;
    a.task[attempt] = task;
    a.worker[attempt] = worker;
    a.chunks[attempt] = chunks;
    a.first[attempt] = first;
    a.serial[attempt] = ++this.#serial;
    a.startedAt[attempt] = now;
    this.#link(attempt, worker);
    return attempt;
  }

  /** The attempt is over. */
  close(attempt: number): void {
    const a = this.#rows.columns;
    const previous = a.previous[attempt]!;
    const next = a.next[attempt]!;
    if (previous >= 0) a.next[previous] = next;
    else this.#workers.columns.first[a.worker[attempt]!] = next;
    if (next >= 0) a.previous[next] = previous;
    a.task[attempt] = -1;
    this.#rows.close(attempt);
  }

  /** True while an attempt is the one that got this serial, and not over. */
  holds(attempt: number, serial: number): boolean {
    const a = this.#rows.columns;
    // Beyond the end stand rows of a future that was taken back.
    return attempt < this.#rows.end && a.serial[attempt] === serial && a.task[attempt]! >= 0;
  }

  /** First of a worker's attempts, or -1; the next ones follow by the column `next`. */
  firstOf(worker: number): number {
    return worker < this.#workers.end ? this.#workers.columns.first[worker]! : -1;
  }

  /** A worker has been heard of. */
  seen(now: Us, worker: number): void {
    if (worker < this.#workers.end) this.#workers.columns.seenAt[worker] = now;
  }

  /** When an attempt's worker was last heard of: at the latest when it got the attempt. */
  heardOf(attempt: number): Us {
    const a = this.#rows.columns;
    return Math.max(this.#workers.columns.seenAt[a.worker[attempt]!]!, a.startedAt[attempt]!);
  }

  save(): AttemptsState {
    return { attempts: this.#rows.save(), workers: this.#workers.save(), serial: this.#serial };
  }

  restore(state: AttemptsState): void {
    this.#rows.restore(state.attempts);
    this.#workers.restore(state.workers);
    this.#serial = state.serial;
  }

  #link(attempt: number, worker: number): void {
    while (this.#workers.end <= worker) {
      const opened = this.#workers.open();
      this.#workers.columns.first[opened] = -1;
      this.#workers.columns.seenAt[opened] = -Infinity;
    }
    const { first } = this.#workers.columns;
    const a = this.#rows.columns;
    const before = first[worker]!;
    a.previous[attempt] = -1;
    a.next[attempt] = before;
    if (before >= 0) a.previous[before] = attempt;
    first[worker] = attempt;
  }
}
