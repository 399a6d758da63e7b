import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InvariantError } from '../core/assert.ts';
import { US_PER_S } from '../core/units.ts';
import type { Bandwidth, TracePeriod } from './bandwidth.ts';
import { ConstantBandwidth, TraceBandwidth, TraceTable } from './trace.ts';

// One second at 1 Mbps, half a second of nothing, a quarter at 4 Mbps: two megabits in 1.75 s.
const STEPS = [period(1_000_000, 1e6, 30_000), period(500_000, 0, 90_000), period(250_000, 4e6, 20_000)];

describe('hand-worked trace', () => {
  const link = new TraceBandwidth(STEPS);

  test('N1 a trace carries its rates in turn and is repeated for ever', () => {
    const seams = [0, 1_000_000, 1_600_000, 1_750_000];
    const times = [0, 500_000, 1_000_000, 1_400_000, 1_500_000, 1_750_000, 2_250_000, 3_500_000];
    expect(times.map((at) => link.bitsUntil(at))).toEqual([0, 5e5, 1e6, 1e6, 1e6, 2e6, 2.5e6, 4e6]);
    expect(seams.map((at) => link.rateAt(at))).toEqual([1e6, 0, 4e6, 1e6]);
    expect(seams.map((at) => link.latencyAt(at))).toEqual([3e4, 9e4, 2e4, 3e4]);
  });

  test('N2 the time of a number of bits is the earliest one: a pause is not waited for', () => {
    const bits = [0, 5e5, 1e6, 1_000_001, 2e6, 2_000_001, 4e6];
    expect(bits.map((b) => link.timeOfBits(b))).toEqual(
      [0, 500_000, 1_000_000, 1_500_001, 1_750_000, 1_750_001, 3_500_000]);
  });

  test('N3 a viewer that starts inside the trace sees it from there on, counted from its own zero', () => {
    const late = new TraceBandwidth(new TraceTable(STEPS), 1_600_000);
    expect([0, 150_000, 1_150_000].map((at) => late.bitsUntil(at))).toEqual([0, 6e5, 1.6e6]);
    expect(late.timeOfBits(6e5)).toBe(150_000);
    expect(late.rateAt(150_000)).toBe(1e6);
    expect(new TraceBandwidth(STEPS, 1_600_000 + 7 * 1_750_000).bitsUntil(1_150_000)).toBe(1.6e6);
  });

  test('N4 periods of no length are passed over', () => {
    const padded = new TraceBandwidth(STEPS.flatMap((step) => [period(0, 9e9), step, period(0, 0)]));
    expect(padded.bitsUntil(1_750_000)).toBe(2e6);
    expect(padded.rateAt(1_000_000)).toBe(0);
  });

  test('N5 a trace that never carries a bit is refused, as are impossible periods', () => {
    const refused = [period(1000, 0), period(0, 5), period(-1, 5), period(1.5, 5), period(9, -5),
      period(9, Infinity), period(9, 5, -1)];
    for (const one of refused) expect(() => new TraceBandwidth([one])).toThrow(InvariantError);
    expect(() => new TraceBandwidth([])).toThrow(InvariantError);
    expect(() => new TraceBandwidth(STEPS, -1)).toThrow(InvariantError);
    expect(() => new ConstantBandwidth(-1)).toThrow(InvariantError);
    expect(() => link.bitsUntil(-1)).toThrow(InvariantError);
    expect(() => link.bitsUntil(Infinity)).toThrow(InvariantError);
  });
});

