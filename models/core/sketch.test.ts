import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InvariantError } from './assert.ts';
import { RandomStreams } from './rng.ts';
import { sketchState } from './sketch-state.ts';
import { QuantileSketch, type SketchOptions } from './sketch.ts';

/** Any non-negative double that has a relative error at all, zeros among them. */
const value = fc.oneof(
  fc.constantFrom(0, -0),
  fc.double({ min: 2 ** -1022, max: Number.MAX_VALUE, noNaN: true }),
  fc.double({ min: 1, max: 1e6, noNaN: true }),
  fc.integer({ min: 0, max: 100 }),
);
const values = fc.array(value, { maxLength: 200 });
/** Enough buckets for all doubles at 0.5 %: nothing is ever collapsed. */
const whole: SketchOptions = { maxBuckets: 160_000 };
/** So few that most lists collapse. */
const tight: SketchOptions = { maxBuckets: 40, relativeError: 0.02 };

describe('a quantile', () => {
  test('is within the relative error of the exact one, from the smallest double to the largest', () => {
    fc.assert(fc.property(fc.array(value, { minLength: 1, maxLength: 200 }), (list) => {
      for (const relativeError of [0.1, 0.01, 0.005, 0.001]) {
        const sketch = sketchOf(list, { relativeError, maxBuckets: 1_000_000 });
        list.toSorted((a, b) => a - b).forEach((exact, rank) => {
          const error = Math.abs(sketch.valueAtRank(rank) - exact);
          expect(error).toBeLessThanOrEqual(exact * relativeError * (1 + 1e-9));
        });
      }
    }), { numRuns: 200 });
  });

  test('of 200000 exponential, lognormal and Pareto values is within 0.5 %', () => {
    const rng = new RandomStreams(1, 0).stream('sketch');
    const laws = [
      () => rng.exponential(1e4), () => Math.exp(3 * rng.normal()), () => rng.uniformPositive() ** (-1 / 1.1),
    ];
    for (const law of laws) {
      const list = Float64Array.from({ length: 200_000 }, law);
      const sketch = sketchOf(list);
      list.sort();
      for (const q of [0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999, 0.9999]) {
        const exact = list[Math.floor(q * (list.length - 1))]!;
        expect(Math.abs(sketch.quantile(q) / exact - 1)).toBeLessThanOrEqual(0.005);
      }
      expect([sketch.quantile(0), sketch.quantile(1)]).toEqual([list[0], list.at(-1)]);
      const mean = list.reduce((sum, one) => sum + one, 0) / list.length;
      expect(Math.abs(sketch.mean() / mean - 1)).toBeLessThanOrEqual(0.005);
    }
  });

  test('needs 75 buckets a power of two at 0.5 %, and 4096 of them span 16 orders of magnitude', () => {
    const sketch = sketchOf([1, 1.9999, 2]);
    expect(sketch.save().buckets.map(([bucket]) => bucket)).toEqual([0, 74, 75]);
    expect(sketchOf([1, 1e16]).collapsed).toBe(0);
    expect(sketchOf([1, 1e17]).collapsed).toBe(1);
  });

  test('refuses what is no finite value >= 0, no rank and no share', () => {
    const sketch = sketchOf([1, 2]);
    for (const bad of [-1, -1e-300, NaN, Infinity]) expect(() => sketch.add(bad)).toThrow(InvariantError);
    for (const bad of [0, -1, 0.5, NaN]) expect(() => sketch.add(1, bad)).toThrow(InvariantError);
    for (const bad of [-0.1, 1.1, NaN]) expect(() => sketch.quantile(bad)).toThrow(InvariantError);
    expect(() => new QuantileSketch().quantile(0.5)).toThrow(InvariantError);
    expect(() => new QuantileSketch({ relativeError: 0 })).toThrow(InvariantError);
    expect(sketch.save()).toEqual(sketchOf([1, 2]).save());
  });
});

