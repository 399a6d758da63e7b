import { expect, test } from 'vitest';
import { exampleRecord } from '../tests/fixtures/example-record.ts';
import { buildPanels } from './panels.ts';
import { bandMeaning, bandOf, ratioOf } from './series.ts';

const record = exampleRecord({ replications: 3, sessions: 10 });

test('what regions send and hit is drawn by region, the busiest first, where there are several', () => {
  const at = (seconds: number, metric: string, labels: string, value: number) =>
    ({ replication: 0, seconds, metric, labels, value });
  const series = [60, 120].flatMap((seconds) => [
    at(seconds, 'edge_sent_bytes_total:rate', 'region="a"', 1e6),
    at(seconds, 'edge_sent_bytes_total:rate', 'region="b"', 3e6),
    at(seconds, 'edge_sent_bytes_total:rate', 'region="idle"', 0),
    at(seconds, 'edge_requests_total:rate', 'region="b",result="hit"', 3),
    at(seconds, 'edge_requests_total:rate', 'region="b",result="miss"', 1),
  ]);
  const panels = buildPanels({ ...record, series });
  const lines = (id: string) => panels.find((panel) => panel.id === id)?.lines
    .map(({ name, points }) => [name, points[0]!.median]);
  expect(lines('region-bandwidth')).toEqual([['b', 24e6], ['a', 8e6]]);
  expect(lines('region-hits')).toEqual([['b', 0.75]]);
  const one = buildPanels({ ...record, series: series.filter(({ labels }) => labels.includes('"b"')) });
  expect(one.map(({ id }) => id)).not.toContain('region-bandwidth');
});

test('a panel appears when its series do, and in the order of the table', () => {
  expect(buildPanels(record).map((panel) => panel.id)).toEqual([
    'viewers', 'start-latency', 'stalled', 'bitrate', 'hit-rate', 'delivered', 'origin', 'starts',
    'sli-quality_switches_per_minute',
  ]);
  const series = record.series.filter((point) => point.metric === 'sessions_active');
  expect(buildPanels({ ...record, series }).map((panel) => panel.id)).toEqual(['viewers']);
  expect(buildPanels({ ...record, series: [] })).toEqual([]);
});

test('an indicator nobody listed gets a panel of its own, in its unit, for looking closer', () => {
  const series = [1, 2].map((seconds) =>
    ({ replication: 0, seconds, metric: 'sli:gpu_wait', labels: '', value: 3 }));
  const slis = { gpu_wait: { value: 3, low: null, high: null, unit: 's', n: 1, values: [3] } };
  const [panel] = buildPanels({ document: { ...record.document, slis }, series });
  expect(panel).toMatchObject({ title: 'GPU wait', unit: 's', main: false, bound: null });
});

test('a panel carries the objective of its indicator and says how often it was broken', () => {
  const panel = buildPanels(record).find((one) => one.id === 'stalled')!;
  expect(panel.bound).toEqual({ value: 0.1, direction: 'below', target: '< 0.1 %' });
  const after = panel.lines[0]!.points.filter((point) => point.seconds > record.document.warmupSeconds);
  const outside = after.filter((point) => point.median! >= 0.1).length;
  expect(panel.summary).toContain(`outside the objective (< 0.1 %) in ${outside} of ${after.length} windows`);
});

test('hit rates are by tier, and the origin is what the last tier missed', () => {
  const rates = buildPanels(record).find((one) => one.id === 'hit-rate')!;
  expect(rates.lines.map((line) => line.name)).toEqual(['whole CDN', 'edge', 'regional']);
  const withoutOrigin = record.series.filter((point) => !point.metric.startsWith('origin_bytes'));
  const origin = buildPanels({ ...record, series: withoutOrigin }).find((one) => one.id === 'origin')!;
  const misses = record.series
    .filter(({ metric, seconds }) => metric === 'cache_bytes_total:rate' && seconds === 3600)
    .filter(({ labels }) => labels === 'tier="regional",result="miss"')
    .map((point) => point.value);
  expect(origin.lines[0]!.points.find((point) => point.seconds === 3600)).toMatchObject({
    low: Math.min(...misses), high: Math.max(...misses),
  });
});

test('a band is median, lowest and highest of few replications, with gaps where nothing was seen', () => {
  const curve = new Map([[0, new Map([[1, 5]])], [1, new Map([[1, 9], [2, 4]])], [2, new Map([[1, 6]])]]);
  expect(bandOf(curve, [1, 2, 3])).toEqual([
    { seconds: 1, median: 6, low: 5, high: 9 },
    { seconds: 2, median: 4, low: 4, high: 4 },
    { seconds: 3, median: null, low: null, high: null },
  ]);
  expect([1, 5, 40].map(bandMeaning)).toEqual([
    'single run', 'median of 5 replications, band: lowest to highest',
    'median of 40 replications, band: the middle 90 %',
  ]);
});

test('a ratio has no value where there was nothing to divide by', () => {
  const part = new Map([[0, new Map([[1, 1], [2, 1]])]]);
  const whole = new Map([[0, new Map([[1, 4], [2, 0]])]]);
  expect(ratioOf(part, whole)).toEqual(new Map([[0, new Map([[1, 0.25]])]]));
  expect(ratioOf(undefined, whole)).toBeUndefined();
});
