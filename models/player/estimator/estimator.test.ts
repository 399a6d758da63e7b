import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Ewma } from './ewma.ts';
import { SampleWindow } from './window.ts';

const sample = fc.record({
  weight: fc.integer({ min: 1, max: 9000 }), value: fc.integer({ min: 1, max: 1e5 }),
});
const samples = fc.array(sample, {
  minLength: 1, maxLength: 30,
});

describe('Ewma', () => {
  test('one sample is the estimate, two are weighed by hand', () => {
    const ewma = new Ewma(2, [3000, 8000]);
    ewma.observe(1, 3000, 1000);
    expect(ewma.least(1)).toBeCloseTo(1000, 9);
    expect(ewma.most(1)).toBeCloseTo(1000, 9);
    expect([ewma.known(0), ewma.known(1)]).toEqual([false, true]);
    ewma.observe(1, 3000, 4000);
    // Half-life 3 s: (1000/4 + 4000/2) / (1 - 1/4).
    expect(ewma.most(1)).toBeCloseTo(3000, 9);
    const a = 0.5 ** (3 / 8);
    expect(ewma.least(1)).toBeCloseTo((a * (1 - a) * 1000 + (1 - a) * 4000) / (1 - a * a), 9);
  });

  test('stays between the least and the greatest sample, least below most', () => {
    fc.assert(fc.property(samples, (all) => {
      const ewma = new Ewma(1, [3000, 8000]);
      for (const { weight, value } of all) ewma.observe(0, weight, value);
      const values = all.map(({ value }) => value);
      expect(ewma.least(0)).toBeGreaterThanOrEqual(Math.min(...values) * (1 - 1e-9));
      expect(ewma.most(0)).toBeLessThanOrEqual(Math.max(...values) * (1 + 1e-9));
      expect(ewma.least(0)).toBeLessThanOrEqual(ewma.most(0));
    }), { seed: 3 });
  });

  test('a sample cut in two counts as much as the whole', () => {
    const [whole, parts] = [new Ewma(1, [3000]), new Ewma(1, [3000])];
    for (const ewma of [whole, parts]) ewma.observe(0, 1000, 500);
    whole.observe(0, 2000, 900);
    for (let i = 0; i < 4; i++) parts.observe(0, 500, 900);
    expect(parts.least(0)).toBeCloseTo(whole.least(0), 9);
  });

  test('slots are apart, reset forgets, and state can be saved and restored', () => {
    const ewma = new Ewma(2, [3000, 8000]);
    ewma.observe(0, 100, 7);
    ewma.observe(1, 200, 9);
    const other = new Ewma(2, [3000, 8000]);
    other.restore('x', structuredClone(ewma.save('x')));
    ewma.reset(0);
    expect([ewma.known(0), ewma.least(1), other.least(0)]).toEqual([false, 9, 7]);
  });
});

describe('SampleWindow', () => {
  test('means of the last samples, worked by hand', () => {
    const window = new SampleWindow(1, 3);
    for (const value of [100, 2, 4, 8]) window.observe(0, value);
    expect([window.count(0), window.mean(0), window.most(0)]).toEqual([3, 14 / 3, 8]);
    expect(window.harmonicMean(0)).toBeCloseTo(3 / (1 / 2 + 1 / 4 + 1 / 8), 12);
    expect([0, 1, 2].map((age) => window.sample(0, age))).toEqual([8, 4, 2]);
  });

  test('the harmonic mean is never above the arithmetic one', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 1e5 }), { minLength: 1 }), (values) => {
      const window = new SampleWindow(1, 5);
      for (const value of values) window.observe(0, value);
      expect(window.harmonicMean(0)).toBeLessThanOrEqual(window.mean(0) * (1 + 1e-12));
    }), { seed: 5 });
  });

  test('reset forgets, and state can be saved and restored', () => {
    const window = new SampleWindow(2, 2);
    window.observe(1, 5);
    const other = new SampleWindow(2, 2);
    other.restore('w', structuredClone(window.save('w')));
    window.reset(1);
    expect([window.count(1), other.mean(1), other.count(0)]).toEqual([0, 5, 0]);
    expect(window.mean(1)).toBeNaN();
  });
});
