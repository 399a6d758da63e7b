import { describe, expect, test } from 'vitest';
import { counter, gauge, level, MetricSet, tally } from '../core/metrics.ts';
import { usage } from '../cost/metrics.ts';
import * as player from '../player/metrics.ts';
import {
  computeSlis, sliSeries, summariseRun, type ReplicationOutcome, type RunHeader,
} from './run-summary.ts';

const HEADER: RunHeader = {
  scenario: 'small', title: 'A small one', world: 'sim', seed: 42, parts: ['playback'],
  fidelity: 'segment', scale: 1,
  complete: true, warmupSeconds: 5, wallSeconds: 0.1,
  provenance: {
    scenarioFile: 'x',
    version: '0', gitRevision: 'x', node: '24', scenarioDigest: 'd', streamDerivation: 1, inputs: [],
    parameters: [], unvalidated: [],
  },
  slos: [{ name: 'start', sli: 'playback_start_seconds_p99', direction: 'below', bound: 2, unit: 's' }],
};
const served = counter('served_total', { labels: ['tier'], unit: 'requests', help: 'Served.' });
const held = gauge('held', { unit: 'items', help: 'Held.' });
const delay = tally('delay_seconds', { unit: 's', help: 'Delay.' });

function outcome(over: Partial<ReplicationOutcome> = {}): ReplicationOutcome {
  return {
    slis: {}, metrics: [], series: [], sessions: [], logs: [], fingerprint: '0011223344556677',
    events: 10, simulatedSeconds: 60, warnings: [], ...over,
  };
}

test('a tally whose whole distribution is shown has it by shares of its observations', () => {
  const set = new MetricSet();
  const shown = tally('shown_seconds', { unit: 's', curve: true, help: 'Shown.' });
  for (const declaration of [shown, delay]) {
    const handle = set.bind(declaration);
    for (let i = 0; i <= 100; i++) set.observe(handle, i);
  }
  const { metrics } = summariseRun(HEADER, [outcome({ metrics: set.export(0) })]).document;
  const curve = metrics.find(({ name }) => name === 'shown_seconds')!.curve!;
  expect(curve).toHaveLength(103);
  expect(curve[50]).toEqual([0.5, 50]);
  expect(curve.at(-1)).toEqual([1, 100]);
  expect(metrics.find(({ name }) => name === 'delay_seconds')).not.toHaveProperty('curve');
});

describe('indicators', () => {
  const slis = (...values: ReadonlyArray<Readonly<Record<string, number>>>) =>
    summariseRun(HEADER, values.map((one) => outcome({ slis: one }))).document.slis;

  test('get a t interval over replications, worked by hand', () => {
    const replications = [1, 2, 3].map((p99) => ({ playback_start_seconds_p99: p99 }));
    const { playback_start_seconds_p99: start } = slis(...replications);
    const half = 4.3026527297 / Math.sqrt(3); // t with 2 degrees of freedom, deviation 1
    expect(start).toMatchObject({ value: 2, unit: 's', n: 3 });
    expect(start!.low).toBe(0); // 2 - 2.48, cut where the indicator ends
    expect(start!.high).toBeCloseTo(2 + half, 8);
  });

  test('are cut to their range on both sides', () => {
    const { cache_hit_rate: hits } = slis({ cache_hit_rate: 0.9 }, { cache_hit_rate: 1 });
    expect(hits).toMatchObject({ value: 0.95, high: 1 });
    expect(hits!.low).toBeGreaterThan(0);
  });

  test('that only some replications observed count those', () => {
    const all = slis({ cache_hit_rate: 0.5 }, {}, { cache_hit_rate: 0.7 });
    const { cache_hit_rate: hits, playback_bitrate: none } = all;
    expect([hits!.n, none]).toMatchObject([2, { value: null, low: null, high: null, unit: 'bits/s', n: 0 }]);
    expect(hits!.value).toBeCloseTo(0.6, 12);
    expect(slis({ cache_hit_rate: 0.5 })['cache_hit_rate'])
      .toMatchObject({ value: 0.5, low: null, high: null, unit: 'ratio', n: 1 });
  });

  test('say what they are divided by, observed or not', () => {
    const over = 'watched time: start-up, play, stalls';
    expect(slis({ rebuffer_rate_percent: 1 })['rebuffer_rate_percent']).toMatchObject({ value: 1, over });
    expect(slis({})['rebuffer_rate_percent']).toMatchObject({ value: null, over });
    expect(slis({})['delivered_bytes']).not.toHaveProperty('over');
  });

  test('are held against the objectives', () => {
    const p99 = (value: number) => outcome({ slis: { playback_start_seconds_p99: value } });
    const verdict = (...values: number[]) => summariseRun(HEADER, values.map(p99)).document.slos[0]!.verdict;
    expect([verdict(1), verdict(1, 1.01), verdict(1.9, 2.1), verdict(3, 3.01), verdict()])
      .toEqual(['met', 'met', 'inconclusive', 'missed', 'no-data']);
  });
});

