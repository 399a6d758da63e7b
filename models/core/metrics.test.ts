import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InvariantError } from './assert.ts';
import { formatLabels } from './labels.ts';
import { counter, gauge, level as levelOf, MetricSet, tally } from './metrics.ts';
import { EXACT_OBSERVATIONS, Observations, type ObservationsState } from './observations.ts';

const requests = counter('requests_total', {
  labels: ['tier', 'result'], unit: 'requests', help: 'Requests.',
});
const level = gauge('level', { unit: 'items', help: 'Level.' });
const busy = levelOf('busy', { labels: ['pool'], unit: 'servers', help: 'Busy.' });
const delay = tally('delay_seconds', { labels: ['tier'], unit: 's', help: 'Delay.' });

/** A set with two tiers, and what is counted on them. */
function tiers() {
  const set = new MetricSet();
  const hit = set.bind(requests, 'edge', 'hit');
  const miss = set.bind(requests, 'edge', 'miss');
  const far = set.bind(requests, 'regional', 'hit');
  const [edge, regional] = [set.bind(delay, 'edge'), set.bind(delay, 'regional')];
  return { set, hit, miss, far, edge, regional, level: set.bind(level) };
}

describe('a set', () => {
  test('sums counters over all labels that match', () => {
    const { set, hit, miss, far } = tiers();
    set.add(hit, 3);
    set.add(miss, 2);
    set.add(far, 10);
    const view = set.view(0);
    expect(view.total(requests)).toBe(15);
    expect(view.total(requests, { tier: 'edge' })).toBe(5);
    expect(view.total(requests, { tier: 'edge', result: 'miss' })).toBe(2);
    expect(view.total(requests, { tier: 'origin' })).toBe(0);
    expect(view.total(requests, { network: '3g' })).toBe(0);
    expect(new MetricSet().view(0).total(requests)).toBe(0);
  });

  test('binds the same metric and labels to the same handle, and refuses missing labels', () => {
    const { set, hit } = tiers();
    expect(set.bind(requests, 'edge', 'hit')).toBe(hit);
    expect(() => set.bind(requests, 'edge')).toThrow(InvariantError);
    expect(set.export(0).length).toBe(6);
  });

  test('counts, averages and ranks the observations of a tally', () => {
    const { set, edge, regional } = tiers();
    [5, 1, 3, 10].forEach((value) => set.observe(edge, value));
    set.observe(regional, 2);
    const view = set.view(0);
    expect([view.count(delay), view.count(delay, { tier: 'edge' })]).toEqual([5, 4]);
    expect([view.mean(delay), view.mean(delay, { tier: 'edge' })]).toEqual([4.2, 4.75]);
    expect([0, 0.5, 1].map((q) => view.quantile(delay, q))).toEqual([1, 3, 10]);
    expect(view.quantile(delay, 0.5, { tier: 'edge' })).toBe(4);
    const none = { tier: 'origin' };
    expect([view.count(delay, none), view.mean(delay, none), view.quantile(delay, 0.5, none)])
      .toEqual([0, undefined, undefined]);
    const exported = set.export(0).filter((one) => one.declaration === delay);
    expect(exported.map(({ value, observations }) => [value, observations]))
      .toEqual([[19, { values: [1, 3, 5, 10] }], [2, { values: [2] }]]);
  });

  test('takes a million of them in the memory of a few, and ranks them within 0.5 %', () => {
    const { set, edge } = tiers();
    for (let i = 1_000_000; i > 0; i--) set.observe(edge, i);
    const view = set.view(0);
    expect([view.count(delay), view.mean(delay)]).toEqual([1_000_000, 500_000.5]);
    for (const q of [0, 0.01, 0.5, 0.99, 1]) {
      const exact = 1 + q * 999_999;
      expect(Math.abs(view.quantile(delay, q)! - exact) / exact, String(q)).toBeLessThanOrEqual(0.005);
    }
    expect(JSON.stringify(set.export(0)).length).toBeLessThan(20_000);
  });
});

describe('the end of the warm-up', () => {
  test('leaves out what was counted before; levels stay', () => {
    const { set, hit, level: held, edge } = tiers();
    set.add(hit, 100);
    set.add(held, 7);
    set.observe(edge, 99);
    set.startMeasuring(5e6);
    set.add(hit, 1);
    set.add(held, -2);
    set.observe(edge, 4);
    const late = set.bind(requests, 'origin', 'hit');
    set.add(late, 6);
    expect(set.view(0).total(requests, { tier: 'edge' })).toBe(1);
    expect(set.view(0).total(requests)).toBe(7);
    expect([set.view(0).count(delay), set.view(0).quantile(delay, 0.5)]).toEqual([1, 4]);
    const exported = Object.fromEntries(set.export(0).map((one) => [
      `${one.declaration.name}{${formatLabels(one.labels)}}`,
      [one.value, ...(one.observations ? [one.observations] : [])],
    ]));
    expect(exported).toMatchObject({
      'requests_total{tier="edge",result="hit"}': [1], 'level{}': [5],
      'delay_seconds{tier="edge"}': [4, { values: [4] }],
      'requests_total{tier="origin",result="hit"}': [6],
    });
  });

  test('sets a level as well as adding to it', () => {
    const { set, level: held } = tiers();
    set.add(held, 3);
    set.set(held, 11);
    expect(set.export(0).find((one) => one.declaration === level)!.value).toBe(11);
  });
});

