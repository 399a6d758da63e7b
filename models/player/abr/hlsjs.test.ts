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
  test.each([
    [[0.3e6, 0.45e6, 0.7e6], '0.50', 1], // abrEwmaDefaultEstimate
    [[1e6, 2e6, 4e6], '1.00', 0], // the lowest level's rate is more
    [[6e6, 8e6], '5.00', 0], // abrEwmaDefaultEstimateMax
  ])('starts on the ladder %j by an estimate of %s Mbps', (bitrates, estimate, level) => {
    const rule = new HlsJsRule(hlsJsParams.parse({ rule: 'hlsjs' }), 1);
    expect([rule.estimate(0), rule.choose(at(0, -1, { bitrates }))]).toEqual([500e3, level]);
    expect(rule.explain(0)).toBe(`rendition ${level} at first: the estimate is ${estimate} Mbps`);
  });

  test('starts no higher than a second of media, its playlist and it, come within the bearable wait', () => {
    const rule = new HlsJsRule(hlsJsParams.parse({ rule: 'hlsjs', maxStarvation: '1s' }), 1);
    // 0.1 s twice; 450 kbit at 500 kbps take 0.9 s, 300 kbit 0.6 s
    expect(rule.choose(at(0, -1, { bitrates: [0.3e6, 0.45e6] }))).toBe(0);
  });

  test('leaves out of a transfer only as long a wait for the first byte as is usual', () => {
    const rule = new HlsJsRule(hlsJsParams.parse({ rule: 'hlsjs', fastHalfLife: '1ms' }), 1);
    rule.observe(0, 2e6, 0.4 * S, 1.6 * S); // 10 Mbps: what is usual is this very wait
    expect(rule.estimate(0)).toBeCloseTo(10e6, 3);
    rule.observe(0, 2e6, 1 * S, 3 * S);
    const [first, second] = [0.4, 1].map((wait) => 0.5 ** ((Math.SQRT2 * Math.exp(-(wait ** 2) / 2)) / 9));
    const usual = (0.4 * (1 - first!) * second! + (1 - second!)) / (1 - first! * second!);
    expect(rule.estimate(0)).toBeCloseTo(16e6 / (4 - usual), 3);
  });

  test.each([
    [100_000, 0.4, 800e6], // 1 ms at least for 100 kB
    [10_000_000, 1, 1600e6], // 50 ms at least for 5 MB and more
  ])('takes %d bytes in %d ms for no more than %d bit/s', (bytes, ms, rate) => {
    const rule = new HlsJsRule(hlsJsParams.parse({ rule: 'hlsjs' }), 1);
    rule.observe(0, bytes, 0, ms * 1e3);
    expect(rule.estimate(0)).toBeCloseTo(rate, 0);
  });

  test('stays within 0.95 of the estimate and climbs within 0.7 of it', () => {
    const rule = believing(4.22);
    // 0.7 x 4.22 = 2.95 Mbps bear the second for a climb; 0.95 x 4.22 = 4.009 Mbps bear the third to stay.
    expect([0, 1, 2, 3].map((last) => rule.choose(at(29, last)))).toEqual([1, 1, 2, 2]);
    expect(rule.explain(0)).toBe('rendition 2 is the highest that 0.95 x 4.22 Mbps load within the 29.0 s '
      + 'buffered (0.7 x to climb)');
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

  test('goes down to the level that is in time, by its own rate too, when little is gained', () => {
    // 2.2 of 4 MB in 8 s: 6.5 s are left at 2.2 Mbps, the second takes 3.74 s, more than half of that.
    const late = { rendition: 3, size: 4e6, received: 2.2e6, firstByteUs: 0.1 * S, elapsedUs: 8.1 * S };
    const rule = believing(6);
    rule.choose(at(20, 3));
    expect(rule.abandon(at(6, 3), late)).toBe(1);
    rule.abandoned(at(6, 3), late, 1);
    expect(rule.estimate(0)).toBeGreaterThan(2.2e6); // it learns from what came, and does not start anew
    // At the second's own rate it would take 4.1 s: too long for 4.05 s of buffer.
    expect(rule.abandon(at(4.05, 3), late)).toBe(0);
  });

  test('goes down to the lowest, and believes in no more, when the rest takes twice as long', () => {
    const rule = believing(6);
    rule.choose(at(20, 3));
    // 1.1 of 4 MB in 4 s: 10.5 s are left at 2.2 Mbps, the second takes 3.74 s.
    const slow = { rendition: 3, size: 4e6, received: 1.1e6, firstByteUs: 0.1 * S, elapsedUs: 4.1 * S };
    expect(rule.abandon(at(6, 3), slow)).toBe(0);
    rule.abandoned(at(6, 3), slow, 0);
    expect(rule.estimate(0)).toBe(1e6);
  });

  test('while nothing has come judges by the estimate, and takes the wait in as one for a first byte', () => {
    const rule = believing(4);
    rule.choose(at(20, 3));
    // 32 Mbit at 4 Mbps and 0.1 s: 8.1 s; the third takes 4.1 s, the second 2.1 s.
    const silent = { rendition: 3, size: 4e6, received: 0, firstByteUs: 2.1 * S, elapsedUs: 2.1 * S };
    expect(rule.abandon(at(8.11, 3), silent)).toBe(KEEP);
    expect(rule.abandon(at(8, 3), silent)).toBe(0);
    const calm = rule.calmUs(at(8.11, 3), { ...silent, elapsedUs: 1 * S });
    expect(calm).toBe(1 * S); // half a segment
  });
});
