import { describe, expect, test } from 'vitest';
import { isAbandoning, KEEP, type AbandoningRule } from './abandoning.ts';
import { contextOf } from './context.fixture.ts';
import { dashJsParams, dashJsRule } from './dashjs.ts';
import type { AbrContext } from './rule.ts';

const S = 1e6;
const LADDER = [1e6, 2e6, 4e6, 8e6];

/** A rule that has seen one transfer at `mbps` of 8 s, so that both means are that. */
function believing(mbps: number): AbandoningRule {
  const rule = dashJsRule(dashJsParams.parse({ rule: 'dashjs' }), 1);
  rule.observe(0, mbps * 1e6, 0.05 * S, 8 * S);
  return rule;
}

function at(bufferS: number, lastRendition: number, given: Partial<AbrContext> = {}): AbrContext {
  return contextOf({ bufferUs: bufferS * S, lastRendition, segment: 5, bitrates: LADDER, ...given });
}

describe('dash.js', () => {
  test('goes by 0.9 of the throughput below 18 s, by BOLA from there on, back below 9 s', () => {
    const rule = believing(4.4);
    expect(rule.choose(at(17.9, 1))).toBe(1); // 3.96 Mbps
    expect(rule.explain(0)).toMatch(/^by throughput: rendition 1 is the highest within 0.9 x 4.40 Mbps/);
    rule.choose(at(18, 1));
    expect(rule.explain(0)).toMatch(/^by BOLA/);
    rule.choose(at(9, 1));
    expect(rule.explain(0)).toMatch(/^by BOLA/);
    rule.choose(at(8.9, 1));
    expect(rule.explain(0)).toMatch(/^by throughput/);
  });

  test('weighs a second of transfer as one and a half against half-lives of 3 s and 8 s', () => {
    const rule = dashJsRule(dashJsParams.parse({ rule: 'dashjs' }), 1);
    rule.observe(0, 1e6, 0, 2 * S); // 4 Mbps for 2 s: one half-life of the quick mean
    rule.observe(0, 2e6, 0, 2 * S); // 8 Mbps for 2 s
    const fast = (0.25 * 4 + 0.5 * 8) / 0.75;
    const slow = ((w) => (w * (1 - w) * 4 + (1 - w) * 8) / (1 - w * w))(0.5 ** (3 / 8));
    expect(rule.estimate(0) / 1e6).toBeCloseTo(Math.min(fast, slow), 9);
  });

  test('InsufficientBuffer: 0.7 of what comes while the buffer lasts, after two segments', () => {
    // 0.7 x 9 Mbps x 2 s / 4 s = 3.15 Mbps, where throughput alone would take 8.
    expect(believing(9).choose(at(2, 3))).toBe(1);
    expect(believing(9).choose(at(0, 3))).toBe(0);
    expect(believing(9).choose(at(2, 3, { segment: 1 }))).toBe(3);
    const rule = believing(9);
    rule.choose(at(2, 3));
    expect(rule.explain(0)).toMatch(/but 2.0 s allow 1 only at 0.7 x 9.00 Mbps$/);
  });

  test('SwitchHistory: a rendition that was left once in the last eight requests is avoided', () => {
    const rule = believing(9);
    for (let i = 0; i < 4; i++) rule.choose(at(16, 3));
    rule.choose(at(2, 3)); // down to 1
    rule.choose(at(16, 1)); // and up again
    rule.choose(at(16, 3));
    expect(rule.choose(at(16, 3))).toBe(3); // the eighth
    // Of eight, six stayed or rose at 3 and one fell: 1 / 7 is more than 0.075.
    expect(rule.choose(at(16, 3))).toBe(2);
    expect(rule.explain(0)).toMatch(/but it was left too often: 2$/);
  });

  test('AbandonRequests: 1.8 segments at its own rate are too long, 18 s of buffer are enough', () => {
    const rule = believing(6);
    if (!isAbandoning(rule)) throw new Error('it judges');
    rule.choose(at(4, 2));
    // 16 Mbit of which 1.6 came in a second: 10 s. 1.6 Mbps bear the lowest, of 4 Mbit.
    const slow = { rendition: 2, size: 2e6, received: 0.2e6, firstByteUs: 0.05 * S, elapsedUs: 1.05 * S };
    expect(rule.abandon(at(4, 2), slow)).toBe(0);
    expect(rule.abandon(at(18.1, 2), slow)).toBe(KEEP);
    // Half a second after the first byte it is too early to tell; 2.3 Mbps take 6.96 s of 7.2.
    expect(rule.abandon(at(4, 2), { ...slow, received: 0.1e6, elapsedUs: 0.55 * S })).toBe(KEEP);
    expect(rule.abandon(at(4, 2), { ...slow, received: 0.2875e6 })).toBe(KEEP);
    // What is left must be more than the other would be.
    expect(rule.abandon(at(4, 2), { ...slow, received: 1.51e6, elapsedUs: 9 * S })).toBe(KEEP);
  });

  test('AbandonRequests: once a segment, and nothing climbs for 10 s after', () => {
    const rule = believing(6);
    rule.choose(at(4, 1, { now: 20 * S }));
    const slow = { rendition: 1, size: 1e6, received: 0.05e6, firstByteUs: 0.05 * S, elapsedUs: 1.05 * S };
    expect(rule.abandon(at(4, 1), slow)).toBe(0);
    rule.abandoned(at(3, 1, { now: 21 * S }), slow, 0);
    expect(rule.abandon(at(3, 1), { ...slow, rendition: 1 })).toBe(KEEP);
    rule.observe(0, 6e6, 0.05 * S, 8 * S);
    expect(rule.choose(at(12, 0, { segment: 6, now: 30.9 * S }))).toBe(0);
    expect(rule.explain(0)).toMatch(/nothing climbs so soon/);
    expect(rule.choose(at(12, 0, { segment: 7, now: 31 * S }))).toBeGreaterThan(0);
  });
});
