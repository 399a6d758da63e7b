import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BoundsIndex } from './bounds-index.ts';

const width = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 1e7 }));
const share = fc.double({ min: 0, max: 1, noNaN: true });
const widths = fc.array(width, { minLength: 1, maxLength: 200 })
  .filter((all) => all.some((one) => one > 0));

test('finds the same period as looking at every bound, also among very uneven ones', () => {
  fc.assert(fc.property(widths, fc.array(share, { minLength: 1 }), (all, shares) => {
    const bounds = new Float64Array(all.length + 1);
    all.forEach((one, i) => (bounds[i + 1] = bounds[i]! + one));
    const index = new BoundsIndex(bounds);
    const top = bounds[all.length]!;
    const values = [...shares.map((share) => share * top), ...bounds, ...bounds.map((bound) => bound + 0.5)]
      .filter((value) => value <= top);
    for (const value of values) {
      const inner = bounds.subarray(0, all.length);
      expect(index.lastNotAbove(value)).toBe(inner.findLastIndex((bound) => bound <= value));
      expect(index.lastBelow(value)).toBe(Math.max(0, inner.findLastIndex((bound) => bound < value)));
    }
  }), { seed: 1, numRuns: 300 });
});
