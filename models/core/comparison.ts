import { assert } from './assert.ts';
import { estimateMean, studentTail, type StatedEstimate } from './statistics.ts';

/** What a comparison says; inconclusive is not "equal", but "these replications cannot tell". */
export type ComparisonVerdict = 'higher' | 'lower' | 'inconclusive' | 'identical';

/** The difference between two configurations that saw the same random numbers. */
export interface PairedComparison {
  /** Candidate minus baseline. */
  readonly difference: StatedEstimate;
  /** How the candidate differs; identical means: in no replication at all. */
  readonly verdict: ComparisonVerdict;
  /** Chance of a difference at least this large if there were none (two-sided t test); 1 if identical. */
  readonly pValue: number;
  /** Correlation between the two over replications; null if one of them does not vary. */
  readonly correlation: number | null;
  /**
   * Share of the variance that independent sampling would have had and pairing removed: 1 - var(difference) /
   * (var(baseline) + var(candidate)); negative if pairing did harm, null if nothing varies.
   */
  readonly varianceRemoved: number | null;
}

/**
 * Compares two configurations replication by replication on common random numbers: a t interval for the mean
 * difference (Law, Simulation Modeling and Analysis, 10.2.1). Both lists are in the order of replications.
 */
export function comparePaired(
  baseline: readonly number[], candidate: readonly number[], confidence = 0.95,
): PairedComparison {
  const n = baseline.length;
  assert(n === candidate.length && n > 0, 'pairs need as many values on both sides', {
    baseline: n, candidate: candidate.length,
  });
  const differences = candidate.map((value, i) => value - baseline[i]!);
  const difference = { ...estimateMean(differences, confidence), method: 'paired replications' } as const;
  const own = moment(differences, differences);
  const apart = moment(baseline, baseline) + moment(candidate, candidate);
  const spread = Math.sqrt(moment(baseline, baseline) * moment(candidate, candidate));
  const identical = differences.every((value) => value === 0);
  return {
    difference,
    verdict: identical ? 'identical' : verdictOf(difference),
    pValue: identical ? 1 : pValueOf(difference.value, own, n),
    correlation: spread > 0 ? moment(baseline, candidate) / spread : null,
    varianceRemoved: apart > 0 ? 1 - own / apart : null,
  };
}

/** One of many comparisons after Holm's correction. */
export interface HolmResult {
  /** Smallest level at which this comparison would be significant among all of them. */
  readonly adjusted: number;
  readonly significant: boolean;
  /**
   * Level at which it was judged: its interval of confidence 1 - level leaves out 0 exactly if it is
   * significant.
   */
  readonly level: number;
}

/**
 * Holm's step-down (1979): with it, the chance that any of many comparisons is called significant without
 * being so is at most `level`, however they depend on each other. Results are in the order of the p-values.
 */
export function holm(pValues: readonly number[], level = 0.05): HolmResult[] {
  const order = pValues.map((_, i) => i).sort((a, b) => pValues[a]! - pValues[b]!);
  const results: HolmResult[] = [];
  let adjusted = 0;
  let judged = level / pValues.length;
  order.forEach((index, rank) => {
    const pValue = pValues[index]!;
    assert(pValue >= 0 && pValue <= 1, 'a p-value lies between 0 and 1', { pValue });
    // The first that fails ends the descent: those after it are judged as strictly as it was.
    if (adjusted <= level) judged = level / (pValues.length - rank);
    adjusted = Math.max(adjusted, Math.min(1, pValue * (pValues.length - rank)));
    results[index] = { adjusted, significant: adjusted <= level, level: judged };
  });
  return results;
}

function verdictOf({ low, high }: StatedEstimate): ComparisonVerdict {
  if (low !== null && low > 0) return 'higher';
  return high !== null && high < 0 ? 'lower' : 'inconclusive';
}

function pValueOf(mean: number, variance: number, n: number): number {
  if (n === 1) return 1;
  return Math.min(1, 2 * studentTail(Math.abs(mean) / Math.sqrt(variance / n), n - 1));
}

/** Unbiased covariance of two lists; 0 for one pair. */
function moment(a: readonly number[], b: readonly number[]): number {
  const n = a.length;
  if (n === 1) return 0;
  const meanA = a.reduce((sum, value) => sum + value, 0) / n;
  const meanB = b.reduce((sum, value) => sum + value, 0) / n;
  return a.reduce((sum, value, i) => sum + (value - meanA) * (b[i]! - meanB), 0) / (n - 1);
}
