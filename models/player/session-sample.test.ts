import { expect, test } from 'vitest';
import type { SessionRow } from '../core/run-record.ts';
import { SessionSample } from './session-sample.ts';

const row = (session: number) => ({ session }) as SessionRow;

test('few sessions are all kept, by session', () => {
  const sample = new SessionSample(5);
  for (const session of [3, 1, 2]) sample.add(row(session));
  expect(sample.rows()).toEqual([1, 2, 3].map(row));
  expect(sample.seen).toBe(3);
});

test('of many a sample is kept: the same in any order, through save and restore, and an even one', () => {
  const all = Array.from({ length: 100_000 }, (_, session) => session);
  const feed = (sample: SessionSample, sessions: readonly number[]) => {
    for (const session of sessions) {
      if (sample.wants(session)) sample.add(row(session));
      else sample.pass();
    }
    return sample;
  };
  const forward = feed(new SessionSample(1000), all);
  const half = feed(new SessionSample(1000), [...all].reverse().slice(0, 40_000));
  const backward = new SessionSample(1000);
  backward.restore(structuredClone(half.save()));
  feed(backward, [...all].reverse().slice(40_000));
  expect(backward.rows()).toEqual(forward.rows());
  expect([forward.rows().length, forward.seen, backward.seen]).toEqual([1000, 100_000, 100_000]);
  const early = forward.rows().filter(({ session }) => session < 50_000).length;
  expect(Math.abs(early - 500)).toBeLessThan(4 * Math.sqrt(250)); // four standard deviations of a fair coin
});
