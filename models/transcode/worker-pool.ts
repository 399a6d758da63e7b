import { assert } from '../core/assert.ts';
import type { Us } from '../core/units.ts';
import type { Farm } from './farm.ts';

/**
 * The simplest farm: one lane, workers that are all alike, each with room for one chunk. Chunks placed
 * together count as one worker, number 0: which of the idle ones they go to makes no difference.
 */
export class WorkerPool implements Farm {
  readonly lanes = ['workers'];
  readonly placedOn = 0;
  #workers: number;
  #busy = 0;

  constructor(workers: number) {
    assert(workers >= 0, 'a pool has no fewer than no workers', { workers });
    this.#workers = workers;
  }

  get busy(): number {
    return this.#busy;
  }

  get workers(): number {
    return this.#workers;
  }

  /** Workers come or go; those that are busy finish what they do. */
  resize(workers: number): void {
    this.#workers = workers;
  }

  laneOf(_task: number): number {
    return 0;
  }

  place(_now: Us, _task: number, most: number): number {
    const chunks = Math.min(most, Math.max(0, this.#workers - this.#busy));
    this.#busy += chunks;
    return chunks;
  }

  release(_now: Us, _task: number, _worker: number, chunks: number): void {
    this.#busy -= chunks;
    assert(this.#busy >= 0, 'what is released was placed', { busy: this.#busy, chunks });
  }

  save(): { readonly workers: number; readonly busy: number } {
    return { workers: this.#workers, busy: this.#busy };
  }

  restore(state: { readonly workers: number; readonly busy: number }): void {
    this.#workers = state.workers;
    this.#busy = state.busy;
  }
}
