import type { QuantileSketch } from '../../models/core/sketch.ts';
import { binomialCdf, quantileOfSorted, type StatedEstimate } from '../../models/core/statistics.ts';

/** 0-based ranks of the ascending values that bound an interval. */
export interface RankInterval {
  readonly low: number;
  readonly high: number;
}

/**
 * Ranks between which the q-quantile lies with at least the given confidence, whatever the distribution,
 * for independent values (order statistics; Conover, Practical Nonparametric Statistics, 3.2); null if n is
 * too small.
 */
export function quantileRanks(n: number, q: number, confidence = 0.95): RankInterval | null {
  if (n === 0 || q <= 0 || q >= 1) return null;
  const outside = (1 - confidence) / 2;
  // The count of values up to the quantile is binomial: below `low + 1` or above `high` with chance
  // `outside` each.
  const low = firstRank(n, (rank) => binomialCdf(rank, n, q) > outside) - 1;
  const high = firstRank(n, (rank) => binomialCdf(rank, n, q) >= 1 - outside);
  return low < 0 || high >= n ? null : { low, high };
}

/**
 * Quantile of independent ascending values with its order-statistic interval; null bounds if they are too
 * few.
 */
export function estimateQuantile(sorted: ArrayLike<number>, q: number, confidence = 0.95): StatedEstimate {
  const n = sorted.length;
  const ranks = quantileRanks(n, q, confidence);
  const low = ranks === null ? null : sorted[ranks.low]!;
  const high = ranks === null ? null : sorted[ranks.high]!;
  return { value: quantileOfSorted(sorted, q), low, high, n, method: 'order statistics', confidence };
}

/** The same from a sketch of independent values; the interval is widened by the sketch's relative error. */
export function estimateSketchQuantile(sketch: QuantileSketch, q: number, confidence = 0.95): StatedEstimate {
  const ranks = quantileRanks(sketch.count, q, confidence);
  const error = sketch.relativeError;
  const low = ranks === null ? null : Math.max(sketch.min, sketch.valueAtRank(ranks.low) / (1 + error));
  const high = ranks === null ? null : Math.min(sketch.max, sketch.valueAtRank(ranks.high) / (1 - error));
  return { value: sketch.quantile(q), low, high, n: sketch.count, method: 'order statistics', confidence };
}

/** Smallest rank in 0..n for which a monotone condition holds; n if for none below. */
function firstRank(n: number, holds: (rank: number) => boolean): number {
  let low = 0;
  let high = n;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
