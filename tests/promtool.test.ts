import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, type TestContext } from 'vitest';
import { compileRules } from '../models/operations/alerts/compile.ts';
import type { AlertChange } from '../models/operations/alerts/ports.ts';
import { RuleEngine } from '../models/operations/alerts/rule-engine.ts';
import { RandomStreams } from '../models/core/rng.ts';
import { evaluatePromql } from '../models/operations/promql/evaluate.ts';
import { labelRecord, labelSet, NAME } from '../models/operations/promql/labels.ts';
import { parsePromql } from '../models/operations/promql/parse.ts';
import { SeriesStore } from '../models/operations/promql/series.ts';
import {
  parsePromtoolOutput,
  promtoolTest,
  resultKey,
  type InputSeries,
  type ResultSample,
  type TestQuery,
} from '../reports/promtool.ts';
import { parseRuleFile } from '../scenarios/rule-files.ts';
import { requiredProgram } from './requirements.ts';

const SCRAPE_S = 15;
const SCRAPES = 120;

/** Queries whose results must be promtool's, over the series below. */
const QUERIES = [
  'rate(errors_total[5m])',
  'increase(requests_total{tier="edge"}[2m])',
  'rate(requests_total[17s])',
  'irate(requests_total[1m])',
  'delta(queue[3m])',
  'idelta(queue[3m])',
  'deriv(queue[5m])',
  'predict_linear(queue[5m], 600)',
  'resets(errors_total[20m])',
  'changes(queue[4m])',
  'avg_over_time(queue[90s])',
  'sum_over_time(queue[90s])',
  'min_over_time(queue[5m])',
  'max_over_time(queue[5m])',
  'count_over_time(gaps[10m])',
  'last_over_time(gaps[2m])',
  'stddev_over_time(queue[6m])',
  'quantile_over_time(0.9, queue[6m])',
  'present_over_time(gaps[1m])',
  'absent(gaps{tier="none"})',
  'absent_over_time(gaps[45s])',
  'queue',
  'queue offset 3m',
  'gaps',
  'sum(rate(errors_total[5m])) / sum(rate(requests_total[5m]))',
  'sum by (tier) (rate(errors_total[5m])) / sum by (tier) (rate(requests_total[5m])) > 0.02',
  'sum without (tier, code) (rate(errors_total[5m]))',
  'max by (region) (queue)',
  'avg(queue)',
  'count by (code) (errors_total)',
  'stddev(queue)',
  'quantile(0.5, queue)',
  'topk(1, queue)',
  'bottomk(1, queue)',
  'group by (tier) (errors_total)',
  'histogram_quantile(0.99, sum by (le) (rate(latency_bucket[5m])))',
  'histogram_quantile(0.5, latency_bucket)',
  'histogram_quantile(0.9, sum by (le, region) (latency_bucket))',
  'errors_total{code=~"5.."} / on (tier, region) group_left requests_total',
  'requests_total * on (tier, region) group_right errors_total',
  'queue > bool 50',
  '50 < queue',
  '-queue',
  'queue > 40 and on (region) rate(requests_total[5m]) > 1',
  'queue or gaps',
  'queue unless on (region) gaps',
  '2 ^ 3 ^ 2',
  '10 % 4 + 7 / 2',
  'clamp_max(queue, 30)',
  'round(queue, 5)',
  'abs(delta(queue[5m]))',
  'scalar(queue{region="eu"}) * 2',
  'vector(1)',
  'time()',
  'timestamp(queue)',
  'sort_desc(queue)[1m:]'.slice(0, 16),
  'max_over_time(rate(requests_total[1m])[5m:1m])',
  'avg_over_time(sum(queue)[4m:30s])',
  'ln(queue)',
  '1 - sum(rate(errors_total{code!~"4.*"}[10m])) / sum(rate(requests_total[10m]))',
];

