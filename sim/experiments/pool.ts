import { Piscina } from 'piscina';
import { Checkpoint, type OutcomeStore } from './checkpoint.ts';
import { Board, type Progress } from './replication.ts';
import type { ThrownError, WorkerAnswer, WorkerStart } from './worker.ts';

/** An experiment: the same model run again and again with other random numbers. */
export interface Experiment<Data, Outcome> {
  /** Address of the module that exports `replicate` (see Replicate). */
  readonly module: URL;
  readonly data: Data;
  /** Most replications to run. */
  readonly replications: number;
  /** Threads; outcomes do not depend on their number. */
  readonly workers: number;
  /**
   * Looks at the outcomes of replications 0..k in order, as soon as they are there; true ends the experiment
   * with exactly these, whatever else has been computed meanwhile.
   */
  readonly enough?: (outcomes: readonly Outcome[]) => boolean;
  /** Keeps finished replications on disk and goes on from those it holds. */
  readonly checkpoint?: { readonly file: string; readonly key: string };
  /** Keeps them elsewhere instead. */
  readonly store?: OutcomeStore<Outcome>;
  /**
   * Asked whenever all replications that it has named are finished: which to run next, none to end. Without
   * it, all are run.
   */
  readonly next?: (finished: ReadonlyMap<number, Outcome>) => readonly number[];
  readonly signal?: AbortSignal;
  /** Called a few times a second. */
  readonly onProgress?: (progress: Progress) => void;
}

/** What an experiment has produced. */
export interface ExperimentResult<Outcome> {
  /** Outcomes of finished replications in their order; without gaps unless the experiment was stopped. */
  readonly outcomes: readonly Outcome[];
  /** All that finished, by number; more than `outcomes` when those were enough. */
  readonly finished: ReadonlyMap<number, Outcome>;
  /** What the first unfinished replication had when the experiment was stopped and none had finished. */
  readonly partial: Outcome | undefined;
  /** False when it was stopped early by its signal. */
  readonly complete: boolean;
  /** Replications run again because their thread died. */
  readonly retried: readonly number[];
  /** Replications taken from the checkpoint. */
  readonly resumed: number;
}

/** Times a replication is tried again after its thread has died. */
const RETRIES = 2;
const PROGRESS_MS = 200;

/** Runs an experiment on worker threads; a model's exception ends it and is thrown here. */
export async function runExperiment<Data, Outcome>(
  experiment: Experiment<Data, Outcome>,
): Promise<ExperimentResult<Outcome>> {
  return new Run(experiment).run();
}

class Run<Data, Outcome> {
  readonly #experiment: Experiment<Data, Outcome>;
  readonly #board: Board;
  readonly #pool: Piscina<number, WorkerAnswer>;
  readonly #store: OutcomeStore<Outcome> | undefined;
  readonly #finished = new Map<number, Outcome>();
  readonly #retried: number[] = [];
  readonly #prefix: Outcome[] = [];
  #partial: { readonly replication: number; readonly outcome: Outcome } | undefined;
  /** Replications to run, in this order. */
  #queue: readonly number[];
  #taken = 0;
  #enough = false;

