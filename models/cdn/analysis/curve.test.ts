import { describe, expect, test } from 'vitest';
import { InvariantError } from '../../core/assert.ts';
import { RandomStreams } from '../../core/rng.ts';
import { Zipf } from '../../core/zipf.ts';
import { createPolicy } from '../policy/registry.ts';
import { logarithmicSizes, missRatioCurve, sampleObjects } from './curve.ts';
import { nextRequests, traceTotals, withoutSizes, type RequestTrace } from './trace.ts';

const trace = zipfTrace(20_000, 0.9, 400_000);
const lru = (capacity: number) => createPolicy('lru', capacity);

describe('curves', () => {
  test('a tenth of the objects gives the curve to a hundredth, and the interval covers it', () => {
    const capacities = [1000, 3000, 10_000];
    const exact = missRatioCurve(trace, capacities, lru, { rate: 1, samples: 5 });
    const sampled = missRatioCurve(trace, capacities, lru, { rate: 0.1, samples: 6 });
    exact.forEach(({ missRatio }, i) => {
      const estimate = sampled[i]!.missRatio;
      expect([missRatio.n, missRatio.low, estimate.n]).toEqual([1, null, 6]);
      expect(Math.abs(estimate.value - missRatio.value)).toBeLessThan(0.01);
      expect(estimate.low!).toBeLessThan(missRatio.value);
      expect(estimate.high!).toBeGreaterThan(missRatio.value);
    });
    expect(exact[0]!.missRatio.value).toBeGreaterThan(exact[2]!.missRatio.value);
    expect(exact[0]!.byteMissRatio).toEqual(exact[0]!.missRatio);
  });

  test('a rate out of bounds is refused', () => {
    expect(() => missRatioCurve(trace, [1], lru, { rate: 0, samples: 1 })).toThrow(InvariantError);
    expect(() => missRatioCurve(trace, [1], lru, { rate: 2, samples: 1 })).toThrow(InvariantError);
  });

  test('a sample has all requests of its objects, in order, named anew; other salts pick others', () => {
    const sample = sampleObjects(trace, 0.2, 1);
    const totals = traceTotals(sample);
    const whole = traceTotals(inOrder(trace));
    expect(totals.objects / whole.objects).toBeCloseTo(0.2, 1);
    const counts = (names: Int32Array): number[] =>
      [...Map.groupBy(names, (name) => name).values()].map((all) => all.length);
    const available = counts(trace.objects).toSorted((a, b) => b - a);
    for (const count of counts(sample.objects)) expect(available).toContain(count);
    expect(sampleObjects(trace, 0.2, 2).objects.length).not.toBe(sample.objects.length);
  });

  test('sizes are spread evenly by factors, and none comes twice', () => {
    expect(logarithmicSizes(10, 1000, 3)).toEqual([10, 100, 1000]);
    expect(logarithmicSizes(1, 3, 10)).toEqual([1, 2, 3]);
    expect(logarithmicSizes(5, 5, 1)).toEqual([5]);
  });
});

describe('traces', () => {
  const small: RequestTrace = {
    objects: Int32Array.of(0, 1, 0, 2, 1, 0), sizes: Float64Array.of(10, 5, 12, 7, 5, 10),
  };

  test('totals tell first requests apart', () => {
    expect(traceTotals(small)).toEqual({ requests: 6, bytes: 49, objects: 3, objectBytes: 22 });
    expect(traceTotals(withoutSizes(small))).toEqual({ requests: 6, bytes: 6, objects: 3, objectBytes: 3 });
    const gap = { objects: Int32Array.of(1), sizes: Float64Array.of(1) };
    expect(() => traceTotals(gap)).toThrow(InvariantError);
  });

  test('the next request of the same object, or none', () => {
    expect([...nextRequests(small)]).toEqual([2, 4, 5, Infinity, Infinity, Infinity]);
  });
});

function zipfTrace(objects: number, exponent: number, requests: number): RequestTrace {
  const stream = new RandomStreams(5, 0).stream('zipf');
  const zipf = new Zipf(objects, exponent);
  return {
    objects: Int32Array.from({ length: requests }, () => zipf.sample(stream)),
    sizes: new Float64Array(requests).fill(1),
  };
}

/** The same trace with objects named in the order of their first requests. */
function inOrder(unordered: RequestTrace): RequestTrace {
  return sampleObjects(unordered, 1, 0);
}
