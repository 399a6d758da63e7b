import { expect, test } from 'vitest';
import { EdgeWatch } from './edge-watch.ts';

const S = 1_000_000;

function watched(rates: readonly number[], failures: readonly number[] = []) {
  const watch = new EdgeWatch(rates.length);
  rates.forEach((rate, edge) => {
    for (let i = 0; i < 30; i++) watch.answered(i * S, edge, rate / 8, S);
    for (let i = 0; i < (failures[edge] ?? 0); i++) watch.failed(30 * S, edge);
  });
  return watch;
}

test('the worst edge is the one that fails most, or else the slowest', () => {
  expect(watched([5e6, 2e6, 4e6]).worst()).toBe(1);
  expect(watched([5e6, 2e6, 4e6], [0, 0, 5]).worst()).toBe(2);
  expect(watched([5e6, 2e6, 4e6], [0, 0, 1]).worst()).toBe(1);
});

test('nothing is said of one edge alone, or of what is long past', () => {
  expect(watched([5e6]).worst()).toBeUndefined();
  const watch = watched([5e6, 2e6]);
  watch.answered(600 * S, 0, 1000, S);
  expect(watch.worst()).toBeUndefined();
});

test('saved and restored, it tells the same', () => {
  const watch = watched([5e6, 2e6, 4e6]);
  const other = new EdgeWatch(3);
  other.restore(structuredClone(watch.save()));
  expect(other.worst()).toBe(1);
});
