import { expect, test } from 'vitest';
import { contextOf } from './context.fixture.ts';
import { FixedRule, fixedParams } from './fixed.ts';

function rule(rendition: number): FixedRule {
  return new FixedRule(fixedParams.parse({ rule: 'fixed', rendition }), 2);
}

function choose(fixed: FixedRule, bitrates: readonly number[]): number {
  return fixed.choose(contextOf({ slot: 1, bitrates }));
}

test('P35 always takes its rendition, whatever it measures', () => {
  const fixed = rule(1);
  expect(choose(fixed, [1, 2, 3])).toBe(1);
  fixed.observe(1, 1, 1e6, 1e6);
  expect(choose(fixed, [1, 2, 3])).toBe(1);
  expect(fixed.explain(1)).toBe('rendition 1 is fixed');
});

test('P35 takes the highest there is from a shorter ladder, and says so', () => {
  const fixed = rule(31);
  expect(choose(fixed, [1, 2, 3])).toBe(2);
  expect(fixed.explain(1)).toBe('rendition 31 is fixed, but 2 is the highest there is');
});

test('P34 P36 knows its last throughput until the next viewer, across save and restore', () => {
  const fixed = rule(0);
  fixed.observe(1, 1_000_000, 0.5e6, 1.5e6);
  expect(fixed.estimate(1)).toBe(4e6);
  const other = rule(0);
  other.restore(structuredClone(fixed.save()));
  fixed.reset(1);
  expect([fixed.estimate(1), other.estimate(1), other.estimate(0)]).toEqual([0, 4e6, 0]);
});
