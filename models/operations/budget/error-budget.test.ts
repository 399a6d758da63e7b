import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { burnRates, exhaustedAfter, spend, type BudgetDefinition, type EventCounts } from './error-budget.ts';

const DAY = 86_400;
const BUDGET: BudgetDefinition = {
  method: 'occurrences', target: 0.999, windowSeconds: 30 * DAY, sliceSeconds: 60, sliceTarget: 0.95,
};

describe('an error budget', () => {
  // Ten minutes of 100 events each; minutes 3 and 4 have 10 and 50 bad ones.
  const counts = perMinute([0, 0, 0, 10, 50, 0, 0, 0, 0, 0], 100);

  test('occurrences: bad events over all', () => {
    const outcome = spend(BUDGET, counts)!;
    expect(outcome.errorRate).toBeCloseTo(60 / 1000, 12);
    expect(outcome.burnRate).toBeCloseTo(60, 9);
    expect(outcome.spent).toBeCloseTo((60 * 600) / (30 * DAY), 12);
  });

  test('timeslices: bad minutes over all, 90 % and 50 % good being less than 95 %', () => {
    expect(spend({ ...BUDGET, method: 'timeslices' }, counts)!.errorRate).toBeCloseTo(0.2, 12);
    expect(spend({ ...BUDGET, method: 'timeslices', sliceTarget: 0.9 }, counts)!.errorRate).toBeCloseTo(
      0.1,
      12,
    );
  });

  test('ratio timeslices: the mean of the shares, whatever the traffic of each', () => {
    const uneven = perMinute([10, 0], 100, [100, 900]);
    expect(spend({ ...BUDGET, method: 'ratioTimeslices' }, uneven)!.errorRate).toBeCloseTo(0.05, 12);
    expect(spend(BUDGET, uneven)!.errorRate).toBeCloseTo(0.01, 12);
  });

  test('burn rates of a sliding window', () => {
    const rates = burnRates(BUDGET, counts, 120);
    expect([...rates.slice(0, 2)]).toEqual([NaN, NaN]);
    expect([...rates.slice(2, 8)].map((rate) => Math.round(rate))).toEqual([0, 0, 50, 300, 250, 0]);
  });

  test('a whole budget lasts its window over the burn rate', () => {
    expect(exhaustedAfter(BUDGET, 14.4)).toBeCloseTo((30 * DAY) / 14.4, 6); // 50 hours
    expect(exhaustedAfter(BUDGET, 0)).toBe(Infinity);
  });

  test('nothing observed is nothing said', () => {
    expect(spend(BUDGET, perMinute([], 1))).toBeUndefined();
    expect(spend(BUDGET, { seconds: [0, 60], bad: [0, 0], total: [0, 0] })).toBeUndefined();
  });

  test('spent parts add up: with even traffic, what two halves spend is what the whole does', () => {
    const half = fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 5, maxLength: 5 });
    fc.assert(fc.property(half, half, (first, second) => {
      const spent = (bad: readonly number[]) => spend(BUDGET, perMinute(bad, 100))!.spent;
      expect(spent([...first, ...second])).toBeCloseTo(spent(first) + spent(second), 10);
    }));
  });
});

/** Counts with a sample each minute; `totals` may give each minute's events. */
function perMinute(bad: readonly number[], events: number, totals?: readonly number[]): EventCounts {
  const counts = { seconds: [0], bad: [0], total: [0] };
  bad.forEach((count, i) => {
    counts.seconds.push((i + 1) * 60);
    counts.bad.push(counts.bad[i]! + count);
    counts.total.push(counts.total[i]! + (totals?.[i] ?? events));
  });
  return counts;
}
