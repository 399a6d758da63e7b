import { describe, expect, test } from 'vitest';
import { KEEP } from './abandoning.ts';
import { contextOf } from './context.fixture.ts';
import { HlsJsRule, hlsJsParams } from './hlsjs.ts';
import type { AbrContext } from './rule.ts';

const S = 1e6;
const LADDER = [1e6, 2e6, 4e6, 8e6];

/** A rule that has come to believe in `mbps`, with 100 ms to the first byte. */
function believing(mbps: number): HlsJsRule {
  const rule = new HlsJsRule(hlsJsParams.parse({ rule: 'hlsjs' }), 1);
  rule.choose(at(0, -1));
  rule.observe(0, (1e6 * 4) / 8, 0.1 * S, (4 / mbps) * S);
  rule.choose(at(30, 0));
  rule.observe(0, (mbps * 1e6 * 4) / 8, 0.1 * S, 4 * S);
  return rule;
}

function at(bufferS: number, lastRendition: number, given: Partial<AbrContext> = {}): AbrContext {
  return contextOf({ bufferUs: bufferS * S, lastRendition, bitrates: LADDER, ...given });
}

describe('hls.js', () => {
  test('tests the link with a segment at the lowest level', () => {
    const rule = new HlsJsRule(hlsJsParams.parse({ rule: 'hlsjs' }), 1);
    expect([rule.estimate(0), rule.choose(at(0, -1))]).toEqual([500e3, 0]);
    expect(rule.explain(0)).toBe('rendition 0: the first segment tests the link at the lowest');
  });

  test('stays within 0.95 of the estimate and climbs within 0.7 of it', () => {
    const rule = believing(4.22);
    // 0.7 x 4.22 = 2.95 Mbps bear the second for a climb; 0.95 x 4.22 = 4.009 Mbps bear the third to stay.
    expect([0, 1, 2, 3].map((last) => rule.choose(at(29, last)))).toEqual([1, 1, 2, 2]);
    expect(believing(4.2).choose(at(29, 2))).toBe(1); // 3.99 Mbps do not
  });

  test('wants it loaded before the buffer runs dry: 100 ms, and 16 Mbit at 5.7 Mbps', () => {
    const rule = believing(6); // 0.95 x 6: 2.807 s and 0.1 s
    expect([2.9, 2.91].map((buffer) => rule.choose(at(buffer, 2)))).toEqual([1, 2]);
  });

  test('takes a level that is late by at most 4 s when none comes in time', () => {
    const rule = believing(1.2); // the lowest: 4 Mbit at 1.14 Mbps take 3.6 s
    expect(rule.choose(at(1, 0))).toBe(0);
    expect(rule.explain(0))
      .toMatch(/none loads within the 1.0 s buffered, it is late by little, at 1.20 Mbps$/);
    const none = believing(0.5);
    expect(none.choose(at(1, 1))).toBe(0);
    expect(none.explain(0)).toMatch(/none is within 0.50 Mbps/);
  });

  test('at a live edge goes by the rate alone', () => {
    expect(believing(6).choose(at(1, 2, { latencyUs: 3 * S }))).toBe(2);
  });

  test('judges a transfer from half a segment on, and only when the buffer runs dry before it ends', () => {
    const rule = believing(6);
    rule.choose(at(3, 2));
    const half = { rendition: 2, size: 2e6, received: 0.5e6, firstByteUs: 0.1 * S, elapsedUs: 2.1 * S };
    // A quarter in 2 s: 6 s more. From 2 s on it is judged; 6 s of buffer are enough, 1 s is not.
    expect(rule.abandon(at(1, 2), { ...half, elapsedUs: 1.99 * S })).toBe(KEEP);
    expect(rule.abandon(at(6, 2), half)).toBe(KEEP);
    // 2 Mbps load the lowest in 2.1 s, not within 1 s, but 6 s are more than twice that: at once.
    expect(rule.abandon(at(1, 2), half)).toBe(0);
    // With 3 s buffered it is the same level, in time; 2 Mbps would load the second in 4.1 s.
    expect(rule.abandon(at(3, 2), half)).toBe(0);
  });

  test('waits for as long as the other would take when the rest is less than twice that', () => {
    const rule = believing(6);
    rule.choose(at(3, 2));
    // 1.1 of 2 MB in 2.5 s: 2.05 s are left at 3.52 Mbps; the lowest takes 0.1 + 1.14 s.
    const late = { rendition: 2, size: 2e6, received: 1.1e6, firstByteUs: 0.1 * S, elapsedUs: 2.6 * S };
    expect(rule.abandon(at(1.3, 2, { now: 10 * S }), late)).toBe(KEEP);
    expect(rule.calmUs(at(1.3, 2, { now: 10 * S }), late)).toBeCloseTo(1_236_364, -1);
    const later = { ...late, received: 1.2e6, elapsedUs: 3.9 * S };
    expect(rule.abandon(at(0, 2, { now: 11.3 * S }), later)).toBe(0);
    rule.abandoned(at(0, 2, { now: 11.3 * S }), later, 0);
    expect(rule.estimate(0)).toBe(1e6); // 0.7 of what it believed was more than the level's rate
  });
});
