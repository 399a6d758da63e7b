import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InvariantError } from '../../models/core/assert.ts';
import { Tally } from './tally.ts';

const list = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { maxLength: 100 });

describe('a tally', () => {
  test('of 2, 4, 4, 4, 5, 5, 7, 9 has mean 5 and variance 32/7', () => {
    const tally = tallyOf([2, 4, 4, 4, 5, 5, 7, 9]);
    expect([tally.count, tally.mean, tally.min, tally.max]).toEqual([8, 5, 2, 9]);
    expect(tally.variance).toBeCloseTo(32 / 7, 12);
  });

  test('keeps the variance of values that differ in the ninth digit', () => {
    const tally = tallyOf([1e9 + 1, 1e9 + 2, 1e9 + 3]);
    expect(tally.variance).toBeCloseTo(1, 9);
  });

  test('merges to what one tally of all would hold, whatever the parts', () => {
    fc.assert(fc.property(fc.array(list, { maxLength: 5 }), (parts) => {
      const merged = new Tally();
      for (const part of parts) merged.merge(tallyOf(part));
      const all = tallyOf(parts.flat());
      expect([merged.count, merged.min, merged.max]).toEqual([all.count, all.min, all.max]);
      expect(merged.mean).toBeCloseTo(all.mean, 6);
      expect(Math.abs(merged.variance - all.variance)).toBeLessThanOrEqual(1e-9 * (1 + all.variance + 1e6));
    }));
  });

  test('goes on after save and restore as if it had never stopped, and after a reset as if new', () => {
    fc.assert(fc.property(list, list, (before, after) => {
      const restored = new Tally();
      restored.restore(tallyOf(before).save());
      for (const one of after) restored.add(one);
      expect(restored.save()).toEqual(tallyOf([...before, ...after]).save());
      restored.reset();
      for (const one of after) restored.add(one);
      expect(restored.save()).toEqual(tallyOf(after).save());
    }));
  });

  test('refuses what is not finite', () => {
    for (const bad of [NaN, Infinity]) expect(() => new Tally().add(bad)).toThrow(InvariantError);
  });
});

function tallyOf(values: readonly number[]): Tally {
  const tally = new Tally();
  for (const value of values) tally.add(value);
  return tally;
}