describe('properties', () => {
  test('N2 timeOfBits is the earliest whole µs at which bitsUntil has reached the bits', () => {
    fc.assert(fc.property(anyLink(), fc.double({ min: 1e-3, max: 1e13, noNaN: true }), (link, bits) => {
      const at = link.timeOfBits(bits);
      if (at === Infinity) return;
      expect(Number.isSafeInteger(at)).toBe(true);
      expect(link.bitsUntil(at)).toBeGreaterThanOrEqual(bits);
      expect(at === 0 || link.bitsUntil(at - 1) < bits).toBe(true);
    }), { numRuns: 2000 });
  });

  test('N2 timeOfBits undoes bitsUntil', () => {
    fc.assert(fc.property(anyLink(), fc.integer({ min: 0, max: 1e13 }), (link, at) => {
      const earliest = link.timeOfBits(link.bitsUntil(at));
      expect(earliest).toBeLessThanOrEqual(at);
      expect(link.bitsUntil(earliest)).toBe(link.bitsUntil(at));
    }), { numRuns: 2000 });
  });

  test('N1 bitsUntil never decreases, over the seams of periods and turns too', () => {
    fc.assert(fc.property(anyPeriods(), fc.integer({ min: 0, max: 1e6 }), (periods, turns) => {
      const link = new TraceBandwidth(periods);
      const length = periods.reduce((sum, { durationUs }) => sum + durationUs, 0);
      let seam = turns * length;
      for (const { durationUs } of [...periods, ...periods]) {
        for (const at of [seam - 1, seam, seam + 1]) {
          if (at > 0) expect(link.bitsUntil(at)).toBeGreaterThanOrEqual(link.bitsUntil(at - 1));
        }
        seam += durationUs;
      }
    }), { numRuns: 500 });
  });

  test('N1 bitsUntil agrees with adding up the periods one by one', () => {
    fc.assert(fc.property(anyPeriods(), fc.nat(5_000_000), fc.nat(50_000_000), (periods, startUs, at) => {
      const link = new TraceBandwidth(periods, startUs);
      const expected = addUp(periods, startUs + at) - addUp(periods, startUs);
      const error = Math.abs(link.bitsUntil(at) - expected);
      expect(error).toBeLessThanOrEqual(1e-9 * addUp(periods, startUs + at));
    }), { numRuns: 500 });
  });

  test('N6 a constant link is a trace of one period', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 1e9 }), fc.integer({ min: 0, max: 1e10 }), (rate, at) => {
      const constant = new ConstantBandwidth(rate, 5_000);
      const trace = new TraceBandwidth([period(US_PER_S, rate, 5_000)]);
      expect(Math.abs(constant.bitsUntil(at) - trace.bitsUntil(at))).toBeLessThanOrEqual(1e-12 * rate * at);
      expect(constant.timeOfBits(rate)).toBe(US_PER_S);
      expect([constant.rateAt(at), constant.latencyAt(at)]).toEqual([trace.rateAt(at), trace.latencyAt(at)]);
    }));
  });

  test('N6 a link without capacity never carries a bit, and nothing at once', () => {
    const dead = new ConstantBandwidth(0);
    expect([dead.timeOfBits(0), dead.timeOfBits(1), dead.bitsUntil(1e12)]).toEqual([0, Infinity, 0]);
    expect(new TraceBandwidth(STEPS).timeOfBits(Infinity)).toBe(Infinity);
    expect(new ConstantBandwidth(1e-6).timeOfBits(1e13)).toBe(Infinity);
  });
});

function period(durationUs: number, rate: number, latencyUs = 0): TracePeriod {
  return { durationUs, rate, latencyUs };
}

/** Traces with pauses, single bits a second, gigabits and odd fractions. */
function anyPeriods(): fc.Arbitrary<TracePeriod[]> {
  const fraction = fc.double({ min: 0.1, max: 1e8, noNaN: true });
  const rate = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 1e9 }), fraction);
  const one = fc.record({ durationUs: fc.integer({ min: 1, max: 3e6 }), rate, latencyUs: fc.nat(1e6) });
  return fc.array(one, { minLength: 1, maxLength: 12 }).filter((periods) => periods.some((p) => p.rate > 0));
}

function anyLink(): fc.Arbitrary<Bandwidth> {
  return fc.oneof(
    fc.tuple(anyPeriods(), fc.nat(10_000_000)).map(([periods, at]) => new TraceBandwidth(periods, at)),
    fc.double({ min: 0.1, max: 1e10, noNaN: true }).map((rate) => new ConstantBandwidth(rate)),
  );
}

function addUp(periods: readonly TracePeriod[], until: number): number {
  const length = periods.reduce((sum, { durationUs }) => sum + durationUs, 0);
  const whole = Math.floor(until / length);
  let bits = whole * periods.reduce((sum, p) => sum + (p.rate * p.durationUs) / US_PER_S, 0);
  let left = until - whole * length;
  for (const { durationUs, rate } of periods) {
    bits += (rate * Math.min(left, durationUs)) / US_PER_S;
    left -= Math.min(left, durationUs);
  }
  return bits;
}