describe('samples', () => {
  const { set, hit, level: held, edge } = tiers();
  set.sample(0);
  set.add(hit, 10);
  set.add(held, 4);
  set.observe(edge, 1);
  set.sample(5e6);
  set.startMeasuring(5e6);
  set.add(hit, 20);
  set.add(held, -1);
  set.observe(edge, 3);
  set.observe(edge, 2);
  set.add(set.bind(requests, 'late', 'hit'), 5);
  set.sample(15e6);

  test('part the run into windows, each with what it gained, warm-up or not', () => {
    const windows = set.windows();
    expect(windows.map(({ atUs, spanUs }) => [atUs, spanUs])).toEqual([[5e6, 5e6], [15e6, 10e6]]);
    expect(windows.map(({ view }) => view.total(requests))).toEqual([10, 25]);
    const medians = windows.map(({ view }) => [view.count(delay), view.quantile(delay, 0.5)]);
    expect(medians).toEqual([[1, 1], [2, 2.5]]);
  });

  test('make series of levels and of rates a second', () => {
    const points = set.series().map(({ seconds, metric, labels, value }) => [seconds, metric, labels, value]);
    const of = (metric: string, labels: string) => points
      .filter((point) => point[1] === metric && point[2] === labels)
      .map((point) => [point[0], point[3]]);
    expect(of('level', '')).toEqual([[0, 0], [5, 4], [15, 3]]);
    expect(of('requests_total:rate', 'tier="edge",result="hit"')).toEqual([[5, 2], [15, 2]]);
    expect(of('requests_total:rate', 'tier="late",result="hit"')).toEqual([[15, 0.5]]);
    expect(points.some((point) => point[1] === 'delay_seconds')).toBe(false);
  });

  test('at one and the same moment make no rate out of no time', () => {
    const twice = tiers();
    twice.set.sample(0);
    twice.set.add(twice.hit, 1);
    twice.set.sample(0);
    expect(twice.set.series().filter(({ metric }) => metric.endsWith(':rate'))).toEqual([]);
  });
});

describe('a level', () => {
  test('knows its average over time and its extremes, worked by hand', () => {
    const set = new MetricSet();
    const one = set.bind(busy, 'one');
    set.setLevel(one, 10, 2); // 0 for 10 us
    set.addLevel(one, 20, 3); // 2 for 10 us
    set.addLevel(one, 20, 4); // 5 for no time
    set.addLevel(one, 25, -6); // 9 for 5 us
    const first = set.mark(30); // 3 for 5 us
    const other = set.bind(busy, 'other');
    set.setLevel(other, 40, 1);
    const whole = set.view(50);
    expect(whole.timeAverage(busy, { pool: 'one' })).toBe((20 + 45 + 15 + 60) / 50);
    expect([whole.trough(busy, { pool: 'one' }), whole.peak(busy, { pool: 'one' })]).toEqual([0, 9]);
    expect(whole.timeAverage(busy)).toBe((20 + 45 + 15 + 60 + 10) / 50);
    const late = set.between(first, set.mark(50));
    expect([late.timeAverage(busy), late.trough(busy), late.peak(busy)]).toEqual([(60 + 10) / 20, 0, 3]);
    expect(late.timeAverage(busy, { pool: 'none' })).toBeUndefined();
    expect(late.peak(busy, { pool: 'none' })).toBeUndefined();
  });

  test('stands through the end of the warm-up, in exports and in series', () => {
    const set = new MetricSet();
    const handle = set.bind(busy, 'x');
    set.setLevel(handle, 0, 8);
    set.sample(0);
    set.startMeasuring(100);
    set.sample(1e6);
    set.setLevel(handle, 1e6 + 100, 4);
    expect(set.export(2e6 + 100)[0]).toMatchObject({ value: 6, least: 4, most: 8 });
    expect(set.series().map(({ seconds, value }) => [seconds, value])).toEqual([[0, 8], [1, 8]]);
  });

  test('of no time is what it stands at', () => {
    const set = new MetricSet();
    set.setLevel(set.bind(busy, 'x'), 0, 8);
    expect(set.export(0)[0]).toMatchObject({ value: 8, least: 8, most: 8 });
    expect(set.view(0).timeAverage(busy)).toBeUndefined();
  });
});

