import fc from 'fast-check';
import { expect, test } from 'vitest';
import { contextOf } from './context.fixture.ts';
import { MpcRule, mpcParams, robustMpcParams } from './mpc.ts';

const S = 1e6;
const LADDER = [0.3e6, 0.75e6, 1.85e6, 4.3e6];

test('the plan is the best of all plans, found by trying each', () => {
  const state = fc.record({
    kbps: fc.integer({ min: 100, max: 9000 }), bufferMs: fc.nat(26_000),
    last: fc.integer({ min: -1, max: 3 }),
  });
  fc.assert(fc.property(state, ({ kbps, bufferMs, last }) => {
    const rule = new MpcRule(robustMpcParams.parse({ rule: 'robust-mpc', horizon: 4 }), 1);
    rule.observe(0, (kbps * 1e3) / 8, 0, 1 * S);
    const chosen = rule.choose(contextOf({
      bufferUs: bufferMs * 1e3, lastRendition: last, segment: 3, bitrates: LADDER,
    }));
    const values = LADDER.map((_, first) => bestAfter([first], kbps * 1e3, bufferMs / 1e3, last));
    expect(values[chosen]).toBeCloseTo(Math.max(...values), 3);
  }), { seed: 23 });
});

test('the estimate is the harmonic mean, lowered by the greatest error of a prediction', () => {
  const rule = new MpcRule(robustMpcParams.parse({ rule: 'robust-mpc' }), 1);
  const context = contextOf({ bufferUs: 10 * S, lastRendition: 0, segment: 1, bitrates: LADDER });
  rule.observe(0, 4e6 / 8, 0.25 * S, 0.75 * S);
  expect(rule.estimate(0)).toBe(4e6);
  rule.choose(context);
  rule.observe(0, 2e6 / 8, 0.5 * S, 0.5 * S); // predicted 4 Mbps, came 2: an error of 1
  expect(rule.estimate(0)).toBeCloseTo(2 / (1 / 4e6 + 1 / 2e6) / 2, 6);
  rule.choose(context);
  expect(rule.explain(0)).toMatch(/^rendition \d opens the best plan for 5 segments at 1.33 Mbps, of 2.67/);
});

/** The greatest value of a plan of four segments that begins so. */
function bestAfter(plan: readonly number[], rate: number, bufferS: number, last: number): number {
  if (plan.length < 4) {
    return Math.max(...LADDER.map((_, next) => bestAfter([...plan, next], rate, bufferS, last)));
  }
  let [value, buffer, before] = [0, bufferS, last];
  for (const rendition of plan) {
    const transferS = (LADDER[rendition]! * 4) / rate;
    value += LADDER[rendition]! - 4.3e6 * Math.max(0, transferS - buffer);
    if (before >= 0) value -= Math.abs(LADDER[rendition]! - LADDER[before]!);
    buffer = Math.min(30, Math.max(0, buffer - transferS) + 4);
    before = rendition;
  }
  return value;
}

test('MPC plans at the mean itself, over known sizes and no further than the end', () => {
  const state = fc.record({
    kbps: fc.integer({ min: 300, max: 9000 }), bufferMs: fc.nat(26_000), last: fc.integer({ min: 0, max: 3 }),
    left: fc.integer({ min: 1, max: 4 }), shapes: fc.array(fc.integer({ min: 50, max: 200 }), { minLength: 4,
      maxLength: 4 }),
  });
  fc.assert(fc.property(state, ({ kbps, bufferMs, last, left, shapes }) => {
    const rule = new MpcRule(mpcParams.parse({ rule: 'mpc', horizon: 4 }), 1);
    for (const factor of [0.5, 2]) rule.observe(0, (factor * kbps * 1e3) / 8, 0, 1 * S);
    const sizes = {
      bytes: (segment: number, rendition: number) => (LADDER[rendition]! * shapes[segment - 3]!) / 200,
    };
    const chosen = rule.choose(contextOf({
      bufferUs: bufferMs * 1e3, lastRendition: last, segment: 3, segmentsLeft: left, bitrates: LADDER, sizes,
    }));
    // The harmonic mean of a half and two is 0.8.
    const valueOf = (plan: readonly number[]): number => {
      let [value, buffer, before] = [0, bufferMs / 1e3, last];
      plan.forEach((rendition, i) => {
        const transferS = (sizes.bytes(3 + i, rendition) * 8) / (0.8 * kbps * 1e3);
        value += LADDER[rendition]! - 4.3e6 * Math.max(0, transferS - buffer);
        value -= Math.abs(LADDER[rendition]! - LADDER[before]!);
        buffer = Math.min(30, Math.max(0, buffer - transferS) + 4);
        before = rendition;
      });
      return value;
    };
    const best = (plan: readonly number[]): number => (plan.length === left ? valueOf(plan)
      : Math.max(...LADDER.map((_, next) => best([...plan, next]))));
    const values = LADDER.map((_, first) => best([first]));
    expect(values[chosen]).toBeCloseTo(Math.max(...values), 3);
    expect(rule.explain(0)).toMatch(new RegExp(`best plan for ${left} segments`));
  }), { seed: 29, numRuns: 60 });
});
