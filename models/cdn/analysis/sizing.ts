import { assert } from '../../core/assert.ts';
import { hierarchyForecast, lruForecast } from './che.ts';

/** Cache sizes, in objects, and what closed forms say they bring. */
export interface TierSizes {
  readonly edge: number;
  readonly regional: number;
  readonly edgeHitRatio: number;
  readonly regionalHitRatio: number;
}

/**
 * Sizes at which LRU edges hit `edgeHits` of their requests and one LRU regional behind `edges` of them
 * hits `regionalHits` of what they miss, under independent requests with these rates at each edge: Che's
 * approximation for the edge, that of Martina, Garetto and Leonardi (2014) for the regional, by bisection.
 * Sizes are rounded up to whole objects.
 */
export function sizesFor(
  rates: Float64Array, edges: number, edgeHits: number, regionalHits: number,
): TierSizes {
  assert(edgeHits > 0 && edgeHits < 1 && regionalHits > 0 && regionalHits < 1, 'hit ratios are shares',
    { edgeHits, regionalHits });
  const edge = smallest(rates.length, (size) => lruForecast(rates, size).hitRatio >= edgeHits);
  const at = (size: number) => hierarchyForecast(rates, edge, size, edges);
  const regional = smallest(rates.length, (size) => at(size).parentHitRatio >= regionalHits);
  const { leafHitRatio, parentHitRatio } = at(regional);
  return { edge, regional, edgeHitRatio: leafHitRatio, regionalHitRatio: parentHitRatio };
}

/** The smallest size from 1 to below `most` that is enough; `most` - 1 when none is. */
function smallest(most: number, isEnough: (size: number) => boolean): number {
  let low = 1;
  let high = most - 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (isEnough(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
