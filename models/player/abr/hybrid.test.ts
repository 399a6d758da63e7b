import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { contextOf } from './context.fixture.ts';
import { HybridRule, hybridParams } from './hybrid.ts';

const S = 1e6;
const LADDER = [0.8e6, 2.8e6, 5e6, 14e6]; // the platform's own (design document, section 5.3)

function rule(params: object = {}, slots = 1): HybridRule {
  return new HybridRule(hybridParams.parse({ rule: 'hybrid', ...params }), slots);
}

function choose(hybrid: HybridRule, bufferS: number, lastRendition: number, slot = 0): number {
  return hybrid.choose(contextOf({
    slot, bufferUs: bufferS * S, lastRendition, segment: 1, bitrates: LADDER,
  }));
}

/** A transfer of one second at this rate. */
function observe(hybrid: HybridRule, mbps: number, slot = 0): void {
  hybrid.observe(slot, (mbps * 1e6) / 8, 0.2 * S, 0.8 * S);
}

describe('estimate', () => {
  test('P30 is the moving average of section 7.2, worked by hand', () => {
    const hybrid = rule();
    expect(hybrid.estimate(0)).toBe(5e6);
    observe(hybrid, 10);
    expect(hybrid.estimate(0)).toBe(10e6);
    observe(hybrid, 2);
    expect(hybrid.estimate(0)).toBeCloseTo(7.6e6, 3); // 0.3 x 2 + 0.7 x 10
    observe(hybrid, 4);
    expect(hybrid.estimate(0)).toBeCloseTo(6.52e6, 3); // 0.3 x 4 + 0.7 x 7.6
  });

  test('P30 counts the wait for the first byte: 2.5 MB in 2 s are 10 Mbit/s (section 7.1)', () => {
    const hybrid = rule();
    hybrid.observe(0, 2.5e6, 0.5 * S, 1.5 * S);
    expect(hybrid.estimate(0)).toBe(10e6);
  });

  test('P30 stays between the least and the greatest sample', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 1 }), (rates) => {
      const hybrid = rule();
      for (const rate of rates) observe(hybrid, rate);
      expect(hybrid.estimate(0)).toBeGreaterThanOrEqual(Math.min(...rates) * 1e6 * (1 - 1e-12));
      expect(hybrid.estimate(0)).toBeLessThanOrEqual(Math.max(...rates) * 1e6 * (1 + 1e-12));
    }), { seed: 7 });
  });

  test('P30 a transfer of no time is taken as one of a microsecond', () => {
    const hybrid = rule();
    hybrid.observe(0, 100, 0, 0);
    expect(hybrid.estimate(0)).toBe(8e8);
  });
});

describe('choice', () => {
  test.each([
    // buffer [s], estimate [Mbit/s], chosen
    [10, 3.4, 0], [10, 3.5, 1], // 0.8 x 3.5 = 2.8
    [4.999, 6.9, 0], [4.999, 7, 1], // half of it
    [5, 3.5, 1], // at the bound there is no correction
    [20, 6.2, 1], [20.001, 5.3, 2], // 0.96 x 5.3 = 5.09
    [0, 0.1, 0], // nothing fits: the lowest
    [30, 100, 3],
  ])('P31 P32 with %d s buffered and %d Mbit/s the first choice is %d', (bufferS, mbps, expected) => {
    const hybrid = rule();
    observe(hybrid, mbps);
    expect(choose(hybrid, bufferS, -1)).toBe(expected);
  });

  test('P32 it climbs one at a time and falls at once', () => {
    const hybrid = rule();
    observe(hybrid, 100);
    const climbed = [0, 1, 2, 3].map((last) => choose(hybrid, 10, last));
    expect(climbed).toEqual([1, 2, 3, 3]);
    hybrid.reset(0);
    observe(hybrid, 1);
    expect(choose(hybrid, 10, 3)).toBe(0);
    const bold = rule({ stepUp: 2 });
    observe(bold, 100);
    expect(choose(bold, 10, 0)).toBe(2);
  });

  test('P32 more throughput or more buffer never lowers the choice', () => {
    const mbps = fc.integer({ min: 1, max: 300 }).map((n) => n / 10);
    const buffer = fc.nat(30);
    const lastOne = fc.integer({ min: -1, max: 3 });
    fc.assert(fc.property(mbps, mbps, buffer, buffer, lastOne, (a, b, c, d, last) => {
      const [low, high] = [rule(), rule()];
      observe(low, Math.min(a, b));
      observe(high, Math.max(a, b));
      expect(choose(low, Math.min(c, d), last)).toBeLessThanOrEqual(choose(high, Math.max(c, d), last));
    }), { seed: 11 });
  });
});

describe('reasons', () => {
  test('P33 hold the numbers', () => {
    const hybrid = rule();
    expect(hybrid.explain(0)).toBe('nothing is decided yet');
    observe(hybrid, 10);
    choose(hybrid, 10, 1);
    expect(hybrid.explain(0)).toBe('rendition 2 is the highest within 8.00 Mbps = 10.00 Mbps x 0.8');
    choose(hybrid, 4.1, 3);
    expect(hybrid.explain(0))
      .toBe('rendition 1 is the highest within 4.00 Mbps = 10.00 Mbps x 0.8 x 0.5 (buffer 4.1 s)');
    choose(hybrid, 25, 0);
    const budget = '9.60 Mbps = 10.00 Mbps x 0.8 x 1.2 (buffer 25.0 s)';
    expect(hybrid.explain(0)).toBe(`rendition 2 fits ${budget}, but it climbs 1 at a time: 1`);
  });

  test('P33 say so when nothing fits', () => {
    const hybrid = rule();
    observe(hybrid, 0.5);
    choose(hybrid, 10, 2);
    expect(hybrid.explain(0)).toBe('rendition 0 is the lowest; none is within 0.40 Mbps = 0.50 Mbps x 0.8');
  });

  test('P33 stay those of the decision when another segment has come since', () => {
    const hybrid = rule();
    observe(hybrid, 10);
    choose(hybrid, 10, 2);
    const reason = hybrid.explain(0);
    observe(hybrid, 100);
    expect(hybrid.explain(0)).toBe(reason);
  });
});

describe('slots', () => {
  test('P34 a new viewer starts afresh, the neighbour does not', () => {
    const hybrid = rule({}, 2);
    for (const slot of [0, 1]) {
      observe(hybrid, 10, slot);
      choose(hybrid, 10, 2, slot);
    }
    hybrid.reset(0);
    expect([hybrid.estimate(0), hybrid.estimate(1)]).toEqual([5e6, 10e6]);
    expect(hybrid.explain(0)).toBe('nothing is decided yet');
    expect(hybrid.explain(1)).toContain('rendition 2');
  });

  test('P36 state can be saved and restored', () => {
    const hybrid = rule({}, 2);
    observe(hybrid, 10, 1);
    choose(hybrid, 4, 2, 1);
    const saved = structuredClone(hybrid.save());
    const other = rule({}, 2);
    other.restore(saved);
    expect([other.estimate(1), other.explain(1)]).toEqual([hybrid.estimate(1), hybrid.explain(1)]);
    observe(hybrid, 50, 1);
    expect(other.estimate(1)).toBe(10e6);
    expect(other.save()).toEqual(saved);
  });
});
