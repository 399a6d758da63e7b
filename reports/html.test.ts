import { expect, test } from 'vitest';
import { exampleRecord } from '../tests/fixtures/example-record.ts';
import { renderHtml } from './html.ts';
import { decodePageRecord, encodePageRecord } from './page-record.ts';

const TEMPLATE = '<html><head><title>Weir</title></head><body>'
  + '<script type="application/json" id="weir-record">null</script><script>$&</script></body></html>';
const record = exampleRecord({ replications: 2, sessions: 200 });

test('a title cannot close the script element or the title', () => {
  const hostile = '</script><script>alert(1)</script><!-- $& $1';
  const page = renderHtml(TEMPLATE, { ...record, document: { ...record.document, title: hostile } });
  expect(page.match(/<script/g)).toHaveLength(2);
  expect(page).toContain('<title>&lt;/script&gt;');
  const json = /id="weir-record">([^<]*)<\/script>/.exec(page)?.[1] ?? '';
  expect(decodePageRecord(json).document.title).toBe(hostile);
});

test('a template without its place is refused', () => {
  expect(() => renderHtml('<html></html>', record)).toThrow('one place for a record');
});

test('a page record reads back as the run record, to six digits', () => {
  const page = decodePageRecord(encodePageRecord(record));
  expect(page.document).toEqual(record.document);
  expect(page.logs).toEqual(record.logs);
  expect(page.sessions).toHaveLength(200);
  expect(page.sessions[7]!.network).toBe(record.sessions[7]!.network);
  expect(page.sessions[7]!.meanBitrate / record.sessions[7]!.meanBitrate).toBeCloseTo(1, 5);
  const key = (point: (typeof page.series)[number]) =>
    `${point.replication} ${point.metric} ${point.labels} ${String(point.seconds).padStart(9)}`;
  expect(page.series.map(key).sort()).toEqual(record.series.map(key).sort());
});

test('a long series becomes means over equal runs of points, aligned over replications', () => {
  const series = [0, 1].flatMap((replication) => Array.from({ length: 1000 }, (_, i) =>
    ({ replication, metric: 'm', labels: '', seconds: i + 1, value: i })));
  const page = decodePageRecord(encodePageRecord({ ...record, series }, { points: 100, sessions: 10 }));
  expect(page.series).toHaveLength(200);
  expect(page.series[0]).toEqual({ replication: 0, metric: 'm', labels: '', seconds: 10, value: 4.5 });
  expect(page.series[100]).toEqual({ replication: 1, metric: 'm', labels: '', seconds: 10, value: 4.5 });
});

test('a sample of sessions keeps the ends of the start-up distribution and the number sampled', () => {
  const page = decodePageRecord(encodePageRecord(record, { points: 10, sessions: 20 }));
  const started = record.sessions.flatMap((row) => row.startupSeconds ?? []);
  expect(page.sessions).toHaveLength(20);
  expect(page.sessionsTotal).toBe(200);
  expect(page.sessions[0]!.startupSeconds).toBeCloseTo(Math.min(...started), 5);
});

test('windows without a value stay windows without a value', () => {
  const series = [NaN, 2].map((value, i) => ({ replication: 0, metric: 'm', labels: '', seconds: i, value }));
  const page = decodePageRecord(encodePageRecord({ ...record, series }));
  expect(page.series.map((point) => point.value)).toEqual([NaN, 2]);
});
