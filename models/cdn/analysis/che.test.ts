import { describe, expect, test } from 'vitest';
import { InvariantError } from '../../core/assert.ts';
import {
  fifoForecast, hierarchyForecast, lruForecast, qLruForecast, staticHitRatio, ttlForecast, zipfProbabilities,
} from './che.ts';
import { CHE_GRID } from './che-grid.fixture.ts';

test.each(CHE_GRID)('LRU, FIFO, q-LRU and LFU at %d objects, exponent %d, capacity %d', (...row) => {
  const [objects, exponent, capacity, lruTime, lru, fifoTime, fifo, qLru, held] = row;
  const rates = zipfProbabilities(objects, exponent);
  const found = lruForecast(rates, capacity);
  expect(Math.abs(found.characteristicTime - lruTime)).toBeLessThan(0.001);
  expect(found.hitRatio).toBeCloseTo(lru, 5);
  const queue = fifoForecast(rates, capacity);
  expect(Math.abs(queue.characteristicTime - fifoTime)).toBeLessThan(0.001);
  expect(queue.hitRatio).toBeCloseTo(fifo, 5);
  expect(qLruForecast(rates, capacity, 0.1).hitRatio).toBeCloseTo(qLru, 5);
  expect(staticHitRatio(rates, capacity)).toBeCloseTo(held, 5);
});

test('the characteristic time that icarus tests: 100 objects, 0.8, capacity 40', () => {
  const { characteristicTime, hitRatio } = lruForecast(zipfProbabilities(100, 0.8), 40);
  expect(characteristicTime).toBeCloseTo(72.2109, 3);
  expect(hitRatio).toBeCloseTo(0.645412, 5);
});

test('storing always is LRU; the more rarely, the nearer to the best', () => {
  const rates = zipfProbabilities(1000, 0.9);
  expect(qLruForecast(rates, 100, 1).hitRatio).toBeCloseTo(lruForecast(rates, 100).hitRatio, 9);
  const ratios = [1, 0.1, 1e-3, 1e-6, 1e-12].map((q) => qLruForecast(rates, 100, q).hitRatio);
  ratios.push(staticHitRatio(rates, 100));
  expect(ratios).toEqual(ratios.toSorted());
});

test('a cache that holds everything hits always; one of nothing is refused', () => {
  const rates = zipfProbabilities(10, 1);
  expect(lruForecast(rates, 10)).toEqual({ hitRatio: 1, characteristicTime: Infinity });
  expect(() => lruForecast(rates, 0)).toThrow(InvariantError);
  expect(() => qLruForecast(rates, 1, 0)).toThrow(InvariantError);
});

describe('expiry', () => {
  test.each([
    [0.8, 0.575328, 2548.0, 0.655427, 2956.8],
    [1.0, 0.708747, 1747.5, 0.767548, 1988.8],
  ])('10,000 objects at 100/s, 60 s, exponent %d', (exponent, fixed, objects, reset, resetObjects) => {
    const rates = zipfProbabilities(10_000, exponent).map((p) => 100 * p);
    expect(ttlForecast(rates, 60, false).hitRatio).toBeCloseTo(fixed, 5);
    expect(ttlForecast(rates, 60, false).objects).toBeCloseTo(objects, 1);
    expect(ttlForecast(rates, 60, true).hitRatio).toBeCloseTo(reset, 5);
    expect(ttlForecast(rates, 60, true).objects).toBeCloseTo(resetObjects, 1);
  });
});

describe('leaves before a parent', () => {
  test.each([
    [1e4, 0.8, 100, 1000, 1, 0.324060],
    [1e4, 0.8, 100, 1000, 10, 0.324060],
    [1e4, 1.0, 100, 1000, 10, 0.459864],
    [1e5, 0.8, 1000, 10_000, 10, 0.324454],
    [1e5, 1.0, 1000, 10_000, 10, 0.460390],
    [1e5, 0.8, 1000, 1000, 10, 0.050397],
  ])('%d objects, exponent %d: %d, then %d behind %d leaves', (...row) => {
    const [objects, exponent, leaf, parent, leaves, hit] = row;
    const rates = zipfProbabilities(objects, exponent);
    const found = hierarchyForecast(rates, leaf, parent, leaves);
    expect(found.parentHitRatio).toBeCloseTo(hit, 4);
    expect(found.hitRatio).toBeCloseTo(found.leafHitRatio + (1 - found.leafHitRatio) * hit, 4);
  });
});
