import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InvariantError } from './assert.ts';
import { ABSENT, IntMap } from './int-map.ts';

test('is a Map of numbers at any sequence of operations, and goes on the same after a restore', () => {
  const key = fc.oneof({ weight: 5, arbitrary: fc.nat(40) }, { weight: 1, arbitrary: fc.nat(2 ** 31 - 1) });
  const operation = fc.record({ key, value: fc.nat(1000), drops: fc.boolean() });
  fc.assert(fc.property(fc.array(operation, { maxLength: 150, size: 'max' }), (operations) => {
    let map = new IntMap(1);
    const expected = new Map<number, number>();
    operations.forEach(({ key: name, value, drops }, i) => {
      if (drops) expect(map.delete(name)).toBe(expected.delete(name));
      else {
        map.set(name, value);
        expected.set(name, value);
      }
      if (i === 70) {
        const state = map.save();
        map = new IntMap(1);
        map.restore(state);
      }
      expect(map.size).toBe(expected.size);
      expect(map.get(name)).toBe(expected.get(name) ?? ABSENT);
    });
    for (const [name, value] of expected) expect(map.get(name)).toBe(value);
  }), { seed: 1, numRuns: 200 });
});

test('refuses keys that are no natural numbers of 31 bits', () => {
  for (const key of [-2, 1.5, 2 ** 31]) expect(() => new IntMap().set(key, 1)).toThrow(InvariantError);
});
