import { expect, test } from 'vitest';
import { NEVER, type Us } from '../models/core/units.ts';
import { RunClock } from './clock.ts';
import { WakeTimer } from './timer.ts';

test('a component is woken at the time it asked for, never before, and asked again afterwards', async () => {
  const clock = new RunClock();
  const wanted: Us[] = [20_300, 41_700, 41_700, 60_001];
  const woken: Us[] = [];
  const timer = new WakeTimer(
    clock,
    () => wanted[woken.length] ?? NEVER,
    (now) => woken.push(now),
  );
  timer.rearm();
  await sleep(200);
  expect(woken).toHaveLength(4);
  woken.forEach((at, i) => expect(at).toBeGreaterThanOrEqual(wanted[i]!));
});

test('an input that moves the wake-up later or cancels it is honoured', async () => {
  const clock = new RunClock();
  const woken: Us[] = [];
  let wakeAt: Us = 10_000;
  const timer = new WakeTimer(
    clock,
    () => wakeAt,
    (now) => {
      woken.push(now);
      wakeAt = NEVER;
    },
  );
  timer.rearm();
  wakeAt = 60_000;
  timer.rearm();
  await sleep(30);
  expect(woken).toEqual([]);
  await sleep(100);
  expect(woken).toHaveLength(1);
  expect(woken[0]).toBeGreaterThanOrEqual(60_000);
});

test('a closed timer never wakes, and a wake-up weeks ahead does not fire at once', async () => {
  const clock = new RunClock();
  let count = 0;
  const closed = new WakeTimer(
    clock,
    () => 5_000,
    () => count++,
  );
  closed.rearm();
  closed.close();
  closed.rearm();
  const distant = new WakeTimer(
    clock,
    () => 1e13,
    () => count++,
  );
  distant.rearm();
  await sleep(30);
  distant.close();
  expect(count).toBe(0);
});

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
