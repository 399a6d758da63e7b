import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InvariantError } from '../../models/core/assert.ts';
import { TimeWeighted } from './time-weighted.ts';

describe('a time-weighted level', () => {
  test('of 0 for 10 us, 2 for 20 us and 1 for 10 us has mean 1.25 and variance 0.6875', () => {
    const queue = new TimeWeighted(100);
    queue.add(110, 2);
    queue.set(130, 1);
    // (0 x 10 + 2 x 20 + 1 x 10) / 40; (4 x 20 + 1 x 10) / 40 - 1.25^2
    expect(queue.mean(140)).toBe(1.25);
    expect(queue.variance(140)).toBe(0.6875);
    expect([queue.min, queue.max, queue.level]).toEqual([0, 2, 1]);
  });

  test('keeps its level over the end of the warm-up, so that no queue gets negative', () => {
    const queue = new TimeWeighted(0);
    queue.add(5, 3);
    queue.reset(10);
    expect(queue.mean(10)).toBe(3);
    queue.add(20, -3);
    expect([queue.level, queue.min, queue.max]).toEqual([0, 0, 3]);
    expect(queue.mean(30)).toBe(1.5);
  });

  test('merges to the mean over all time watched, in any order', () => {
    const parts = [[5, 2], [30, 7], [11, 0]].map(([span, level]) => {
      const part = new TimeWeighted(0, level);
      part.mean(span!);
      return part;
    });
    const means = [parts, parts.toReversed()].map((order) => {
      const all = new TimeWeighted(0);
      for (const part of order) all.merge(part);
      return all.mean(0);
    });
    expect(means).toEqual([(5 * 2 + 30 * 7) / 46, (5 * 2 + 30 * 7) / 46]);
  });

  test('goes on after save and restore as if it had never stopped; reading it changes nothing', () => {
    const steps = fc.array(fc.tuple(fc.nat(1000), fc.integer({ min: -5, max: 9 })), { maxLength: 50 });
    fc.assert(fc.property(steps, fc.nat(50), (list, cut) => {
      const straight = new TimeWeighted(0);
      let broken = new TimeWeighted(0);
      let now = 0;
      list.forEach(([pause, change], i) => {
        now += pause;
        straight.add(now, change);
        broken.add(now, change);
        broken.mean(now);
        if (i !== cut) return;
        const state = broken.save();
        broken = new TimeWeighted(0);
        broken.restore(state);
      });
      expect(broken.mean(now + 7)).toBe(straight.mean(now + 7));
      expect(broken.save()).toEqual(straight.save());
    }));
  });

  test('refuses to run backward', () => {
    const queue = new TimeWeighted(10);
    expect(() => queue.set(9, 1)).toThrow(InvariantError);
    expect(() => queue.reset(9)).toThrow(InvariantError);
  });
});
