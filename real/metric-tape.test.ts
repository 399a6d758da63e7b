import { expect, test } from 'vitest';
import { counter, gauge, level, MetricSet, tally } from '../models/core/metrics.ts';
import { InvariantError } from '../models/core/assert.ts';
import { joinTapes, MetricTape, type MetricTapeData } from './metric-tape.ts';

const requests = counter('requests_total', { labels: ['tier'], unit: 'requests', help: 'Requests.' });
const used = gauge('used_bytes', { unit: 'bytes', help: 'Bytes.' });
const busy = level('busy', { unit: 'servers', help: 'Busy.' });
const wait = tally('wait_seconds', { unit: 's', help: 'Wait.' });

test('joined tapes give the totals, levels, observations and series that one set would have', () => {
  const tapes = [3, 5].map((step) => {
    const set = new MetricSet();
    const tape = new MetricTape(set);
    const count = set.bind(requests, step === 3 ? 'edge' : 'regional');
    tape.mark('sample', 0);
    set.add(count, step);
    set.set(set.bind(used), step * 10);
    set.observe(set.bind(wait), step);
    set.setLevel(set.bind(busy), 0, step);
    tape.mark('measure', 500_000);
    tape.mark('sample', 1_000_000);
    set.add(count, 2 * step);
    set.set(set.bind(used), step);
    set.addLevel(set.bind(busy), 1_500_000, 1);
    set.observe(set.bind(wait), step + 1);
    tape.mark('sample', 2_000_000);
    tape.mark('end', 2_000_000);
    return JSON.parse(JSON.stringify(tape.data())) as MetricTapeData;
  });
  const joined = joinTapes(tapes);
  const view = joined.view(2_000_000);
  expect(view.total(requests)).toBe(16);
  expect(view.total(requests, { tier: 'edge' })).toBe(6);
  expect([0, 0.5, 1].map((q) => view.quantile(wait, q))).toEqual([4, 5, 6]);
  expect(view.timeAverage(busy)).toBe((3 * 1.5 + 5 * 1.5 + 2 * 0.5) / 1.5);
  expect([view.trough(busy), view.peak(busy)]).toEqual([3, 6]);
  expect(joined.export(2_000_000).find((metric) => metric.declaration.name === 'used_bytes')!.value).toBe(8);
  expect(
    joined
      .series()
      .filter((point) => point.metric === 'used_bytes')
      .map((point) => point.value),
  ).toEqual([0, 80, 8]);
  expect(joined.windows().map((window) => window.view.total(requests))).toEqual([8, 16]);
});

test('tapes that were marked at different moments are not joined', () => {
  const tapes = [1, 2].map((at) => {
    const tape = new MetricTape(new MetricSet());
    tape.mark('sample', at);
    return tape.data();
  });
  expect(() => joinTapes(tapes)).toThrow(InvariantError);
});

test('a process that ended early or began late counts for its time, and what it held goes with it', () => {
  const tapeOf = (moments: readonly number[], counts: number) => {
    const set = new MetricSet();
    const tape = new MetricTape(set);
    const [count, held] = [set.bind(requests, 'edge'), set.bind(used)];
    for (const at of moments) {
      set.add(count, counts);
      set.set(held, 10 * counts);
      tape.mark('sample', at);
    }
    return tape.data();
  };
  const joined = joinTapes([tapeOf([0, 1, 2, 3], 1), tapeOf([0, 1], 5), tapeOf([2, 3], 7)]);
  const series = joined.series().filter((point) => point.metric === 'used_bytes').map(({ value }) => value);
  expect(series).toEqual([60, 60, 80, 80]);
  expect(joined.view(3).total(requests)).toBe(4 + 10 + 14);
});
