import { describe, expect, test } from 'vitest';
import { evaluatePromql } from './evaluate.ts';
import { labelRecord, labelSet, NAME } from './labels.ts';
import { parseDurationMs, parsePromql } from './parse.ts';
import { SeriesStore, type PrometheusSemantics } from './series.ts';
import { PromqlError } from './syntax.ts';

describe('a query', () => {
  test.each([
    ['rate(x[5m]', 'expected PromQL, at character 11'],
    ['rate(x)', 'rate() takes a range such as x[5m], at character 1'],
    ['abs(x[5m])', 'abs() takes a vector, not a range, at character 1'],
    ['sum(x, y)', 'sum() takes one vector, at character 1'],
    ['label_replace(x, "a", "b", "c", "d")', 'label_replace() is not supported, at character 1'],
    ['x{a=~"("}', '( is not a regular expression, at character 6'],
    ['clamp(x, 1)', 'clamp() takes 3 arguments, not 2, at character 1'],
    ['', 'expected PromQL, at character 1'],
  ])('%s is refused where it goes wrong', (query, message) => {
    expect(() => parsePromql(query)).toThrow(PromqlError);
    expect(() => parsePromql(query)).toThrow(message);
  });

  test('durations', () => {
    expect(['5m', '1h30m', '250ms', '1d'].map(parseDurationMs)).toEqual([
      300_000, 5_400_000, 250, 86_400_000,
    ]);
    expect(['5', 'm', '5 m', '1.5h'].map(parseDurationMs)).toEqual(Array(4).fill(undefined));
  });

  // A counter that grows by one each 15 s, asked over exactly one minute: five samples with the one at its
  // start (Prometheus 2), four without (Prometheus 3), extrapolated to the whole minute either way.
  test.each<[PrometheusSemantics, number]>([
    ['v2', 5],
    ['v3', 4],
  ])('a range of %s has %i samples', (semantics, samples) => {
    const store = counter(semantics);
    expect(scalar(store, 'count_over_time(x[1m])', 300)).toBe(samples);
    expect(scalar(store, 'increase(x[1m])', 300)).toBeCloseTo(4, 12);
  });

  test('a series is not seen for longer than the lookback after its last sample', () => {
    const store = counter('v3');
    expect(scalar(store, 'x', 600 + 299)).toBe(40);
    expect(scalar(store, 'x', 600 + 300)).toBeUndefined();
  });

  test('state goes through save and restore', () => {
    const store = counter('v3');
    const other = new SeriesStore('v3');
    other.restore(store.save());
    expect(other.save()).toEqual(store.save());
    expect(other.append(labelSet({ [NAME]: 'x', job: 'a' }), 600_000, 1)).toBe(false);
  });

  test('labels: by, without, on, group_left', () => {
    const store = new SeriesStore();
    const put = (labels: Record<string, string>, value: number) => store.append(labelSet(labels), 0, value);
    put({ [NAME]: 'e', tier: 'edge', code: '500' }, 2);
    put({ [NAME]: 'e', tier: 'edge', code: '404' }, 3);
    put({ [NAME]: 'r', tier: 'edge', zone: 'z1' }, 10);
    const shares = vector(store, 'e / on (tier) group_left (zone) r', 0);
    expect(shares).toEqual([
      [{ code: '500', tier: 'edge', zone: 'z1' }, 0.2],
      [{ code: '404', tier: 'edge', zone: 'z1' }, 0.3],
    ]);
    expect(vector(store, 'sum without (code) (e)', 0)).toEqual([[{ tier: 'edge' }, 5]]);
    expect(() => vector(store, 'r / on (tier) e', 0)).toThrow('several series for one');
  });
});

function counter(semantics: PrometheusSemantics): SeriesStore {
  const store = new SeriesStore(semantics);
  for (let i = 0; i <= 40; i++) store.append(labelSet({ [NAME]: 'x', job: 'a' }), i * 15_000, i);
  return store;
}

function vector(
  store: SeriesStore,
  query: string,
  seconds: number,
): (readonly [Record<string, string>, number])[] {
  const value = evaluatePromql(parsePromql(query), store, seconds * 1000);
  if (value.kind === 'scalar') return [[{}, value.value]];
  return value.samples.map((one) => [labelRecord(one.labels), one.value] as const);
}

function scalar(store: SeriesStore, query: string, seconds: number): number | undefined {
  return vector(store, query, seconds)[0]?.[1];
}
