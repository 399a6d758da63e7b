import { assert } from '../../core/assert.ts';

/** What a closed form says of a cache. */
export interface CacheForecast {
  /** Share of requests that hit. */
  readonly hitRatio: number;
  /** Time after which an unused object is gone (LRU) or any object is (FIFO), in the unit of the rates. */
  readonly characteristicTime: number;
}

/** Probabilities of ranks 0..n-1 under Zipf's law: proportional to (rank + 1)^-exponent. */
export function zipfProbabilities(n: number, exponent: number): Float64Array {
  const weights = Float64Array.from({ length: n }, (_, rank) => (rank + 1) ** -exponent);
  let sum = 0;
  for (let i = n - 1; i >= 0; i--) sum += weights[i]!; // the smallest first, for the sake of rounding
  return weights.map((weight) => weight / sum);
}

/**
 * Hit ratio of LRU under independent requests with these rates, for a capacity in objects (Che, Tung and
 * Wang 2002): an object is held if it was asked for within the characteristic time, at which the expected
 * number of held objects is the capacity.
 */
export function lruForecast(rates: Float64Array, capacity: number): CacheForecast {
  return forecast(rates, capacity, (x) => -Math.expm1(-x));
}

/**
 * The same for FIFO and for random eviction, whose hit ratios are equal (Martina, Garetto and Leonardi
 * 2014).
 */
export function fifoForecast(rates: Float64Array, capacity: number): CacheForecast {
  return forecast(rates, capacity, (x) => x / (1 + x));
}

/** LRU that stores a missed object with probability q (Martina, Garetto and Leonardi 2014). */
export function qLruForecast(rates: Float64Array, capacity: number, q: number): CacheForecast {
  assert(q > 0 && q <= 1, 'a probability of storing is above 0', { q });
  return forecast(rates, capacity, (x) => {
    const alive = -Math.expm1(-x);
    return (q * alive) / (1 - alive + q * alive);
  });
}

/**
 * Hit ratio of a cache that holds the most popular objects for ever: what LFU comes to when popularity
 * stays.
 */
export function staticHitRatio(rates: Float64Array, capacity: number): number {
  const sorted = rates.slice().sort().reverse();
  let held = 0;
  let total = 0;
  sorted.forEach((rate, rank) => {
    total += rate;
    if (rank < capacity) held += rate;
  });
  return held / total;
}

/** What a closed form says of a cache without limit whose objects expire. */
export interface TtlForecast {
  readonly hitRatio: number;
  /** Expected number of objects held. */
  readonly objects: number;
}

/**
 * A cache without limit whose objects expire `ttl` after they were stored, or after their last use if a hit
 * resets the clock; requests of an object are a Poisson process of its rate, in the unit of 1 / ttl.
 */
export function ttlForecast(rates: Float64Array, ttl: number, resetOnHit: boolean): TtlForecast {
  const held = (rate: number) => (resetOnHit ? -Math.expm1(-rate * ttl) : (rate * ttl) / (1 + rate * ttl));
  return { hitRatio: weighted(rates, held), objects: rates.reduce((sum, rate) => sum + held(rate), 0) };
}

/** What closed forms say of LRU leaves before one LRU parent. */
export interface HierarchyForecast {
  readonly leafHitRatio: number;
  /** Share of the leaves' misses that hit in the parent. */
  readonly parentHitRatio: number;
  /** Share of all requests that hit in either tier. */
  readonly hitRatio: number;
}

/**
 * `leaves` LRU caches with the same rates each, which store what they miss, and one LRU parent (Martina,
 * Garetto and Leonardi 2014): a leaf asks for an object again only after it has been without it for its own
 * characteristic time, so that small parents hit less than independent requests would. Within 0.009 of
 * simulations.
 */
export function hierarchyForecast(
  rates: Float64Array, leafCapacity: number, parentCapacity: number, leaves: number,
): HierarchyForecast {
  const leaf = lruForecast(rates, leafCapacity);
  const missRates = rates.map((rate) => rate * Math.exp(-rate * leaf.characteristicTime));
  const atParent = missRates.map((rate) => rate * leaves);
  const parent = lruForecast(atParent, parentCapacity).characteristicTime;
  const ownLeaf = Math.max(0, parent - leaf.characteristicTime);
  const held = (rate: number) => -Math.expm1(-rate * (ownLeaf + (leaves - 1) * parent));
  const parentHitRatio = weighted(missRates, held);
  return {
    leafHitRatio: leaf.hitRatio,
    parentHitRatio,
    hitRatio: leaf.hitRatio + (1 - leaf.hitRatio) * parentHitRatio,
  };
}

/**
 * Solves for the time at which the objects held are as many as fit; `held` is a share, of rate times time.
 */
function forecast(rates: Float64Array, capacity: number, held: (x: number) => number): CacheForecast {
  assert(capacity > 0, 'a cache needs capacity', { capacity });
  if (capacity >= rates.length) return { hitRatio: 1, characteristicTime: Infinity };
  const count = (time: number): number => {
    let sum = 0;
    for (let i = 0; i < rates.length; i++) sum += held(rates[i]! * time);
    return sum;
  };
  let low = 0;
  let high = capacity / rates.reduce((sum, rate) => sum + rate, 0);
  while (count(high) < capacity) {
    low = high;
    high *= 2;
  }
  // Halving is slow but sure; 60 steps leave nothing of a double's 53 bits.
  for (let step = 0; step < 60 && high - low > 1e-12 * high; step++) {
    const middle = (low + high) / 2;
    if (count(middle) < capacity) low = middle;
    else high = middle;
  }
  const characteristicTime = (low + high) / 2;
  return { hitRatio: weighted(rates, (rate) => held(rate * characteristicTime)), characteristicTime };
}

/** Mean of a share over requests: objects weigh as they are asked for. */
function weighted(rates: Float64Array, share: (rate: number) => number): number {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < rates.length; i++) {
    sum += rates[i]! * share(rates[i]!);
    total += rates[i]!;
  }
  return sum / total;
}
