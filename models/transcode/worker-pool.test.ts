import { expect, test } from 'vitest';
import { createTasks } from './task.ts';
import { WorkerPool } from './worker-pool.ts';

test('a pool takes as many chunks as it has idle workers, and again what was released', () => {
  const tasks = createTasks();
  const task = tasks.open();
  const pool = new WorkerPool(5);
  expect(pool.place(0, task, 3)).toBe(3);
  expect(pool.place(0, task, 3)).toBe(2);
  expect(pool.place(0, task, 3)).toBe(0);
  pool.release(1, task, pool.placedOn, 1);
  expect([pool.busy, pool.place(1, task, 9)]).toEqual([4, 1]);
  const saved = pool.save();
  pool.resize(2);
  expect(pool.place(2, task, 1)).toBe(0);
  expect(() => pool.release(2, task, 0, 6)).toThrow('was placed');
  pool.restore(saved);
  expect([pool.busy, pool.workers]).toEqual([5, 5]);
});
