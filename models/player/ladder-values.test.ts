import { expect, test } from 'vitest';
import { LadderValues } from './ladder-values.ts';

test('rates, utilities and steps of a ladder by hand: 1, 2 and 8 Mbit/s', () => {
  const values = new LadderValues([1e6, 2e6, 8e6]);
  expect([...values.rates]).toEqual([1, 2, 8]);
  expect(values.utilities.map((utility) => utility / Math.LN2)).toEqual(Float64Array.of(0, 1, 3));
  expect([values.rateStep(2, 0), values.rateStep(0, 2), values.rateStep(1, 1)]).toEqual([7, 7, 0]);
  expect(values.utilityStep(2, 1)).toBeCloseTo(2 * Math.LN2, 12);
  expect([values.rateStep(2, -1), values.utilityStep(2, -1)]).toEqual([0, 0]);
});