  constructor(experiment: Experiment<Data, Outcome>) {
    this.#experiment = experiment;
    this.#board = new Board(experiment.replications);
    const { checkpoint, replications } = experiment;
    this.#store = checkpoint === undefined ? experiment.store
      : new Checkpoint(checkpoint.file, checkpoint.key);
    for (const [replication, outcome] of this.#store?.finished ?? []) {
      if (replication < replications) this.#keep(replication, outcome);
    }
    this.#queue = experiment.next?.(this.#finished) ?? Array.from({ length: replications }, (_, i) => i);
    const start: WorkerStart = {
      module: experiment.module.href, data: experiment.data, board: this.#board.buffer,
    };
    this.#pool = new Piscina<number, WorkerAnswer>({
      filename: new URL('./worker.ts', import.meta.url).href,
      name: 'runReplication',
      minThreads: 0,
      maxThreads: experiment.workers,
      // Between two rounds of `next` threads wait for the slowest.
      idleTimeout: experiment.next === undefined ? 0 : 2000,
      workerData: start,
    });
  }

  async run(): Promise<ExperimentResult<Outcome>> {
    const { signal, workers } = this.#experiment;
    const resumed = this.#finished.size;
    const stop = () => this.#board.cancel();
    signal?.addEventListener('abort', stop);
    if (signal?.aborted === true) stop();
    const timer = setInterval(() => this.#tell(), PROGRESS_MS);
    try {
      while (this.#queue.length > 0 && !this.#board.cancelled) {
        this.#taken = 0;
        await Promise.all(Array.from({ length: workers }, () => this.#lane()));
        this.#queue = this.#board.cancelled ? [] : this.#experiment.next?.(this.#finished) ?? [];
      }
      this.#tell();
    } finally {
      clearInterval(timer);
      signal?.removeEventListener('abort', stop);
      this.#board.cancel();
      await this.#pool.destroy();
      this.#store?.close();
    }
    const interrupted = signal?.aborted === true && !this.#enough;
    const complete = !interrupted || this.#finished.size === this.#experiment.replications;
    const outcomes = this.#enough ? this.#prefix : inOrder(this.#finished);
    const partial = outcomes.length === 0 ? this.#partial?.outcome : undefined;
    const finished = this.#finished;
    return { outcomes, finished, partial, complete, retried: this.#retried.sort((a, b) => a - b), resumed };
  }

  /** One thread's worth of work: takes the next replication until none is left. */
  async #lane(): Promise<void> {
    while (!this.#enough && !this.#board.cancelled) {
      const replication = this.#queue[this.#taken];
      if (replication === undefined) return;
      this.#taken++;
      if (this.#finished.has(replication)) continue;
      const answer = await this.#answer(replication);
      if (answer.kind === 'threw') {
        this.#board.cancel();
        throw revive(answer.error, replication);
      }
      const outcome = answer.outcome as Outcome;
      if (answer.complete) {
        this.#store?.add(replication, outcome);
        this.#keep(replication, outcome);
      } else if (this.#partial === undefined || replication < this.#partial.replication) {
        this.#partial = { replication, outcome };
      }
    }
  }

  /** Runs a replication, again when its thread dies. */
  async #answer(replication: number): Promise<WorkerAnswer> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#pool.run(replication);
      } catch (error) {
        if (attempt === RETRIES) {
          const reason = error instanceof Error ? error.message : String(error);
          const message = `replication ${replication} lost its thread ${RETRIES + 1} times: ${reason}`;
          throw new Error(message, { cause: error });
        }
        this.#retried.push(replication);
      }
    }
  }

  /** Takes a finished replication in, and asks whether the run of finished ones from 0 on is enough. */
  #keep(replication: number, outcome: Outcome): void {
    this.#finished.set(replication, outcome);
    while (!this.#enough && this.#finished.has(this.#prefix.length)) {
      this.#prefix.push(this.#finished.get(this.#prefix.length)!);
      this.#enough = this.#experiment.enough?.(this.#prefix) ?? false;
    }
    this.#board.finish(replication);
    if (this.#enough) this.#board.cancel();
  }

  #tell(): void {
    const { fraction, events } = this.#board.totals();
    const { replications } = this.#experiment;
    this.#experiment.onProgress?.({ fraction, finished: this.#finished.size, replications, events });
  }
}

function inOrder<Outcome>(finished: ReadonlyMap<number, Outcome>): Outcome[] {
  return [...finished].sort(([a], [b]) => a - b).map(([, outcome]) => outcome);
}

function revive(error: ThrownError, replication: number): Error {
  const revived = new Error(`in replication ${replication}: ${error.message}`);
  revived.name = error.name;
  revived.stack = error.stack;
  return revived;
}
