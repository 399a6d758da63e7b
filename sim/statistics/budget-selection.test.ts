import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InvariantError } from '../../models/core/assert.ts';
import { RandomStreams } from '../../models/core/rng.ts';
import { BudgetSelection, ocbaShares, type BudgetDecision } from './budget-selection.ts';

describe('shares by OCBA', () => {
  test.each([
    [[1, 1, 1, 1, 1], [421.8, 406.1, 101.5, 45.1, 25.4]],
    [[2, 1, 1, 3, 1], [484.1, 223.1, 55.8, 223.1, 13.9]],
  ])('of 1000 among means 1 to 5 with deviations %j are %j', (deviations, expected) => {
    const shares = ocbaShares([1, 2, 3, 4, 5], deviations);
    expected.forEach((replications, i) => expect(shares[i]! * 1000).toBeCloseTo(replications, 1));
  });

  test('add up to 1 and are finite, also where means or all values are equal', () => {
    const designs = fc.array(fc.tuple(fc.nat(5), fc.nat(3)), { minLength: 2, maxLength: 8 });
    fc.assert(fc.property(designs, (list) => {
      const shares = ocbaShares(list.map(([mean]) => mean), list.map(([, deviation]) => deviation));
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
      expect(shares.every((share) => share >= 0)).toBe(true);
    }));
  });
});

describe('selection within a budget', () => {
  test('spends the budget, to the replication, most of it on the two that are close', () => {
    const { decision, spent } = select(1, { budget: 300, step: 7 });
    expect(decision).toMatchObject({ kind: 'selected', design: 'b' });
    expect(spent).toBe(300);
    const { a, b, c, d, e } = decision.replications as Record<string, number>;
    expect(a! + b!).toBeGreaterThan(180);
    expect(Math.min(c!, d!, e!)).toBeGreaterThanOrEqual(10);
  });

  test('stops early when sure enough', () => {
    const { decision, spent } = select(2, { budget: 10_000, enough: 0.95 });
    expect(decision.kind === 'selected' && decision.probability >= 0.95).toBe(true);
    expect(spent).toBeLessThan(2000);
  });

  test('is right more often than equal shares of the same budget, and than it says', () => {
    let right = 0;
    let equal = 0;
    let promised = 0;
    for (let one = 0; one < 400; one++) {
      const { decision } = select(one, { budget: 150 });
      if (decision.kind !== 'selected') continue;
      if (decision.design === 'b') right++;
      promised += decision.probability;
      const uniform = select(one, { budget: 150, first: 30 }).decision;
      if (uniform.kind === 'selected' && uniform.design === 'b') equal++;
    }
    expect(right / 400).toBeCloseTo(0.92, 2);
    expect(equal / 400).toBeCloseTo(0.86, 2);
    expect(promised / 400).toBeCloseTo(0.871, 2);
  });

  test('refuses an unknown design and a budget below the first replications', () => {
    const options = { designs: ['a', 'b'], best: 'smallest', budget: 20 } as const;
    expect(() => new BudgetSelection(options).add('c', 1)).toThrow(InvariantError);
    expect(() => new BudgetSelection({ ...options, budget: 19 })).toThrow(InvariantError);
  });
});

/** Five designs, larger better: b is best by 0.3, a next, the others 1, 2 and 3 behind; variance 1. */
function select(
  replication: number, options: { budget: number; first?: number; step?: number; enough?: number },
): { readonly decision: BudgetDecision; readonly spent: number } {
  const means = { a: 2.7, b: 3, c: 2, d: 1, e: 0 };
  const streams = new RandomStreams(8, replication);
  const selection = new BudgetSelection({ designs: Object.keys(means), best: 'largest', ...options });
  let spent = 0;
  for (;;) {
    const decision = selection.decide();
    if (decision.kind === 'selected') return { decision, spent };
    for (const [design, times] of Object.entries(decision.replications)) {
      const rng = streams.stream(design);
      const mean = means[design as keyof typeof means];
      for (let i = 0; i < times; i++) selection.add(design, mean + rng.normal());
      spent += times;
    }
  }
}
