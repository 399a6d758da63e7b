import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MetricSet } from '../core/metrics.ts';
import { CLEAN, PREPARE, THUMBNAILS } from './graph.ts';
import * as metrics from './metrics.ts';
import { StagePool } from './stage-pool.ts';

const S = 1_000_000;

test('chains get workers in the order they came, and deleting needs none', () => {
  const { pool, started, set } = create(2);
  pool.ask(0, 1, PREPARE);
  pool.ask(0, 2, PREPARE);
  pool.ask(1 * S, 3, THUMBNAILS);
  pool.ask(1 * S, 4, PREPARE);
  pool.ask(1 * S, 5, CLEAN);
  expect(started).toEqual([1, 2, 5]);
  pool.ended(1 * S, CLEAN);
  pool.ended(4 * S, PREPARE);
  pool.ended(6 * S, PREPARE);
  expect(started).toEqual([1, 2, 5, 3, 4]);
  // 3 waited 3 s, 4 waited 5 s; both workers were busy all of the 6 s.
  const view = set.view(6 * S);
  expect(view.mean(metrics.stageWaitSeconds)).toBe(2);
  expect(view.timeAverage(metrics.stageWorkersBusy)).toBe(2);
  expect(view.timeAverage(metrics.stagesWaiting)).toBeCloseTo(8 / 6, 9);
});

test('without a number of workers nothing waits, and nothing is counted', () => {
  const { pool, started, set } = create(undefined);
  for (let video = 0; video < 100; video++) pool.ask(0, video, PREPARE);
  pool.ended(1, PREPARE);
  expect(started).toHaveLength(100);
  expect(set.view(1).timeAverage(metrics.stageWorkersBusy)).toBeUndefined();
});

test('no more chains run than there are workers, none is lost, a copy goes on alike (property)', () => {
  const steps = fc.array(fc.boolean(), { maxLength: 3000 });
  fc.assert(fc.property(steps, fc.integer({ min: 1, max: 5 }), (asks, workers) => {
    let one = create(workers);
    let asked = 0;
    let ended = 0;
    const all: number[] = [];
    asks.forEach((isAsk, i) => {
      if (isAsk) one.pool.ask(i, asked++, PREPARE);
      else if (all.length + one.started.length > ended) {
        ended++;
        one.pool.ended(i, PREPARE);
      }
      expect(all.length + one.started.length - ended).toBe(Math.min(workers, asked - ended));
      if (i % 100 === 99) {
        const saved = structuredClone(one.pool.save());
        all.push(...one.started);
        one = create(workers);
        one.pool.restore(saved);
      }
    });
    const order = [...all, ...one.started];
    expect(order).toEqual(order.map((_, i) => i));
  }), { numRuns: 30 });
});

function create(workers: number | undefined) {
  const set = new MetricSet();
  const started: number[] = [];
  set.sample(0);
  const pool = new StagePool(workers, { start: (video) => started.push(video) }, set);
  return { pool, started, set };
}
