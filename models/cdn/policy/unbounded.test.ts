import { expect, test } from 'vitest';
import { InvariantError } from '../../core/assert.ts';
import { createPolicy } from './registry.ts';
import { UnboundedPolicy } from './unbounded.ts';

test('C24 it drops nothing, whatever the capacity it is asked for', () => {
  const policy = createPolicy('unbounded', 10);
  for (let object = 0; object < 100; object++) {
    expect(policy.insert(object, object, () => expect.unreachable())).toBe(true);
  }
  policy.touch(0);
  policy.remove(7);
  expect([policy.capacity, policy.count, policy.used, policy.has(7), policy.sizeOf(99), policy.sizeOf(7)])
    .toEqual([Infinity, 99, 4950 - 7, false, 99, 0]);
});

test('C23 its state can be saved and restored', () => {
  const policy = new UnboundedPolicy();
  policy.insert(3, 30);
  policy.insert(1, 10);
  const saved = policy.save();
  const copy = structuredClone(saved);
  policy.remove(3);
  const other = new UnboundedPolicy();
  other.insert(9, 9);
  other.restore(saved);
  expect([other.used, other.count, other.has(9), other.sizeOf(3)]).toEqual([40, 2, false, 30]);
  other.insert(4, 1);
  expect(saved).toEqual(copy);
});

test('C25 misuse is refused', () => {
  const policy = new UnboundedPolicy();
  policy.insert(3, 30);
  expect(() => policy.insert(3, 30)).toThrow(InvariantError);
  expect(() => policy.insert(4, -1)).toThrow(InvariantError);
  expect(() => policy.touch(4)).toThrow(InvariantError);
  expect(() => policy.remove(4)).toThrow(InvariantError);
});