const RULES = {
  groups: [
    {
      name: 'burn',
      interval: '30s',
      rules: [
        {
          record: 'errors:ratio_rate5m',
          labels: { slo: 'availability' },
          expr: 'sum by (tier) (rate(errors_total[5m])) / sum by (tier) (rate(requests_total[5m]))',
        },
        { alert: 'HighErrors', expr: 'errors:ratio_rate5m > 0.03', for: '2m', labels: { severity: 'page' } },
        { alert: 'Queue', expr: 'queue > 60', labels: { severity: 'ticket' } },
        { alert: 'Gone', expr: 'absent(gaps)', for: '30s' },
        { alert: 'Sticky', expr: 'queue > 62', keep_firing_for: '3m' },
      ],
    },
  ],
};

describe('rules agree with promtool', () => {
  const series = exampleSeries();

  test('every query, over series with resets and gaps', (ctx) => {
    const { promtool, folder, semantics } = prepare(ctx);
    const seconds = [60, 300, 307, 450, 899, 1200, 1500, 1770];
    const queries = QUERIES.map((query): TestQuery => ({ query, seconds }));
    const theirs = ask(promtool, folder, { groups: [] }, series, queries);
    const store = storeOf(series, semantics);
    let compared = 0;
    for (const { query } of queries) {
      for (const at of seconds) {
        const value = evaluatePromql(parsePromql(query), store, at * 1000);
        const ours =
          value.kind === 'scalar'
            ? [{ labels: {}, value: value.value }]
            : value.samples.map((one) => ({ labels: labelRecord(one.labels), value: one.value }));
        expectSame(ours, theirs.get(resultKey(query, at)) ?? [], `${query} at ${at} s`);
        compared += ours.length;
      }
    }
    expect(compared).toBeGreaterThan(500);
  });

  test('every state of every alert at every evaluation', (ctx) => {
    const { promtool, folder, semantics } = prepare(ctx);
    const times = Array.from({ length: 60 }, (_, i) => i * 30);
    const queries = ['ALERTS', 'errors:ratio_rate5m'].map((query): TestQuery => ({ query, seconds: times }));
    const theirs = ask(promtool, folder, RULES, series, queries);
    const store = new SeriesStore(semantics);
    const changes: AlertChange[] = [];
    const problems: string[] = [];
    const engine = new RuleEngine(compileRules(parseRuleFile(JSON.stringify(RULES), 'rules.yml')), store, {
      alertChanged: (change) => changes.push(change),
      ruleFailed: (_at, rule, problem) => problems.push(`${rule}: ${problem}`),
    });
    let firing = 0;
    for (const at of times) {
      feed(store, series, at - 29, at);
      engine.woken(at * 1e6);
      for (const { query } of queries) {
        const value = evaluatePromql(parsePromql(query), store, at * 1000);
        const samples = value.kind === 'vector' ? value.samples : [];
        const ours = samples.map((one) => ({ labels: labelRecord(one.labels), value: one.value }));
        expectSame(ours, theirs.get(resultKey(query, at)) ?? [], `${query} at ${at} s`);
        firing += ours.filter(({ labels }) => labels['alertstate'] === 'firing').length;
      }
    }
    expect(problems).toEqual([]);
    expect(new Set(changes.map((change) => change.alert))).toEqual(
      new Set(['HighErrors', 'Queue', 'Gone', 'Sticky']),
    );
    expect(firing).toBeGreaterThan(20);
  });
});

