import { describe, expect, test } from 'vitest';
import { RandomStreams } from '../../core/rng.ts';
import { defaultMargin, FAIL_LEVEL, gateLooks, judgeAlone, judgeGate, type GateObjective } from './gate.ts';

describe('a gate', () => {
  test('identical replications pass, whatever the margin', () => {
    const [result] = judgeGate([objective([1, 2, 3], [1, 2, 3], { margin: 0 })], { looks: 1 });
    expect(result).toMatchObject({ verdict: 'pass', reason: 'the same in every replication' });
  });

  test('a deterioration beyond the margin fails, one within it passes', () => {
    const base = [10, 11, 12, 13, 14, 15];
    const later = (by: number) => base.map((value, i) => value + by + (i % 2) * 0.01);
    const verdict = (by: number) =>
      judgeGate([objective(base, later(by), { margin: 0.5 })], { looks: 1 })[0]!.verdict;
    expect([verdict(1), verdict(0.1), verdict(-3), verdict(0.495)]).toEqual([
      'fail',
      'pass',
      'pass',
      'inconclusive',
    ]);
  });

  test('an objective that has to be above deteriorates downwards', () => {
    const base = [0.95, 0.951, 0.949, 0.952];
    const head = base.map((value, i) => value - 0.02 + (i % 2) * 1e-4);
    const [result] = judgeGate([objective(base, head, { direction: 'above', margin: 0.005 })], { looks: 1 });
    expect(result!.verdict).toBe('fail');
    expect(result!.deterioration!.value).toBeCloseTo(0.01995, 6);
  });

  test('an objective that the baseline met and the change misses fails, even within the margin', () => {
    const base = [1.99, 1.98, 1.985];
    const head = base.map((value) => value + 0.03);
    const one = objective(base, head, { margin: 0.1, baselineVerdict: 'met', headVerdict: 'missed' });
    expect(judgeGate([one], { looks: 1 })[0]).toMatchObject({ verdict: 'fail' });
    expect(judgeGate([{ ...one, baselineVerdict: 'missed' }], { looks: 1 })[0]).toMatchObject({
      verdict: 'pass',
    });
  });

  test('missing data is an error, not a pass', () => {
    expect(judgeGate([objective([1, 2], [1], {})], { looks: 1 })[0]!.verdict).toBe('error');
    expect(judgeAlone([{ name: 'x', unit: 's', verdict: 'no-data', value: null }])[0]!.verdict).toBe('error');
  });

  test('looks double up to the budget, and share the level', () => {
    expect(gateLooks(5, 50)).toEqual([5, 10, 20, 40, 50]);
    expect(gateLooks(5, 5)).toEqual([5]);
  });

  test('margins without one stated: a tenth of the budget of events, a hundredth of a bound', () => {
    expect(defaultMargin({ bound: 0.999, unit: 'ratio', direction: 'above' })).toBeCloseTo(1e-4, 12);
    expect(defaultMargin({ bound: 0.1, unit: '%', direction: 'below' })).toBeCloseTo(0.01, 12);
    expect(defaultMargin({ bound: 2, unit: 's', direction: 'below' })).toBeCloseTo(0.02, 12);
  });

  // Head and baseline draw noise of their own around the same mean: nothing changed. With five objectives and
  // three looks the gate must fail in at most 0.2 % of trials; a binomial with 1000 trials passes 7 with a
  // chance of 0.1 % at that rate.
  test('what did not change fails in at most the stated share of trials', () => {
    const draws = drawn(11);
    let failed = 0;
    for (let trial = 0; trial < 1000; trial++) {
      const all = Array.from({ length: 5 }, () => ({ baseline: draws(20), head: draws(20) }));
      const fails = gateLooks(5, 20).some((n, _, looks) => judgeGate(
        all.map(({ baseline, head }) => objective(baseline.slice(0, n), head.slice(0, n), { margin: 0 })),
        { looks: looks.length },
      ).some(({ verdict }) => verdict === 'fail'));
      if (fails) failed++;
    }
    expect(failed).toBeLessThanOrEqual(7);
  });

  // One objective, one look, no margin: the level is used up, neither more nor less. Tails of 0.1 %.
  test('the level is what it says', () => {
    const draws = drawn(12);
    const trials = 20_000;
    const failed = Array.from({ length: trials }, () =>
      judgeGate([objective(draws(6), draws(6), { margin: 0 })], { looks: 1 })[0]!.verdict,
    ).filter((verdict) => verdict === 'fail').length;
    expect(failed).toBeGreaterThanOrEqual(FAIL_LEVEL * trials - 3.1 * Math.sqrt(FAIL_LEVEL * trials));
    expect(failed).toBeLessThanOrEqual(FAIL_LEVEL * trials + 3.3 * Math.sqrt(FAIL_LEVEL * trials));
  });
});

/** Lists of independent normal numbers. */
function drawn(seed: number): (n: number) => number[] {
  const random = new RandomStreams(seed, 0).stream('gate');
  return (n) => Array.from({ length: n }, () => 100 + 10 * random.normal());
}

function objective(
  baseline: readonly number[], head: readonly number[], other: Partial<GateObjective>,
): GateObjective {
  return {
    name: 'x', direction: 'below', unit: 's', margin: 0, baseline, head, baselineVerdict: 'inconclusive',
    headVerdict: 'inconclusive', ...other,
  };
}
