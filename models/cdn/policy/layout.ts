import type { PolicyLayout } from './policy.ts';

/**
 * Below this share of the names that a cache can hold, compact columns are faster: measured with LRU and
 * S3-FIFO on a million names, twice to thrice at 1 %, a quarter slower at 10 %.
 */
const COMPACT_SHARE = 1 / 30;

/** The faster layout for a policy that can hold so many of so many objects. */
export function layoutFor(held: number, names: number): PolicyLayout {
  return { compact: held < names * COMPACT_SHARE };
}
