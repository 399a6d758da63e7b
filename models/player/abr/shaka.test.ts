import { describe, expect, test } from 'vitest';
import { contextOf } from './context.fixture.ts';
import type { AbrContext } from './rule.ts';
import { ShakaRule, shakaParams } from './shaka.ts';

const S = 1e6;
const LADDER = [0.5e6, 1e6, 2e6, 4e6];

function rule(): ShakaRule {
  return new ShakaRule(shakaParams.parse({ rule: 'shaka' }), 1);
}

function at(nowS: number, lastRendition: number, given: Partial<AbrContext> = {}): AbrContext {
  return contextOf({ now: nowS * S, lastRendition, bitrates: LADDER, ...given });
}

describe('Shaka', () => {
  test('starts by its default of 1 Mbps: the rendition of 500 kbps, as 1 Mbps needs 1.05', () => {
    const chosen = rule();
    expect(chosen.choose(at(0, -1))).toBe(0);
    expect(chosen.explain(0)).toBe('rendition 0 at first: the estimate is 1.00 Mbps');
  });

  test('believes its samples once 128 kB have come, those below 16 kB or 5 ms left out', () => {
    const chosen = rule();
    chosen.choose(at(0, -1));
    chosen.observe(0, 15_999, 0, 0.001 * S);
    chosen.observe(0, 500_000, 0, 0.004 * S); // from a cache
    chosen.observe(0, 127_000, 0.1 * S, 0.9 * S);
    expect([chosen.estimate(0), chosen.choose(at(1, 0))]).toEqual([1e6, 0]);
    expect(chosen.explain(0)).toMatch(/too little has come/);
    chosen.observe(0, 127_000, 0.1 * S, 0.9 * S);
    expect(chosen.estimate(0)).toBeCloseTo(1.016e6, 3); // the wait for the first byte counts
  });

  test.each([
    [2.1, 1], // 2 Mbps need 2.105 of estimate to be kept: the band of 1 Mbps reaches up to 2 / 0.85 = 2.35
    [2.2, 2], // the bands of 1 and 2 Mbps overlap: the higher wins
    [4.2, 2], [4.3, 3], [0.4, 0],
  ])('takes the highest rendition in whose band %d Mbps lie', (mbps, rendition) => {
    const chosen = rule();
    chosen.choose(at(0, -1));
    chosen.observe(0, (mbps * 1e6) / 8, 0, 1 * S);
    chosen.observe(0, (mbps * 1e6) / 8, 0, 1 * S);
    chosen.observe(0, (mbps * 1e6) / 8, 0, 1 * S);
    expect(chosen.choose(at(3, 0))).toBe(rendition);
  });

  test.each([[0.5, 3], [1, 2], [2, 1]])('at %d times the speed takes %d of 2.2 Mbps', (rate, rendition) => {
    const chosen = rule();
    chosen.choose(at(0, -1));
    chosen.observe(0, 2.2e6 / 8, 0, 1 * S);
    expect(chosen.choose(at(1, 0, { rate }))).toBe(rendition);
  });

  test('chooses again after 8 s at the earliest, whatever the buffer', () => {
    const chosen = rule();
    chosen.choose(at(0, -1));
    chosen.observe(0, 4.5e6 / 8, 0, 1 * S);
    expect(chosen.choose(at(1, 0))).toBe(3);
    chosen.observe(0, 0.6e6 / 8, 0, 30 * S);
    expect(chosen.choose(at(8.9, 3, { bufferUs: 0 }))).toBe(3);
    expect(chosen.explain(0)).toMatch(/too little ago/);
    expect(chosen.choose(at(9, 3, { bufferUs: 0 }))).toBe(0);
  });
});
