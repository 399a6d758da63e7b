import { assert } from '../../models/core/assert.ts';
import { boundsAround, studentQuantile, type StatedEstimate } from '../../models/core/statistics.ts';

/** How one long run is cut into batches. */
export interface BatchOptions {
  readonly confidence?: number;
  /** Batches that overlap by half use the run better: a third more degrees of freedom. Default false. */
  readonly overlapping?: boolean;
  /** Numbers of batches to try, the most first; default 30, 20, 10 (Schmeiser 1982: more gain nothing). */
  readonly counts?: readonly number[];
}

/** A mean from one long run, and what its interval rests on. */
export interface BatchEstimate extends StatedEstimate {
  /** Values in a batch; 0 without an interval. */
  readonly batchSize: number;
  /** Values used: those that fill no batch are dropped at the beginning, where a warm-up may linger. */
  readonly used: number;
  /** Lag-1 autocorrelation of the batch means; the interval holds if it is near zero. */
  readonly lag1: number;
  /** Why the interval is missing or too narrow; null if nothing speaks against it. */
  readonly doubt: string | null;
}

/** Fewest values in a batch, and in a run, for an interval: as LINE has them. */
const LEAST_BATCH = 10;
const LEAST_VALUES = 100;

/**
 * Mean of one long run, warmed up, with a t interval over batch means. Of the batch counts to try it takes
 * the first whose means pass von Neumann's test of independence; if none does, the last, and `doubt` says
 * so.
 */
export function estimateFromBatches(values: ArrayLike<number>, options: BatchOptions = {}): BatchEstimate {
  const { confidence = 0.95, overlapping = false, counts = [30, 20, 10] } = options;
  const method = overlapping ? 'overlapping batch means' : 'batch means';
  assert(counts.length > 0 && counts.every((count) => count >= 4), 'an interval needs four batches');
  const n = values.length;
  const possible = counts.filter((count) => n >= count * LEAST_BATCH);
  if (n < LEAST_VALUES || possible.length === 0) {
    const doubt = `${n} values are too few for batches: ${LEAST_VALUES} are needed`;
    const value = n === 0 ? NaN : meanOf(values, 0, n);
    const none = { n: 0, batchSize: 0, used: n, lag1: 0 };
    return { value, ...boundsAround(value, null), ...none, method, confidence, doubt };
  }
  let cut = cutInto(values, possible[0]!);
  for (const count of possible.slice(1)) {
    if (cut.independent) break;
    cut = cutInto(values, count);
  }
  const { means, mean, batchSize, lag1 } = cut;
  const k = means.length;
  const used = k * batchSize;
  const error = overlapping
    ? Math.sqrt(halfOverlappingVariance(values, batchSize, used, mean))
    : Math.sqrt(squaresAround(means, mean) / (k - 1) / k);
  const freedom = overlapping ? (4 / 3) * (k - 1) : k - 1;
  const half = studentQuantile((1 + confidence) / 2, freedom) * error;
  const doubt = cut.independent ? null
    : `means of batches of ${batchSize} are still correlated (lag 1: ${lag1.toFixed(2)}): lengthen the run`;
  return { value: mean, ...boundsAround(mean, half), n: k, method, confidence, batchSize, used, lag1, doubt };
}

/**
 * Von Neumann's ratio as an autocorrelation of lag 1, 1 - sum of squared steps / (2 sum of squares): 0 on
 * average and of variance (k - 2) / (k^2 - 1) for k independent normal values (Fishman 1978); 0 for values
 * that do not vary.
 */
export function lag1Autocorrelation(values: ArrayLike<number>): number {
  const squares = squaresAround(values, meanOf(values, 0, values.length));
  let steps = 0;
  for (let i = 1; i < values.length; i++) steps += (values[i]! - values[i - 1]!) ** 2;
  return squares === 0 ? 0 : 1 - steps / (2 * squares);
}

interface Cut {
  readonly means: Float64Array;
  readonly mean: number;
  readonly batchSize: number;
  readonly lag1: number;
  readonly independent: boolean;
}

function cutInto(values: ArrayLike<number>, k: number): Cut {
  // An even size, so that overlapping batches begin in the middle of one.
  const batchSize = 2 * Math.floor(values.length / k / 2);
  const from = values.length - k * batchSize;
  const means = Float64Array.from({ length: k }, (_, i) => {
    return meanOf(values, from + i * batchSize, from + (i + 1) * batchSize);
  });
  const lag1 = lag1Autocorrelation(means);
  // One-sided, as only positive correlation makes the interval too narrow; at 20 %, as fewer batches cost
  // little width.
  const independent = lag1 <= 0.8416 * Math.sqrt((k - 2) / (k * k - 1));
  return { means, mean: meanOf(means, 0, k), batchSize, lag1, independent };
}

/**
 * Variance of the mean of the last `used` values from batches that overlap by half (Welch 1987). A batch
 * mean is s^2 / b - s^2 / n away from the overall one in the mean square, which the factor turns into s^2 /
 * n.
 */
function halfOverlappingVariance(
  values: ArrayLike<number>, size: number, used: number, mean: number,
): number {
  const means: number[] = [];
  for (let from = values.length - used; from + size <= values.length; from += size / 2) {
    means.push(meanOf(values, from, from + size));
  }
  return squaresAround(means, mean) / means.length / (used / size - 1);
}

function meanOf(values: ArrayLike<number>, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += values[i]!;
  return sum / (to - from);
}

function squaresAround(values: ArrayLike<number>, mean: number): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i]! - mean) ** 2;
  return sum;
}
