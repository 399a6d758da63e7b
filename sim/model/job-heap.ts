import type { Job } from './jobs.ts';

/**
 * Jobs in order of (key, sequence), the least first; a binary heap in which any of them can be found and
 * removed.
 */
export class JobHeap {
  size = 0;
  // By place.
  #keys = new Float64Array(FIRST_CAPACITY);
  #sequences = new Float64Array(FIRST_CAPACITY);
  #jobs = new Int32Array(FIRST_CAPACITY);
  // By job.
  #places = new Int32Array(FIRST_CAPACITY);

  /** The job that is first; the heap must not be empty. */
  get top(): Job {
    return this.#jobs[0]!;
  }

  /** Key of the job that is first; the heap must not be empty. */
  get topKey(): number {
    return this.#keys[0]!;
  }

  add(job: Job, key: number, sequence: number): void {
    if (this.size === this.#keys.length) {
      this.#keys = enlarged(this.#keys, new Float64Array(2 * this.size));
      this.#sequences = enlarged(this.#sequences, new Float64Array(2 * this.size));
      this.#jobs = enlarged(this.#jobs, new Int32Array(2 * this.size));
    }
    if (job >= this.#places.length) this.#places = enlarged(this.#places, new Int32Array(2 * job));
    this.#rise(this.size++, job, key, sequence);
  }

  /** Takes out a job that is in the heap. */
  remove(job: Job): void {
    const hole = this.#places[job]!;
    const last = --this.size;
    if (hole === last) return;
    const moved = this.#jobs[last]!;
    const key = this.#keys[last]!;
    const sequence = this.#sequences[last]!;
    const parent = (hole - 1) >> 1;
    if (hole > 0 && this.#isBefore(key, sequence, parent)) this.#rise(hole, moved, key, sequence);
    else this.#sink(hole, moved, key, sequence);
  }

  save(): SavedJobHeap {
    const upTo = this.size;
    return {
      keys: this.#keys.slice(0, upTo),
      sequences: this.#sequences.slice(0, upTo),
      jobs: this.#jobs.slice(0, upTo),
    };
  }

  restore({ keys, sequences, jobs }: SavedJobHeap): void {
    this.size = 0;
    // A heap's own order is put back as it was: every job rises no further than its place.
    for (let place = 0; place < jobs.length; place++) this.add(jobs[place]!, keys[place]!, sequences[place]!);
  }

  #isBefore(key: number, sequence: number, place: number): boolean {
    const other = this.#keys[place]!;
    return key < other || (key === other && sequence < this.#sequences[place]!);
  }

  #rise(start: number, job: Job, key: number, sequence: number): void {
    let hole = start;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if (!this.#isBefore(key, sequence, parent)) break;
      this.#move(parent, hole);
      hole = parent;
    }
    this.#put(hole, job, key, sequence);
  }

  #sink(start: number, job: Job, key: number, sequence: number): void {
    const size = this.size;
    let hole = start;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= size) break;
      const other = child + 1;
      if (other < size && this.#isBefore(this.#keys[other]!, this.#sequences[other]!, child)) child = other;
      if (this.#isBefore(key, sequence, child)) break;
      this.#move(child, hole);
      hole = child;
    }
    this.#put(hole, job, key, sequence);
  }

  #move(from: number, to: number): void {
    this.#put(to, this.#jobs[from]!, this.#keys[from]!, this.#sequences[from]!);
  }

  #put(place: number, job: Job, key: number, sequence: number): void {
    this.#keys[place] = key;
    this.#sequences[place] = sequence;
    this.#jobs[place] = job;
    this.#places[job] = place;
  }
}

/** What a heap holds, by place. */
export interface SavedJobHeap {
  readonly keys: Float64Array;
  readonly sequences: Float64Array;
  readonly jobs: Int32Array;
}

function enlarged<Column extends Float64Array | Int32Array>(column: Column, empty: Column): Column {
  empty.set(column);
  return empty;
}

const FIRST_CAPACITY = 16;