describe('gains', () => {
  test('absorbed by another set give what one set would hold', () => {
    const one = tiers();
    one.set.bind(busy, 'x');
    const other = tiers();
    const busyThere = other.set.bind(busy, 'x');
    let from = one.set.mark(0);
    for (const now of [10, 20, 30]) {
      one.set.add(one.hit, now);
      one.set.add(one.level, -1);
      for (let i = 0; i < 500; i++) one.set.observe(one.edge, i);
      one.set.addLevel(one.set.bind(busy, 'x'), now - 5, 2);
      const to = one.set.mark(now);
      one.set.gains(from, to).forEach((gain, i) => other.set.absorb(i, structuredClone(gain), now));
      from = to;
    }
    expect(other.set.export(30)).toEqual(one.set.export(30));
    expect(other.set.view(30).timeAverage(busy)).toBe((2 * 10 + 4 * 10 + 6 * 5) / 30);
    expect(busyThere).toBe(6);
  });
});

describe('observations', () => {
  const filled = (values: readonly number[]) => {
    const made = new Observations();
    for (const value of values) made.add(value);
    return made;
  };

  test('are exact up to a thousand and within 0.5 % beyond', () => {
    const values = Array.from({ length: EXACT_OBSERVATIONS }, (_, i) => (i * 7919) % 1000);
    const exact = filled(values);
    expect([exact.relativeError, exact.quantile(0.5)]).toEqual([0, 499.5]);
    exact.add(999);
    expect(exact.relativeError).toBe(0.005);
    expect(Math.abs(exact.quantile(0.5)! - 500)).toBeLessThanOrEqual(2.5);
    expect(new Observations().quantile(0.5)).toBeUndefined();
  });

  test('merge in any grouping and order to the same bytes, and go through JSON', () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 700 }), { minLength: 1, maxLength: 5 });
    fc.assert(fc.property(sizes, fc.integer({ min: 1, max: 1e6 }), (lengths, seed) => {
      let x = seed;
      const next = () => (x = (x * 48271) % 2147483647) / 1000;
      const parts = lengths.map((length) => Array.from({ length }, next));
      const together = filled(parts.flat()).save();
      const forth = new Observations();
      const back = new Observations();
      for (const part of parts) {
        const state = JSON.parse(JSON.stringify(filled(part).save())) as ObservationsState;
        forth.merge(Observations.restore(state));
      }
      for (const part of parts.toReversed()) back.merge(filled(part.toReversed()));
      expect(JSON.stringify(forth.save())).toBe(JSON.stringify(together));
      expect(JSON.stringify(back.save())).toBe(JSON.stringify(together));
    }), { numRuns: 50 });
  });

  test('are finite and not negative', () => {
    for (const value of [-1, NaN, Infinity]) expect(() => filled([value])).toThrow(InvariantError);
  });
});

describe('state', () => {
  test('is saved and restored with samples, baseline and observations, and goes on the same', () => {
    const first = tiers();
    first.set.sample(0);
    first.set.add(first.hit, 3);
    first.set.observe(first.edge, 2);
    first.set.startMeasuring(1e6);
    first.set.add(first.level, 5);
    first.set.sample(2e6);
    const saved = first.set.save();
    const copy = structuredClone(saved);
    const second = tiers();
    second.set.observe(second.edge, 77);
    second.set.sample(0);
    second.set.restore(saved);
    for (const { set, hit, edge } of [first, second]) {
      set.add(hit, 9);
      for (let i = 0; i < 2000; i++) set.observe(edge, i);
      set.setLevel(set.bind(busy, 'x'), 2_500_000, 3);
      set.sample(3e6);
      set.observe(edge, 4);
    }
    expect(second.set.export(4e6)).toEqual(first.set.export(4e6));
    expect(second.set.windows().map(({ view }) => view.quantile(delay, 0.5)))
      .toEqual(first.set.windows().map(({ view }) => view.quantile(delay, 0.5)));
    expect(second.set.series()).toEqual(first.set.series());
    expect(saved).toEqual(copy);
    expect(() => new MetricSet().restore(saved)).toThrow(InvariantError);
  });

  test('of two hundred thousand samples is restored too', () => {
    const set = new MetricSet();
    set.bind(level);
    for (let i = 0; i < 200_000; i++) set.sample(i);
    const other = new MetricSet();
    other.bind(level);
    other.restore(set.save());
    expect(other.windows().length).toBe(199_999);
  });
});


test('labels are written as OpenMetrics has them, with what it escapes', () => {
  expect(formatLabels({})).toBe('');
  expect(formatLabels({ a: 'x', b: '2' })).toBe('a="x",b="2"');
  expect(formatLabels({ a: 'say "no"\\\nthen' })).toBe('a="say \\"no\\"\\\\\\nthen"');
});
