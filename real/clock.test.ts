import { expect, test } from 'vitest';
import { RunClock } from './clock.ts';

test('the clock tells integer microseconds that never go back', () => {
  const clock = new RunClock();
  let last = clock.now();
  expect(last).toBeGreaterThanOrEqual(0);
  for (let i = 0; i < 10_000; i++) {
    const now = clock.now();
    expect(Number.isSafeInteger(now) && now >= last).toBe(true);
    last = now;
  }
});

test("a clock built from another one's epoch tells the same time", () => {
  const first = new RunClock(String(process.hrtime.bigint() - 5_000_000_000n));
  const second = new RunClock(first.epoch());
  const before = first.now();
  const middle = second.now();
  expect(before).toBeGreaterThanOrEqual(5_000_000);
  expect(middle).toBeGreaterThanOrEqual(before);
  expect(first.now()).toBeGreaterThanOrEqual(middle);
});