describe('metrics', () => {
  test('are means over replications; quantiles are over all observations', () => {
    const one = measured([['edge', 3]], 4, [1, 2, 3]);
    const other = measured([['edge', 5], ['origin', 2]], 6, [10]);
    const outcomes = [outcome({ metrics: one }), outcome({ metrics: other })];
    const { metrics } = summariseRun(HEADER, outcomes).document;
    const byName = (name: string) => metrics.filter((metric) => metric.name === name);
    expect(byName('served_total').map(({ labels, value }) => [labels['tier'], value])).toEqual([
      ['edge', 4], ['origin', 1],
    ]);
    expect(byName('held')[0]).toMatchObject({ kind: 'gauge', value: 5, unit: 'items', help: 'Held.' });
    expect(byName('delay_seconds')[0]).toMatchObject({ value: 4, count: 2 });
    expect(byName('delay_seconds')[0]!.quantiles!.p50).toBe(2.5);
    expect(byName('delay_seconds')[0]!.quantiles!.p99).toBeCloseTo(9.79, 10);
  });

  test('of levels are time averages over replications, with the extremes of any', () => {
    const depth = level('depth', { unit: 'jobs', help: 'Depth.' });
    const one = (value: number) => {
      const set = new MetricSet();
      set.setLevel(set.bind(depth), 15e6, value);
      return outcome({ metrics: set.export(60e6) });
    };
    expect(summariseRun(HEADER, [one(4), one(8)]).document.metrics[0])
      .toMatchObject({ kind: 'level', value: (3 + 6) / 2, least: 0, most: 8 });
  });

  test('of tallies say how their quantiles were obtained', () => {
    const many = (length: number) =>
      outcome({ metrics: measured([], 0, Array.from({ length }, () => 7)) });
    const errors = (...counts: number[]) => summariseRun(HEADER, counts.map(many)).document.metrics
      .find((metric) => metric.name === 'delay_seconds')!;
    expect(errors(500, 500)).toMatchObject({ count: 500, quantileError: 0 });
    expect(errors(500, 501)).toMatchObject({ count: 500.5, quantileError: 0.005, quantiles: { p99: 7 } });
  });

  test('of a tally without observations are zero, without quantiles', () => {
    const { metrics } = summariseRun(HEADER, [outcome({ metrics: measured([], 0, []) })]).document;
    const found = metrics.find((metric) => metric.name === 'delay_seconds')!;
    expect([found.value, found.count, found.quantiles]).toEqual([0, 0, undefined]);
  });
});