describe('what a sketch holds', () => {
  const kinds = fc.constantFrom<SketchOptions>(whole, tight, {});

  test('is the same bytes in whatever order and grouping values arrive', () => {
    fc.assert(fc.property(kinds, fc.array(values, { maxLength: 6 }), fc.nat(), (options, parts, seed) => {
      const all = sketchOf(parts.flat(), options);
      const shuffled = parts.flat().map((one, i) => ({ one, key: Math.imul(i + 1, seed | 1) }));
      shuffled.sort((a, b) => a.key - b.key);
      const sketches = parts.map((part) => sketchOf(part, options));
      const bytes = JSON.stringify(all.save());
      expect(JSON.stringify(sketchOf(shuffled.map(({ one }) => one), options).save())).toBe(bytes);
      expect(JSON.stringify(mergeAll(sketches, options).save())).toBe(bytes);
      expect(JSON.stringify(mergeAll(sketches.toReversed(), options).save())).toBe(bytes);
      expect(JSON.stringify(mergeAsTree(sketches, options).save())).toBe(bytes);
    }), { numRuns: 300 });
  });

  test('collapses only the smallest, and counts them', () => {
    fc.assert(fc.property(fc.array(value, { minLength: 1, maxLength: 200 }), (list) => {
      const sketch = sketchOf(list, tight);
      const { buckets, zeros, collapsed } = sketch.save();
      expect(buckets.length).toBeLessThanOrEqual(40);
      list.toSorted((a, b) => a - b).forEach((exact, rank) => {
        if (rank >= zeros && rank < zeros + collapsed) return;
        expect(Math.abs(sketch.valueAtRank(rank) - exact)).toBeLessThanOrEqual(exact * 0.02 * (1 + 1e-9));
      });
    }), { numRuns: 300 });
  });

  test('goes through JSON and on as if it had never stopped', () => {
    fc.assert(fc.property(kinds, values, values, (options, before, after) => {
      const text = JSON.stringify(sketchOf(before, options).save());
      const restored = QuantileSketch.restore(sketchState.parse(JSON.parse(text)));
      expect(JSON.stringify(restored.save())).toBe(text);
      for (const one of after) restored.add(one);
      expect(restored.save()).toEqual(sketchOf([...before, ...after], options).save());
    }), { numRuns: 200 });
  });

  test('counts a value many times at once', () => {
    const sketch = new QuantileSketch();
    sketch.add(3, 1000);
    sketch.add(0, 7);
    const one = sketchOf([...Array<number>(1000).fill(3), ...Array<number>(7).fill(0)]);
    expect(sketch.save()).toEqual(one.save());
    expect(sketch.valueAtRank(6)).toBe(0);
    expect(Math.abs(sketch.valueAtRank(7) / 3 - 1)).toBeLessThanOrEqual(0.005);
  });

  test('refuses to merge with another accuracy, and files that do not add up', () => {
    const coarse = new QuantileSketch({ relativeError: 0.01 });
    expect(() => new QuantileSketch().merge(coarse)).toThrow(InvariantError);
    const state = sketchOf([1, 2, 0]).save();
    expect(sketchState.safeParse(state).success).toBe(true);
    expect(sketchState.safeParse({ ...state, count: 4 }).success).toBe(false);
    expect(sketchState.safeParse({ ...state, buckets: state.buckets.toReversed() }).success).toBe(false);
    expect(sketchState.safeParse({ ...state, min: null }).success).toBe(false);
  });
});

function sketchOf(list: Iterable<number>, options?: SketchOptions): QuantileSketch {
  const sketch = new QuantileSketch(options);
  for (const one of list) sketch.add(one);
  return sketch;
}

function mergeAll(sketches: readonly QuantileSketch[], options: SketchOptions): QuantileSketch {
  const all = new QuantileSketch(options);
  for (const sketch of sketches) all.merge(sketch);
  return all;
}

function mergeAsTree(sketches: readonly QuantileSketch[], options: SketchOptions): QuantileSketch {
  if (sketches.length <= 1) return mergeAll(sketches, options);
  const half = sketches.length >> 1;
  const left = mergeAsTree(sketches.slice(0, half), options);
  left.merge(mergeAsTree(sketches.slice(half), options));
  return left;
}
