import type { Us } from '../models/core/units.ts';
import type { ChunkOutcome, ChunkWatch } from './encode-chunk.ts';

/** What came of a try on a worker. `lost`: the worker was not heard of any more, or could not do it. */
export type Carried = (ChunkOutcome | {
  readonly kind: 'failed'; readonly reason: 'lost'; readonly detail: string; readonly cpuUs: Us;
}) & {
  /** Who made the try. */
  readonly worker: string;
};

/** How a worker does a job; rejects when it is cancelled, or when it cannot do its part of it. */
export type Work<Job> = (job: Job, watch: ChunkWatch) => Promise<ChunkOutcome>;

/** A job on its way to a worker. */
export interface Parcel<Job> {
  /** A number that no other job of this carrier has. */
  readonly id: number;
  readonly job: Job;
  /** Class of its task: 0 is the most urgent. */
  readonly urgency: number;
}

/**
 * Brings jobs that the dispatcher has given out to workers, and what came of them back.
 *
 *     carry -> [ carrier ] -> Work on some worker -> Carried, heard
 *
 * It decides nothing: order, retries and setting aside are the dispatcher's, so that a try is counted in one
 * place wherever workers are.
 */
export interface Carrier<Job> {
  /** Whether a worker that is not heard of any more is told as `lost`; else the dispatcher has to look. */
  readonly watchesLeases: boolean;
  /** Has a job done once. Rejects when the run is cancelled or the carrier itself is broken. */
  carry(parcel: Parcel<Job>, heard: () => void): Promise<Carried>;
  /** Nothing will be carried any more; what is under way is given up. */
  close(): Promise<void>;
}

/** Does each job in this process at once. */
export class LocalCarrier<Job> implements Carrier<Job> {
  readonly watchesLeases = false;
  readonly #work: Work<Job>;
  readonly #signal: AbortSignal;

  constructor(work: Work<Job>, signal: AbortSignal) {
    this.#work = work;
    this.#signal = signal;
  }

  async carry({ job }: Parcel<Job>, heard: () => void): Promise<Carried> {
    return { ...await this.#work(job, { signal: this.#signal, onProgress: heard }), worker: 'local' };
  }

  async close(): Promise<void> {}
}
