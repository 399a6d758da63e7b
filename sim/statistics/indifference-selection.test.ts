import { describe, expect, test } from 'vitest';
import { InvariantError } from '../../models/core/assert.ts';
import { RandomStreams } from '../../models/core/rng.ts';
import { IndifferenceSelection, knConstant, type SelectionOptions } from './indifference-selection.ts';

describe('the constant h^2 of KN', () => {
  test.each([
    // designs, first replications, then the constants
    [5, 20, 8.9587, 9.0151], [10, 10, 15.3405, 15.4635], [2, 20, 5.2112, 5.2112],
  ])('of %i designs after %i replications', (designs, first, independent, common) => {
    expect(knConstant(designs, 0.05, first, false)).toBeCloseTo(independent, 4);
    expect(knConstant(designs, 0.05, first, true)).toBeCloseTo(common, 4);
  });
});

describe('the procedure KN', () => {
  test('by hand: two designs, differences 1, 3, 2', () => {
    // S^2 = 1, h^2 = ((0.1)^-1 - 1) 2 = 18: W r = 0.5 (18 - r), 7.5 after 3; the sum 6 passes it after more.
    const selection = new IndifferenceSelection({
      designs: ['a', 'b'], best: 'largest', indifference: 1, first: 3,
    });
    selection.add({ a: 1, b: 0 });
    selection.add({ a: 3, b: 0 });
    expect(selection.add({ a: 2, b: 0 })).toEqual({
      kind: 'sample', designs: ['a', 'b'], reason: '2 designs within 1 after 3 replications',
    });
    expect(selection.add({ a: 1, b: 0 }).kind).toBe('sample'); // 7, allowed 7
    expect(selection.add({ a: 1, b: 0 })).toEqual({
      kind: 'selected', design: 'a', ties: [], replications: { a: 5, b: 5 },
      reason: 'every other design fell behind by more than chance allows',
    });
  });

  test('ends with ties where designs do the very same', () => {
    const selection = new IndifferenceSelection({
      designs: ['a', 'b'], best: 'smallest', indifference: 0.1, first: 2,
    });
    selection.add({ a: 1, b: 1 });
    expect(selection.add({ a: 5, b: 5 })).toMatchObject({ kind: 'selected', design: 'a', ties: ['b'] });
  });

  // The least favourable case: all others just as far from the best as the indifference zone is wide.
  test.each([
    // correlation between designs, mean replications of all five
    [false, 0, 509], [true, 0.8, 124],
  ])('finds the best of five in 95 %% of 200 races (common: %s, %f)', (common, correlation, expected) => {
    const { right, replications } = race({ common, indifference: 0.25 }, 200, correlation);
    expect(right).toBeGreaterThanOrEqual(190);
    expect(replications / 200).toBeCloseTo(expected, -1);
  });

  test('drops designs that are far behind at once', () => {
    const rng = new RandomStreams(1, 0).stream('far');
    const selection = new IndifferenceSelection({
      designs: ['near', 'best', 'far'], best: 'smallest', indifference: 0.1,
    });
    let decision = selection.add({ near: 1, best: 1, far: 11 });
    for (let r = 1; r < 20; r++) {
      decision = selection.add({ near: 1.02 + rng.normal(), best: 1 + rng.normal(), far: 11 + rng.normal() });
    }
    expect(decision).toMatchObject({ kind: 'sample', designs: ['near', 'best'] });
  });

  test('refuses a missing value, a single design and no zone', () => {
    const options: SelectionOptions = { designs: ['a', 'b'], best: 'largest', indifference: 1 };
    expect(() => new IndifferenceSelection(options).add({ a: 1 })).toThrow(InvariantError);
    expect(() => new IndifferenceSelection({ ...options, designs: ['a'] })).toThrow(InvariantError);
    expect(() => new IndifferenceSelection({ ...options, indifference: 0 })).toThrow(InvariantError);
  });
});

/** Races of five designs with means 0, 0, 0, 0 and one indifference zone, variance 1. */
function race(
  options: Pick<SelectionOptions, 'common' | 'indifference'>, races: number, correlation: number,
): { readonly right: number; readonly replications: number } {
  const designs = ['a', 'b', 'c', 'd', 'best'];
  let right = 0;
  let replications = 0;
  for (let one = 0; one < races; one++) {
    const rng = new RandomStreams(6, one).stream(`race ${correlation}`);
    const selection = new IndifferenceSelection({ designs, best: 'largest', ...options });
    for (;;) {
      const shared = Math.sqrt(correlation) * rng.normal();
      const decision = selection.add(Object.fromEntries(designs.map((name) => {
        const own = Math.sqrt(1 - correlation) * rng.normal();
        return [name, shared + own + (name === 'best' ? options.indifference : 0)];
      })));
      if (decision.kind === 'sample') continue;
      if (decision.design === 'best') right++;
      replications += Object.values(decision.replications).reduce((sum, n) => sum + n, 0);
      break;
    }
  }
  return { right, replications };
}
