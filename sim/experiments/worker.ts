import { workerData } from 'piscina';
import { Board, type Replicate } from './replication.ts';

/** What every thread of an experiment is started with. */
export interface WorkerStart {
  /** Address of the module that exports `replicate`. */
  readonly module: string;
  readonly data: unknown;
  readonly board: SharedArrayBuffer;
}

/** An exception of a replication, as it crosses threads. */
export interface ThrownError {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
}

/**
 * What a thread answers; an exception of the model is an answer too, so that only a dead thread is a
 * failure.
 */
export type WorkerAnswer =
  | { readonly kind: 'done'; readonly outcome: unknown; readonly complete: boolean }
  | { readonly kind: 'threw'; readonly error: ThrownError };

const start = workerData as WorkerStart;
const board = new Board(start.board);
const loaded = import(start.module) as Promise<{ readonly replicate: Replicate<unknown, unknown> }>;

/** Runs one replication; piscina calls it with the replication's number. */
export async function runReplication(replication: number): Promise<WorkerAnswer> {
  const { replicate } = await loaded;
  try {
    const { outcome, complete } = await replicate(start.data, replication, board.control(replication));
    return { kind: 'done', outcome, complete };
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    return { kind: 'threw', error: { name: error.name, message: error.message, stack: error.stack ?? '' } };
  }
}