describe('the record', () => {
  test('sums events, joins fingerprints in order, keeps each warning once and the first logs', () => {
    const log = { session: 1, startSeconds: 0, network: 'x', ladder: [], events: [] };
    const first = outcome({ warnings: ['a', 'b'], logs: [log], events: 3, simulatedSeconds: 9 });
    const second = outcome({ warnings: ['b', 'c'], fingerprint: 'ffeeddccbbaa9988', events: 4 });
    const { document, logs } = summariseRun(HEADER, [first, second]);
    expect(document).toMatchObject({
      schema: 'weir.run/1', replications: 2, events: 7, simulatedSeconds: 60, warnings: ['a', 'b', 'c'],
      complete: true, warmupSeconds: 5, alerts: [], costs: [],
    });
    expect(logs).toEqual([log]);
    expect(document.fingerprint).toMatch(/^[0-9a-f]{16}$/);
    expect(summariseRun(HEADER, [second, first]).document.fingerprint).not.toBe(document.fingerprint);
    expect(summariseRun(HEADER, [first]).document.fingerprint).toBe('0011223344556677');
  });

  test('has costs with a t interval over replications, those of a single run without', () => {
    const price = { item: 'machine', unit: 'hour', tiers: [{ upTo: Infinity, price: 2 }], asOf: '2026-01',
      source: 'x' } as const;
    const header = { ...HEADER, prices: { name: 'own', prices: [price] } };
    const cost = (hours: number) => {
      const set = new MetricSet();
      set.add(set.bind(usage, 'farm', 'machine'), hours);
      set.add(set.bind(usage, 'farm', 'rocket'), 1);
      return outcome({ metrics: set.export(0) });
    };
    const { costs, warnings } = summariseRun(header, [cost(0.5), cost(1.5)]).document;
    expect(costs).toMatchObject([{ name: 'farm: machine', unit: '$', value: 2, quantity: 1 }]);
    expect(costs[0]!.high! - 2).toBeCloseTo(12.7062047362, 8); // t with 1 degree of freedom, deviation sqrt 2
    expect(summariseRun(header, [cost(0.5)]).document.costs)
      .toMatchObject([{ name: 'farm: machine', value: 1, low: null, high: null }]);
    expect(warnings).toEqual(['Costs leave out rocket: the price list own has no such item.']);
    expect(summariseRun(HEADER, [cost(0.5)]).document.costs).toEqual([]);
  });

  test('numbers the series by replication', () => {
    const series = [{ seconds: 1, metric: 'm', labels: '', value: 2 }];
    const record = summariseRun(HEADER, [outcome({ series }), outcome({ series })]);
    expect(record.series).toEqual([{ replication: 0, ...series[0] }, { replication: 1, ...series[0] }]);
  });

  test('of no replication at all is still a record', () => {
    const { document } = summariseRun({ ...HEADER, complete: false }, []);
    expect(document).toMatchObject({ replications: 0, fingerprint: '', events: 0, simulatedSeconds: 0 });
    expect(document.metrics).toEqual([]);
    expect(document.slis['cache_hit_rate']!.value).toBeNull();
  });
});

test('indicators of each window become series', () => {
  const set = new MetricSet();
  const starts = set.bind(player.startupSeconds);
  set.sample(0);
  set.observe(starts, 2);
  set.sample(10e6);
  set.sample(20e6);
  set.observe(starts, 4);
  set.sample(30e6);
  const points = sliSeries(set.windows()).filter(({ metric }) => metric === 'sli:playback_start_seconds_p50');
  expect(points.map(({ seconds, value }) => [seconds, value])).toEqual([[10, 2], [30, 4]]);
  expect(computeSlis(set.view(30e6))['playback_start_seconds_p50']).toBe(3);
});

/** Metrics of one replication. */
function measured(
  counts: ReadonlyArray<readonly [string, number]>, level: number, delays: readonly number[],
): ReplicationOutcome['metrics'] {
  const set = new MetricSet();
  for (const [tier, count] of counts) set.add(set.bind(served, tier), count);
  set.add(set.bind(held), level);
  const tallied = set.bind(delay);
  for (const value of delays) set.observe(tallied, value);
  return set.export(60e6);
}
