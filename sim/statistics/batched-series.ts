import { assert } from '../../models/core/assert.ts';

/** What a batched series holds, as plain data. */
export interface BatchedSeriesState {
  readonly batchSize: number;
  readonly means: readonly number[];
  /** Sum and count of the batch that is not full yet. */
  readonly sum: number;
  readonly pending: number;
}

/**
 * A run of any length in bounded memory: means of consecutive batches, whose size doubles whenever there
 * are too many. Its means are what `findWarmup` and `estimateFromBatches` take when the values are too many
 * to keep.
 */
export class BatchedSeries {
  readonly #means: Float64Array;
  #length = 0;
  #batchSize = 1;
  #sum = 0;
  #pending = 0;

  /** Keeps between half of `capacity` and `capacity` batches once there are as many values; it is even. */
  constructor(capacity = 2048) {
    assert(capacity >= 4 && capacity % 2 === 0, 'a series has an even capacity', { capacity });
    this.#means = new Float64Array(capacity);
  }

  /** Values in each batch: a power of two. */
  get batchSize(): number {
    return this.#batchSize;
  }

  /** Adds the next value. */
  add(value: number): void {
    assert(Number.isFinite(value), 'a series takes finite values', { value });
    this.#sum += value;
    if (++this.#pending < this.#batchSize) return;
    if (this.#length === this.#means.length) {
      this.#halve();
      if (this.#pending < this.#batchSize) return;
    }
    this.#means[this.#length++] = this.#sum / this.#batchSize;
    this.#sum = 0;
    this.#pending = 0;
  }

  /** Means of the batches that are full. */
  means(): Float64Array {
    return this.#means.slice(0, this.#length);
  }

  save(): BatchedSeriesState {
    return { batchSize: this.#batchSize, means: [...this.means()], sum: this.#sum, pending: this.#pending };
  }

  restore(state: BatchedSeriesState): void {
    assert(state.means.length <= this.#means.length, 'the series has the capacity of the saved one');
    this.#means.set(state.means);
    this.#length = state.means.length;
    this.#batchSize = state.batchSize;
    this.#sum = state.sum;
    this.#pending = state.pending;
  }

  #halve(): void {
    const means = this.#means;
    this.#length /= 2;
    for (let i = 0; i < this.#length; i++) means[i] = (means[2 * i]! + means[2 * i + 1]!) / 2;
    this.#batchSize *= 2;
  }
}
