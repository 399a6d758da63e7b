import { JobHeap, type SavedJobHeap } from './job-heap.ts';
import { NO_JOB, type Job, type Jobs } from './jobs.ts';

/** Those who wait, in the order in which they will be served. */
export interface Line {
  readonly size: number;
  /** A newcomer joins. */
  add(job: Job): void;
  /** One whose service was broken off comes back to stand before those who have had none. */
  putBack(job: Job): void;
  /** Takes out the next to be served; the line must not be empty. */
  take(): Job;
  /** Takes out one who leaves. */
  remove(job: Job): void;
  save(): SavedLine;
  restore(saved: SavedLine): void;
}

/** What a line holds besides the columns of its jobs. */
export type SavedLine = readonly [head: Job, tail: Job, size: number] | SavedJobHeap;

/** A line in order of arrival, or in its reverse: a chain through the columns `next` and `previous`. */
export class ChainLine implements Line {
  size = 0;
  readonly #jobs: Jobs;
  readonly #lastFirst: boolean;
  #head: Job = NO_JOB;
  #tail: Job = NO_JOB;

  constructor(jobs: Jobs, lastFirst: boolean) {
    this.#jobs = jobs;
    this.#lastFirst = lastFirst;
  }

  add(job: Job): void {
    if (this.#lastFirst) {
      this.putBack(job);
      return;
    }
    const tail = this.#tail;
    this.#jobs.next[job] = NO_JOB;
    this.#jobs.previous[job] = tail;
    if (tail === NO_JOB) this.#head = job;
    else this.#jobs.next[tail] = job;
    this.#tail = job;
    this.size++;
  }

  putBack(job: Job): void {
    const head = this.#head;
    this.#jobs.next[job] = head;
    this.#jobs.previous[job] = NO_JOB;
    if (head === NO_JOB) this.#tail = job;
    else this.#jobs.previous[head] = job;
    this.#head = job;
    this.size++;
  }

  take(): Job {
    const job = this.#head;
    const next = this.#jobs.next[job]!;
    this.#head = next;
    if (next === NO_JOB) this.#tail = NO_JOB;
    else this.#jobs.previous[next] = NO_JOB;
    this.size--;
    return job;
  }

  remove(job: Job): void {
    const next = this.#jobs.next[job]!;
    const previous = this.#jobs.previous[job]!;
    if (previous === NO_JOB) this.#head = next;
    else this.#jobs.next[previous] = next;
    if (next === NO_JOB) this.#tail = previous;
    else this.#jobs.previous[next] = previous;
    this.size--;
  }

  save(): SavedLine {
    return [this.#head, this.#tail, this.size];
  }

  restore(saved: SavedLine): void {
    [this.#head, this.#tail, this.size] = saved as readonly [Job, Job, number];
  }
}

/** A line in order of the columns `key` and `sequence`; who comes back has kept both. */
export class KeyLine implements Line {
  readonly #jobs: Jobs;
  readonly #heap = new JobHeap();

  constructor(jobs: Jobs) {
    this.#jobs = jobs;
  }

  get size(): number {
    return this.#heap.size;
  }

  add(job: Job): void {
    this.#heap.add(job, this.#jobs.key[job]!, this.#jobs.sequence[job]!);
  }

  putBack(job: Job): void {
    this.add(job);
  }

  take(): Job {
    const job = this.#heap.top;
    this.#heap.remove(job);
    return job;
  }

  remove(job: Job): void {
    this.#heap.remove(job);
  }

  save(): SavedLine {
    return this.#heap.save();
  }

  restore(saved: SavedLine): void {
    this.#heap.restore(saved as SavedJobHeap);
  }
}
