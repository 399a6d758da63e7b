import fc from 'fast-check';
import { expect, test } from 'vitest';
import { contextOf } from './context.fixture.ts';
import { RobustMpcRule, robustMpcParams } from './robust-mpc.ts';

const S = 1e6;
const LADDER = [0.3e6, 0.75e6, 1.85e6, 4.3e6];

test('the plan is the best of all plans, found by trying each', () => {
  const state = fc.record({
    kbps: fc.integer({ min: 100, max: 9000 }), bufferMs: fc.nat(26_000),
    last: fc.integer({ min: -1, max: 3 }),
  });
  fc.assert(fc.property(state, ({ kbps, bufferMs, last }) => {
    const rule = new RobustMpcRule(robustMpcParams.parse({ rule: 'robust-mpc', horizon: 4 }), 1);
    rule.observe(0, (kbps * 1e3) / 8, 0, 1 * S);
    const chosen = rule.choose(contextOf({
      bufferUs: bufferMs * 1e3, lastRendition: last, segment: 3, bitrates: LADDER,
    }));
    const values = LADDER.map((_, first) => bestAfter([first], kbps * 1e3, bufferMs / 1e3, last));
    expect(values[chosen]).toBeCloseTo(Math.max(...values), 3);
  }), { seed: 23 });
});

test('the estimate is the harmonic mean, lowered by the greatest error of a prediction', () => {
  const rule = new RobustMpcRule(robustMpcParams.parse({ rule: 'robust-mpc' }), 1);
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
