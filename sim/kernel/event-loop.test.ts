import { describe, expect, test } from 'vitest';
import { createEventList } from './default-event-list.ts';
import { NO_EVENT } from './event-list.ts';
import { EventLoop } from './event-loop.ts';

describe('the event loop', () => {
  test('delivers in the order of time, ties in the order they were scheduled, and its clock goes along',
    () => {
    const { loop, seen } = recorder();
    loop.schedule(20, 0, 1, 11);
    loop.schedule(10, 1, 2, 12);
    loop.schedule(20, 1, 3, 13);
    loop.schedule(10, 0, 4, 14);
    expect(loop.run(Infinity)).toBe(true);
    expect(seen).toEqual(['10 1 2 12', '10 0 4 14', '20 0 1 11', '20 1 3 13']);
    expect(loop.events).toBe(4);
    expect(loop.now).toBe(20);
  });

  test('delivers what lies at the end of the span, not what lies beyond, and then stands at its end', () => {
    const { loop, seen } = recorder();
    for (const at of [9, 10, 11]) loop.schedule(at, 0, at, 0);
    expect(loop.run(10)).toBe(true);
    expect(seen).toEqual(['9 0 9 0', '10 0 10 0']);
    expect(loop.run(10.5)).toBe(true);
    expect(loop.now).toBe(10.5);
    expect(loop.run(5)).toBe(true);
    expect(loop.now).toBe(10.5);
    loop.run(20);
    expect(loop.now).toBe(20);
  });

  test('stops after as many events as it was given, and goes on where it stopped', () => {
    const { loop, seen } = recorder();
    for (const at of [1, 2, 3]) loop.schedule(at, 0, at, 0);
    expect(loop.run(100, 2)).toBe(false);
    expect(loop.now).toBe(2);
    expect(loop.run(100, 1)).toBe(false);
    expect(loop.run(100, 1)).toBe(true);
    expect(seen).toHaveLength(3);
    expect(loop.now).toBe(100);
  });

  test('cut into pieces of any size the history is the same, and so is its fingerprint', () => {
    const whole = chain();
    whole.run(5000);
    const pieces = chain();
    let size = 1;
    while (!pieces.run(5000, size)) size = (size * 7) % 13 + 1;
    expect(pieces.fingerprint).toBe(whole.fingerprint);
    expect(pieces.events).toBe(whole.events);
    const longer = chain();
    longer.run(5001);
    expect(longer.fingerprint).not.toBe(whole.fingerprint);
  });

  test('an event that a handler schedules for now comes in the same moment, after those already there',
    () => {
    const { loop, seen } = recorder();
    loop.on(2, () => loop.schedule(loop.now, 0, 99, 0));
    loop.schedule(5, 2, 0, 0);
    loop.schedule(5, 1, 1, 0);
    loop.run(5);
    expect(seen).toEqual(['5 1 1 0', '5 0 99 0']);
  });

  test('nothing is scheduled into the past', () => {
    const { loop } = recorder();
    loop.schedule(5, 0, 0, 0);
    loop.run(5);
    expect(() => loop.schedule(4, 0, 0, 0)).toThrow();
  });

  test('a code has one handler', () => {
    const { loop } = recorder();
    expect(() => loop.on(1, () => {})).toThrow('one handler a code');
  });

  test('an exception of a handler goes to the caller, at the time of its event', () => {
    const { loop, seen } = recorder();
    loop.on(2, () => {
      throw new Error('broken');
    });
    loop.schedule(7, 2, 0, 0);
    loop.schedule(8, 0, 0, 0);
    expect(() => loop.run(10)).toThrow('broken');
    expect(loop.now).toBe(7);
    expect(loop.run(10)).toBe(true);
    expect(seen).toEqual(['8 0 0 0']);
  });

  test('rearm keeps one event where it is wanted: schedules, moves, takes away', () => {
    const { loop, seen } = recorder();
    let handle = loop.rearm(NO_EVENT, 10, 0, 1);
    handle = loop.rearm(handle, 30, 0, 1);
    loop.schedule(20, 1, 2, 0);
    handle = loop.rearm(handle, 15, 0, 1);
    loop.run(15);
    expect(seen).toEqual(['15 0 1 0']);
    handle = loop.rearm(NO_EVENT, 17, 0, 1);
    expect(loop.rearm(handle, Infinity, 0, 1)).toBe(NO_EVENT);
    expect(loop.rearm(NO_EVENT, Infinity, 0, 1)).toBe(NO_EVENT);
    loop.run(100);
    expect(seen).toEqual(['15 0 1 0', '20 1 2 0']);
  });

  test('a saved loop is restored any number of times', () => {
    const loop = chain();
    loop.run(1000);
    const saved = structuredClone(loop.save());
    loop.run(5000);
    const end = [loop.now, loop.events, loop.fingerprint];
    for (let i = 0; i < 2; i++) {
      loop.restore(saved);
      expect(loop.now).toBe(1000);
      loop.run(5000);
      expect([loop.now, loop.events, loop.fingerprint]).toEqual(end);
    }
  });
});

/** A loop that notes what codes 0 and 1 are delivered. */
function recorder() {
  const loop = new EventLoop(createEventList());
  const seen: string[] = [];
  for (const code of [0, 1]) {
    loop.on(code, (entity, detail) => seen.push(`${loop.now} ${code} ${entity} ${detail}`));
  }
  return { loop, seen };
}

/** A loop whose events beget events: two chains that meet in the same moments. */
function chain(): EventLoop {
  const loop = new EventLoop(createEventList());
  loop.on(0, (entity) => loop.schedule(loop.now + 3, 0, (entity * 7) % 101, 0));
  loop.on(1, (entity) => loop.schedule(loop.now + 5, 1, (entity * 3) % 103, 0));
  loop.schedule(0, 0, 1, 0);
  loop.schedule(0, 1, 1, 0);
  return loop;
}
