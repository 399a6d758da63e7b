import { describe, expect, test } from 'vitest';
import { counter, gauge, MetricSet, tally } from '../../core/metrics.ts';
import type { RuleFile } from '../alerts/rule-file.ts';
import { evaluatePromql } from '../promql/evaluate.ts';
import { parsePromql } from '../promql/parse.ts';
import { Monitor } from './monitor.ts';

const S = 1_000_000;
const requests = counter('requests_total', { labels: ['result'], unit: 'requests', help: 'x' });
const queue = gauge('queue', { unit: 'jobs', help: 'x' });
const latency = tally('latency_seconds', { unit: 's', help: 'x' });

const RULES: RuleFile = {
  groups: [{
    name: 'g', interval: 30_000,
    rules: [
      { alert: 'Deep', expr: 'queue > 5', for: 30_000, labels: { severity: 'page' } },
      { alert: 'Errors', expr: 'sum(rate(requests_total{result="error"}[1m])) > 0', labels: {} },
    ],
  }],
};

describe('a monitor', () => {
  test('scrapes counters, gauges and histograms as they stand', () => {
    const { set, monitor } = watched();
    const [good, wait] = [set.bind(requests, 'good'), set.bind(latency)];
    for (let at = 0; at <= 60; at += 15) {
      set.add(good, 3);
      set.observe(wait, at === 0 ? 0.3 : 7);
      monitor.woken(at * S);
    }
    expect(value(monitor, 'requests_total', 60)).toBe(15);
    expect(value(monitor, 'latency_seconds_bucket{le="0.2"}', 60)).toBe(0);
    expect(value(monitor, 'latency_seconds_bucket{le="0.5"}', 60)).toBe(1);
    expect(value(monitor, 'latency_seconds_bucket{le="10"}', 60)).toBe(5);
    expect(value(monitor, 'latency_seconds_bucket{le="+Inf"}', 60)).toBe(5);
    expect(value(monitor, 'latency_seconds_count', 60)).toBe(5);
    expect(value(monitor, 'latency_seconds_sum', 60)).toBeCloseTo(28.3, 12);
  });

  test('a warm-up that ends does not reset what it scrapes', () => {
    const { set, monitor } = watched();
    const good = set.bind(requests, 'good');
    set.add(good, 10);
    monitor.woken(0);
    set.startMeasuring(10 * S);
    set.add(good, 1);
    monitor.woken(15 * S);
    expect(value(monitor, 'requests_total', 15)).toBe(11);
  });

  test('alerts go through their states at the times of evaluation', () => {
    const { set, monitor } = watched();
    const [depth, bad] = [set.bind(queue), set.bind(requests, 'error')];
    for (let at = 0; at <= 150; at += 15) {
      set.set(depth, at >= 30 && at < 105 ? 9 : 1);
      if (at === 60) set.add(bad, 1);
      monitor.woken(at * S);
    }
    expect(monitor.changes.map(({ at, alert, to }) => `${at / S} ${alert} ${to}`)).toEqual([
      '30 Deep pending', '60 Deep firing', '60 Errors pending', '60 Errors firing', '120 Deep inactive',
      '120 Errors inactive',
    ]);
  });

  test('saved and restored, it goes on as if nothing had happened', () => {
    const whole = watched();
    const half = watched();
    const later = watched();
    for (let at = 0; at <= 120; at += 15) {
      if (at === 60) {
        later.set.restore(structuredClone(half.set.save()));
        later.monitor.restore(structuredClone(half.monitor.save()));
      }
      for (const { set, monitor } of [whole, at < 60 ? half : later]) {
        set.set(set.bind(queue), at >= 30 ? 9 : 1);
        set.observe(set.bind(latency), at + 1);
        monitor.woken(at * S);
      }
    }
    expect(later.monitor.save()).toEqual(whole.monitor.save());
  });
});

function watched() {
  const set = new MetricSet();
  for (const result of ['good', 'error']) set.bind(requests, result);
  set.bind(queue);
  set.bind(latency);
  return { set, monitor: new Monitor(set, 15 * S, [RULES]) };
}

function value(monitor: Monitor, query: string, seconds: number): number | undefined {
  const result = evaluatePromql(parsePromql(query), monitor.store, seconds * 1000);
  return result.kind === 'vector' ? result.samples[0]?.value : result.value;
}
