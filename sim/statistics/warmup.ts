import { assert } from '../../models/core/assert.ts';

/** What to leave out at the beginning of a run, or why the run is too short to tell. */
export type Warmup =
  | {
    readonly kind: 'found';
    /** Batches, and observations in them, to leave out. */
    readonly batches: number;
    readonly observations: number;
    /** Mean of the batches that stay. */
    readonly mean: number;
    /** The statistic at its least: squared standard error of that mean, as if batches were independent. */
    readonly statistic: number;
    /** Mean with nothing left out. */
    readonly meanOfAll: number;
  }
  | {
    readonly kind: 'refused';
    readonly cause: 'too few values' | 'second half';
    readonly reason: string;
    readonly meanOfAll: number;
  };

/**
 * Batches at the end that the search leaves alone: the statistic of so few is chance (Hoad, Robinson,
 * Davies 2010).
 */
const LAST = 5;

/**
 * MSER-5 (White, Cobb and Spratt 2000): deletes the d first batches that minimise sum (z - mean)^2 / (k -
 * d)^2 over the k - d batch means that stay. A least in the second half is refused: the run is too short
 * for its warm-up.
 */
export function findWarmup(values: ArrayLike<number>, batchSize = 5): Warmup {
  assert(Number.isInteger(batchSize) && batchSize > 0, 'a batch holds one value or more', { batchSize });
  const means = batchMeansOf(values, batchSize);
  const k = means.length;
  const meanOfAll = k === 0 ? 0 : means.reduce((sum, mean) => sum + mean, 0) / k;
  if (k < 2 * LAST) {
    const reason = `${values.length} values are too few: ${2 * LAST} batches of ${batchSize} are needed`;
    return { kind: 'refused', cause: 'too few values', reason, meanOfAll };
  }
  let best = { batches: 0, statistic: Infinity, mean: 0 };
  // From the end, so that mean and squares of what stays grow by one batch a step (Welford).
  let mean = 0;
  let squares = 0;
  for (let d = k - 1; d >= 0; d--) {
    const stay = k - d;
    const distance = means[d]! - mean;
    mean += distance / stay;
    squares += distance * (means[d]! - mean);
    const statistic = squares / (stay * stay);
    if (stay >= LAST && statistic <= best.statistic) best = { batches: d, statistic, mean };
  }
  const observations = best.batches * batchSize;
  if (2 * best.batches > k) {
    const after = `after ${observations} of ${values.length} values`;
    const reason = `the warm-up seems to end in the second half, ${after}: lengthen the run`;
    return { kind: 'refused', cause: 'second half', reason, meanOfAll };
  }
  return { kind: 'found', ...best, observations, meanOfAll };
}

/** Value by value the mean over replications, as long as the shortest: what MSER-5 is best fed with. */
export function averageOver(replications: readonly ArrayLike<number>[]): Float64Array {
  assert(replications.length > 0, 'an average needs a replication');
  const length = Math.min(...replications.map((values) => values.length));
  return Float64Array.from({ length }, (_, i) => {
    return replications.reduce((sum, values) => sum + values[i]!, 0) / replications.length;
  });
}

/** Means of consecutive batches; what does not fill a batch at the end is left out. */
function batchMeansOf(values: ArrayLike<number>, size: number): Float64Array {
  return Float64Array.from({ length: Math.floor(values.length / size) }, (_, batch) => {
    let sum = 0;
    for (let i = batch * size; i < (batch + 1) * size; i++) sum += values[i]!;
    return sum / size;
  });
}
