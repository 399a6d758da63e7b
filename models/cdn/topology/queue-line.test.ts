import { describe, expect, test } from 'vitest';
import { RandomStreams } from '../../core/rng.ts';
import { QueueLines } from './queue-line.ts';

describe('a queue line', () => {
  test('worked by hand: three pieces of 10 at 0, 4 and 30', () => {
    const lines = new QueueLines(2);
    expect([lines.take(1, 0, 10), lines.take(1, 4, 10), lines.take(1, 30, 10)]).toEqual([0, 6, 0]);
    expect([lines.backlog(1, 31), lines.done(1, 31), lines.done(1, 40)]).toEqual([9, 21, 30]);
    expect([lines.backlog(0, 31), lines.done(0, 31)]).toEqual([0, 0]);
  });

  test('is M/D/1: the mean wait is rho / (2 (1 - rho)) of a piece of work', () => {
    const lines = new QueueLines(1);
    const stream = new RandomStreams(3, 0).stream('arrivals');
    const rho = 0.8;
    const n = 400_000;
    let now = 0;
    let waited = 0;
    for (let i = 0; i < n; i++) {
      now += stream.exponential(1 / rho);
      waited += lines.take(0, now, 1);
    }
    expect(Math.abs(waited / n / (rho / (2 * (1 - rho))) - 1)).toBeLessThan(0.05);
    expect(Math.abs(lines.done(0, now) / now / rho - 1)).toBeLessThan(0.01);
  });

  test('goes on after a restore as it would have', () => {
    const [a, b] = [new QueueLines(1), new QueueLines(1)];
    a.take(0, 0, 50);
    b.restore(structuredClone(a.save()));
    expect([a.take(0, 10, 5), b.take(0, 10, 5)]).toEqual([40, 40]);
    expect(b.done(0, 20)).toBe(a.done(0, 20));
  });
});
