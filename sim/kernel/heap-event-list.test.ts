import { expect, test } from 'vitest';
import fc from 'fast-check';
import { InvariantError } from '../../models/core/assert.ts';
import { NO_EVENT } from './event-list.ts';
import type { EventHandle } from './event-list.ts';
import { HeapEventList } from './heap-event-list.ts';

test('pops in order of time, and equal times in order of scheduling', () => {
  const list = new HeapEventList();
  list.schedule(20, 1, 100, 0.5);
  list.schedule(10, 2, 101, -1);
  list.schedule(20, 3, 102, 1e12);
  list.schedule(10, 4, 103, 0);

  expect(drain(list)).toEqual([
    [10, 2, 101, -1],
    [10, 4, 103, 0],
    [20, 1, 100, 0.5],
    [20, 3, 102, 1e12],
  ]);
});

test('an empty list has no next event', () => {
  const list = new HeapEventList();

  expect(list.pop()).toBe(false);
  expect(list.peekTime()).toBe(Infinity);
  expect(list.size).toBe(0);
});

test('a rescheduled event keeps its handle and counts as scheduled last', () => {
  const list = new HeapEventList();
  const moved = list.schedule(5, 1, 0, 0);
  list.schedule(7, 2, 0, 0);
  list.reschedule(moved, 7);
  list.schedule(7, 3, 0, 0);

  expect(drain(list).map(([, code]) => code)).toEqual([2, 1, 3]);
});

test('a time that is not a number, infinite or before the last event popped breaks an invariant', () => {
  const list = new HeapEventList();
  const pending = list.schedule(10, 0, 0, 0);
  list.schedule(5, 0, 0, 0);
  list.pop();

  for (const time of [NaN, 4, Infinity, -Infinity]) {
    expect(() => list.schedule(time, 0, 0, 0)).toThrow(InvariantError);
    expect(() => list.reschedule(pending, time)).toThrow(InvariantError);
  }
  expect(list.size).toBe(1);
  expect(list.peekTime()).toBe(10);
});

test('a handle that was popped, cancelled or never dealt breaks an invariant', () => {
  const list = new HeapEventList();
  const popped = list.schedule(1, 0, 0, 0);
  list.pop();
  expect(() => list.cancel(popped)).toThrow(InvariantError);

  const cancelled = list.schedule(2, 0, 0, 0);
  list.schedule(3, 0, 0, 0);
  list.cancel(cancelled);
  for (const dead of [cancelled, NO_EVENT, 63, 1_000_000, 0.5, NaN]) {
    expect(() => list.cancel(dead)).toThrow(InvariantError);
    expect(() => list.reschedule(dead, 9)).toThrow(InvariantError);
  }
  expect(list.size).toBe(1);
});

test('agrees with a sorted array under any mixture of operations', () => {
  fc.assert(
    fc.property(fc.array(operation(), { maxLength: 400 }), (operations) => {
      const list = new HeapEventList();
      const naive = new NaiveList();
      for (const { kind, delay, pick } of operations) {
        const time = list.time + delay;
        if (kind === 'schedule') naive.schedule(list.schedule(time, pick, delay, 0), time, pick);
        else if (kind === 'pop') {
          expect(list.popUntil(naive.peekTime() - 1)).toBe(false);
          expect(popCode(list)).toBe(naive.popCode());
        }
        else if (naive.size > 0) {
          const handle = naive.handleAt(pick);
          if (kind === 'cancel') list.cancel(handle);
          else list.reschedule(handle, time);
          naive.move(handle, kind === 'cancel' ? undefined : time);
        }
        expect(list.size).toBe(naive.size);
        expect(list.peekTime()).toBe(naive.peekTime());
      }
      while (naive.size > 0) expect(popCode(list)).toBe(naive.popCode());
      expect(list.pop()).toBe(false);
    }),
    { numRuns: 300 },
  );
});

test('run = run the first half, save, restore into another list, run the rest', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20), { minLength: 1, maxLength: 200 }), fc.nat(200), (delays, pops) => {
      const list = new HeapEventList();
      delays.forEach((delay, code) => list.schedule(delay, code, delay, -code));
      for (let i = 0; i < pops; i++) list.pop();

      const saved = list.save();
      const branch = new HeapEventList();
      branch.restore(saved);
      expect([branch.time, branch.code, branch.size]).toEqual([list.time, list.code, list.size]);
      expect(branch.schedule(50, 999, 0, 0)).toBe(list.schedule(50, 999, 0, 0));
      expect(branch.schedule(30, 998, 0, 0)).toBe(list.schedule(30, 998, 0, 0));
      const rest = drain(list);
      expect(drain(branch)).toEqual(rest);

      // What was saved is a copy: it can be restored again after both have moved on.
      branch.restore(saved);
      branch.schedule(50, 999, 0, 0);
      branch.schedule(30, 998, 0, 0);
      expect(drain(branch)).toEqual(rest);
    }),
  );
});

type Kind = 'schedule' | 'pop' | 'cancel' | 'reschedule';

function operation(): fc.Arbitrary<{ kind: Kind; delay: number; pick: number }> {
  const often: Kind[] = ['schedule', 'schedule', 'schedule', 'pop', 'pop'];
  const kind = fc.constantFrom<Kind[]>(...often, 'cancel', 'reschedule');
  return fc.record({ kind, delay: fc.nat(12), pick: fc.nat(100_000) });
}

function drain(list: HeapEventList): number[][] {
  const events: number[][] = [];
  while (list.pop()) events.push([list.time, list.code, list.entity, list.detail]);
  return events;
}

function popCode(list: HeapEventList): number | undefined {
  return list.pop() ? list.code : undefined;
}

/** The specification: an array kept in order by a stable sort. */
class NaiveList {
  readonly #events: { handle: EventHandle; time: number; code: number }[] = [];

  get size(): number {
    return this.#events.length;
  }

  schedule(handle: EventHandle, time: number, code: number): void {
    this.#events.push({ handle, time, code });
    this.#events.sort((a, b) => a.time - b.time);
  }

  handleAt(pick: number): EventHandle {
    return this.#events[pick % this.#events.length]!.handle;
  }

  move(handle: EventHandle, time: number | undefined): void {
    const at = this.#events.findIndex((event) => event.handle === handle);
    const [event] = this.#events.splice(at, 1);
    if (time !== undefined) this.schedule(handle, time, event!.code);
  }

  popCode(): number | undefined {
    return this.#events.shift()?.code;
  }

  peekTime(): number {
    return this.#events[0]?.time ?? Infinity;
  }
}
