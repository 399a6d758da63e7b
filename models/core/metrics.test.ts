import { describe, expect, test } from 'vitest';
import { InvariantError } from './assert.ts';
import { counter, formatLabels, gauge, MetricSet, tally, tallyQuantile } from './metrics.ts';

const requests = counter('requests_total', {
  labels: ['tier', 'result'], unit: 'requests', help: 'Requests.',
});
const level = gauge('level', { unit: 'items', help: 'Level.' });
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
    const view = set.view();
    expect(view.total(requests)).toBe(15);
    expect(view.total(requests, { tier: 'edge' })).toBe(5);
    expect(view.total(requests, { tier: 'edge', result: 'miss' })).toBe(2);
    expect(view.total(requests, { tier: 'origin' })).toBe(0);
    expect(view.total(requests, { network: '3g' })).toBe(0);
    expect(new MetricSet().view().total(requests)).toBe(0);
  });

  test('binds the same metric and labels to the same handle, and refuses missing labels', () => {
    const { set, hit } = tiers();
    expect(set.bind(requests, 'edge', 'hit')).toBe(hit);
    expect(() => set.bind(requests, 'edge')).toThrow(InvariantError);
    expect(set.export().length).toBe(6);
  });

  test('keeps every observation of a tally, ascending in a view and as made in an export', () => {
    const { set, edge, regional } = tiers();
    [5, 1, 3, 10].forEach((value) => set.observe(edge, value));
    set.observe(regional, 2);
    expect([...set.view().sorted(delay, { tier: 'edge' })]).toEqual([1, 3, 5, 10]);
    expect([...set.view().sorted(delay)]).toEqual([1, 2, 3, 5, 10]);
    expect(tallyQuantile(set.view(), delay, 0.5)).toBe(3);
    expect(tallyQuantile(set.view(), delay, 0.5, { tier: 'edge' })).toBe(4);
    expect(tallyQuantile(set.view(), delay, 0.5, { tier: 'origin' })).toBeUndefined();
    const exported = set.export().filter((one) => one.declaration === delay);
    expect(exported.map(({ value, observations }) => [value, observations]))
      .toEqual([[19, [5, 1, 3, 10]], [2, [2]]]);
  });

  test('keeps a hundred thousand of them, past every growth', () => {
    const { set, edge } = tiers();
    for (let i = 100_000; i > 0; i--) set.observe(edge, i);
    const sorted = set.view().sorted(delay);
    expect([sorted.length, sorted[0], sorted[99_999]]).toEqual([100_000, 1, 100_000]);
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
    expect(set.view().total(requests, { tier: 'edge' })).toBe(1);
    expect(set.view().total(requests)).toBe(7);
    expect([...set.view().sorted(delay)]).toEqual([4]);
    const exported = Object.fromEntries(set.export().map((one) => [
      `${one.declaration.name}{${formatLabels(one.labels)}}`, [one.value, ...one.observations],
    ]));
    expect(exported).toMatchObject({
      'requests_total{tier="edge",result="hit"}': [1], 'level{}': [5], 'delay_seconds{tier="edge"}': [4, 4],
      'requests_total{tier="origin",result="hit"}': [6],
    });
  });

  test('sets a level as well as adding to it', () => {
    const { set, level: held } = tiers();
    set.add(held, 3);
    set.set(held, 11);
    expect(set.export().find((one) => one.declaration === level)!.value).toBe(11);
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
    expect(windows.map(({ view }) => [...view.sorted(delay)])).toEqual([[1], [2, 3]]);
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
      for (let i = 0; i < 100; i++) set.observe(edge, i);
      set.sample(3e6);
    }
    expect(second.set.export()).toEqual(first.set.export());
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