/** Which promtool there is, which rules for ranges it has, and an empty folder. */
function prepare(ctx: TestContext) {
  const promtool = requiredProgram(ctx, 'promtool');
  const folder = mkdtempSync(join(tmpdir(), 'weir-promtool-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const version = execFileSync(promtool, ['--version'], { encoding: 'utf8' });
  return { promtool, folder, semantics: /version 2\./.test(version) ? ('v2' as const) : ('v3' as const) };
}

function ask(
  promtool: string,
  folder: string,
  rules: unknown,
  series: readonly InputSeries[],
  queries: readonly TestQuery[],
): Map<string, ResultSample[]> {
  writeFileSync(join(folder, 'rules.yml'), JSON.stringify(rules));
  const file = join(folder, 'test.yml');
  writeFileSync(
    file,
    promtoolTest({
      ruleFiles: ['rules.yml'],
      scrapeSeconds: SCRAPE_S,
      evaluationSeconds: 30,
      series,
      queries,
    }),
  );
  const { stdout, stderr } = spawnSync(promtool, ['test', 'rules', file], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  const results = parsePromtoolOutput(stdout + stderr);
  expect(results.size, stdout.slice(0, 2000) + stderr.slice(0, 2000)).toBeGreaterThan(0);
  return results;
}

function expectSame(ours: readonly ResultSample[], theirs: readonly ResultSample[], what: string): void {
  const keyed = (samples: readonly ResultSample[]) =>
    samples
      .map(({ labels, value }) => {
        return { key: JSON.stringify(Object.entries(labels).sort()), value };
      })
      .sort((a, b) => (a.key < b.key ? -1 : 1));
  const [mine, expected] = [keyed(ours), keyed(theirs)];
  expect(
    mine.map((one) => one.key),
    what,
  ).toEqual(expected.map((one) => one.key));
  mine.forEach(({ value }, i) => {
    const other = expected[i]!.value;
    const same = Object.is(value, other) || Math.abs(value - other) <= 1e-9 * Math.max(1e-9, Math.abs(other));
    expect(same, `${what}: ${mine[i]!.key} is ${value}, promtool has ${other}`).toBe(true);
  });
}

function storeOf(series: readonly InputSeries[], semantics: 'v2' | 'v3'): SeriesStore {
  const store = new SeriesStore(semantics);
  feed(store, series, 0, SCRAPES * SCRAPE_S);
  return store;
}

/** Adds the samples scraped from one second to another, both included. */
function feed(store: SeriesStore, series: readonly InputSeries[], from: number, to: number): void {
  for (const { series: text, values } of series) {
    const [, name, inner] = /^(\w+)\{(.*)\}$/.exec(text)!;
    const pairs = [...inner!.matchAll(/(\w+)="([^"]*)"/g)].map(
      ([, label, value]) => [label!, value!] as const,
    );
    const labels = labelSet({ ...Object.fromEntries(pairs), [NAME]: name! });
    values.forEach((value, i) => {
      const at = i * SCRAPE_S;
      if (value !== null && at >= from && at <= to) store.append(labels, at * 1000, value);
    });
  }
}

/** Counters with resets, a gauge that wanders, a histogram, a series with gaps. */
function exampleSeries(): InputSeries[] {
  const random = new RandomStreams(7, 0).stream('series');
  const steps = (step: (i: number) => number | null) => Array.from({ length: SCRAPES }, (_, i) => step(i));
  const counter = (rate: (i: number) => number, resetAt: number) => {
    let total = 0;
    return steps((i) => (total = i === resetAt ? 3 : total + Math.floor(random.uniform() * rate(i))));
  };
  const found: InputSeries[] = [];
  for (const region of ['eu', 'us']) {
    const place = `tier="edge",region="${region}"`;
    found.push({ series: `requests_total{${place}}`, values: counter(() => 300, region === 'eu' ? 41 : -1) });
    for (const code of ['404', '503']) {
      const burst = (i: number) => (i > 40 && i < 75 ? 25 : 2);
      found.push({
        series: `errors_total{${place},code="${code}"}`,
        values: counter(burst, code === '503' ? 60 : -1),
      });
    }
    let level = 40;
    found.push({
      series: `queue{region="${region}"}`,
      values: steps(() => (level = Math.max(0, level + Math.round(random.uniform() * 20 - 9.5)))),
    });
    let observed = [0, 0, 0, 0];
    const rows = steps(() => 0).map(() => {
      const drawn = random.integer(9);
      observed = observed.map((count, b) => count + (b >= 1 ? drawn : 0) + (b === 3 ? random.integer(3) : 0));
      return observed;
    });
    ['0.1', '0.5', '2', '+Inf'].forEach((le, b) => {
      found.push({
        series: `latency_bucket{region="${region}",le="${le}"}`,
        values: rows.map((row) => row[b]!),
      });
    });
  }
  found.push({ series: 'gaps{region="eu"}', values: steps((i) => (i % 9 < 3 && i < 60 ? i : null)) });
  return found;
}
