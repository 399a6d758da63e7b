import { comparePaired, type PairedComparison } from '../core/comparison.ts';
import { indicatorOf, type Figures } from './indicator.ts';

/**
 * Two runs of one seed in one indicator, replication by replication, baseline first; undefined when one of
 * them lacks it in some replication, so that their values do not belong together.
 */
export function pairIndicator(
  baseline: Figures, candidate: Figures, indicator: string, confidence = 0.95,
): PairedComparison | undefined {
  const [ours, theirs] = [indicatorOf(baseline, indicator).values, indicatorOf(candidate, indicator).values];
  if (ours === undefined || ours.length !== theirs?.length) return undefined;
  return comparePaired(ours, theirs, confidence);
}
