import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { InvariantError } from '../../models/core/assert.ts';
import { RandomStreams } from '../../models/core/rng.ts';
import type { RandomStream } from '../../models/core/rng.ts';
import { NO_EVENT } from './event-list.ts';
import type { EventHandle, SavableEventList } from './event-list.ts';
import { HeapEventList } from './heap-event-list.ts';
import { LadderEventList } from './ladder-event-list.ts';

/** Increments [us] of the hold model; `video` is segments, requests and idle viewers in one. */
const laws: Readonly<Record<string, (rng: RandomStream) => number>> = {
  exponential: (rng) => rng.exponential(1e6),
  'whole microseconds, many ties': (rng) => Math.round(rng.exponential(20)),
  constant: () => 1e6,
  zero: () => 0,
  'Pareto 1.1': (rng) => rng.uniformPositive() ** (-1 / 1.1),
  bimodal: (rng) => (rng.uniform() < 0.9 ? 0.1 * rng.uniform() : 9 + 0.1 * rng.uniform()),
  video: (rng) => rng.exponential(videoMean(rng.uniform())),
  'ever nearer': (rng) => rng.uniformPositive() ** 40,
  'across all magnitudes': (rng) => 10 ** (40 * rng.uniform() - 30),
};

describe('pops the very events of the heap', () => {
  for (const [name, law] of Object.entries(laws)) {
    test(`under increments: ${name}`, () => {
      for (const pending of [3, 12, 100, 4000]) {
        const rng = new RandomStreams(42, pending).stream(name);
        const pair = new Pair(rng, law, new LadderEventList());
        pair.fill(pending);
        pair.churn(5 * pending, { cancel: 0, reschedule: 0 });
        pair.churn(3 * pending, { cancel: 0.3, reschedule: 0.3 });
        pair.saveAndRestore();
        pair.churn(2 * pending, { cancel: 0.1, reschedule: 2 });
        pair.fill(pending);
        pair.churn(pending, { cancel: 0, reschedule: 0 });
        pair.drain();
      }
    });
  }

  test('under any law, size and share of cancelled and moved events', () => {
    const share = fc.double({ min: 0, max: 3 });
    const shares = fc.record({ cancel: share, reschedule: share });
    const law = fc.constantFrom(...Object.keys(laws));
    const phase = fc.record({ law, fill: fc.nat(300), holds: fc.nat(300), shares });
    const phases = fc.array(phase, { maxLength: 6 });
    fc.assert(
      fc.property(fc.nat(), phases, (seed, chosen) => {
        const rng = new RandomStreams(seed, 0).stream('ladder');
        const pair = new Pair(rng, laws.zero!, new LadderEventList());
        for (const next of chosen) {
          pair.law = laws[next.law]!;
          pair.fill(next.fill);
          pair.churn(next.holds, next.shares);
          pair.saveAndRestore();
        }
        pair.drain();
      }),
      { numRuns: 200 },
    );
  });

  test('when the tags run out and are dealt anew', () => {
    const rng = new RandomStreams(7, 0).stream('tags');
    const pair = new Pair(rng, laws['whole microseconds, many ties']!, new LadderEventList(1000));
    pair.fill(200);
    pair.churn(5000, { cancel: 0.2, reschedule: 0.5 });
    pair.drain();
  });
});

test('a time that is not a number, infinite or before the last event popped breaks an invariant', () => {
  const list = new LadderEventList();
  const pending = list.schedule(10, 0, 0, 0);
  list.schedule(5, 0, 0, 0);
  list.pop();

  for (const time of [NaN, 4, Infinity, -Infinity]) {
    expect(() => list.schedule(time, 0, 0, 0)).toThrow(InvariantError);
    expect(() => list.reschedule(pending, time)).toThrow(InvariantError);
  }
  expect([list.size, list.peekTime()]).toEqual([1, 10]);
});

test('a handle that was popped, cancelled or never dealt breaks an invariant', () => {
  const list = new LadderEventList();
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
  expect([list.size, list.peekTime()]).toEqual([1, 3]);
});

test('tells of most events before they come, of each at most once, and comes to the same by it', () => {
  const law = laws['video']!;
  const rng = new RandomStreams(9, 0).stream('foretold');
  const [silent, telling] = [new LadderEventList(), new LadderEventList()];
  const told = new Set<number>();
  const isFour = (entity: number) => entity % 10 > 0;
  telling.foretell(4, (entities, details, count) => {
    for (let i = 0; i < count; i++) {
      const entity = entities[i]!;
      expect([told.has(entity), isFour(entity), details[i]]).toEqual([false, true, -entity]);
      told.add(entity);
    }
  });
  let scheduled = 0;
  const schedule = (now: number) => {
    const at = now + law(rng);
    for (const list of [silent, telling]) list.schedule(at, isFour(scheduled) ? 4 : 5, scheduled, -scheduled);
    scheduled++;
  };
  for (let i = 0; i < 2000; i++) schedule(0);
  let foretold = 0;
  for (let i = 0; i < 10_000; i++) {
    same(telling.pop(), silent.pop());
    same(telling.time, silent.time);
    same(telling.entity, silent.entity);
    if (told.has(telling.entity)) foretold++;
    schedule(telling.time);
  }
  expect(foretold).toBeGreaterThan(0.8 * 9000);
});

test('an emptied list starts again', () => {
  const list = new LadderEventList();
  for (let round = 0; round < 3; round++) {
    expect([list.pop(), list.peekTime(), list.size]).toEqual([false, Infinity, 0]);
    for (let i = 0; i < 200; i++) list.schedule(round * 1000 + ((i * 37) % 200), i, 0, 0);
    for (let i = 0; i < 200; i++) expect([list.pop(), list.time]).toEqual([true, round * 1000 + i]);
  }
});

test('a save from one kind of list restores into the other', () => {
  const ladder = new LadderEventList();
  for (let i = 0; i < 500; i++) ladder.schedule((i * 7919) % 50, i, -i, i / 3);
  for (let i = 0; i < 100; i++) ladder.pop();
  const heap = new HeapEventList();
  heap.restore(ladder.save());
  const again = new LadderEventList();
  again.restore(heap.save());

  const rest = drain(ladder);
  expect(rest).toHaveLength(400);
  expect(drain(heap)).toEqual(rest);
  expect(drain(again)).toEqual(rest);
});

/** As expect().toBe, but fast enough for millions of comparisons. */
function same<Value>(actual: Value, expected: Value): void {
  if (actual !== expected) expect(actual).toBe(expected);
}

function videoMean(u: number): number {
  if (u < 0.9) return 4e6;
  return u < 0.99 ? 5e4 : 6e8;
}

function drain(list: SavableEventList): number[][] {
  const events: number[][] = [];
  while (list.pop()) events.push([list.time, list.code, list.entity, list.detail]);
  return events;
}

/** Drives the heap and a ladder with the same calls and compares all that can be seen of them. */
class Pair {
  law: (rng: RandomStream) => number;
  readonly #rng: RandomStream;
  readonly #heap: HeapEventList = new HeapEventList();
  #ladder: LadderEventList;
  readonly #pending: EventHandle[] = [];
  readonly #placeOf = new Map<EventHandle, number>();
  /** Handle by serial number, which is the code of the event. */
  readonly #handleOf: EventHandle[] = [];

  constructor(rng: RandomStream, law: (rng: RandomStream) => number, ladder: LadderEventList) {
    this.#rng = rng;
    this.law = law;
    this.#ladder = ladder;
  }

  fill(count: number): void {
    for (let i = 0; i < count; i++) this.#schedule();
  }

  churn(holds: number, { cancel, reschedule }: { cancel: number; reschedule: number }): void {
    for (let i = 0; i < holds; i++) {
      if (!this.#pop()) return;
      this.#schedule();
      for (let chance = cancel; this.#rng.uniform() < chance; chance--) this.#cancelAny();
      for (let chance = reschedule; this.#rng.uniform() < chance; chance--) this.#rescheduleAny();
      if (cancel > 0 && this.#rng.uniform() < cancel) this.#schedule();
    }
  }

  saveAndRestore(): void {
    const saved = this.#ladder.save();
    this.#ladder = new LadderEventList();
    this.#ladder.restore(saved);
  }

  drain(): void {
    while (this.#pop());
    expect(this.#ladder.size).toBe(0);
  }

  #schedule(): void {
    const time = this.#heap.time + this.law(this.#rng);
    const serial = this.#handleOf.length;
    const handle = this.#heap.schedule(time, serial, serial / 2, -serial);
    same(this.#ladder.schedule(time, serial, serial / 2, -serial), handle);
    this.#handleOf.push(handle);
    this.#placeOf.set(handle, this.#pending.push(handle) - 1);
  }

  #cancelAny(): void {
    if (this.#pending.length === 0) return;
    const handle = this.#pending[this.#rng.integer(this.#pending.length)]!;
    this.#heap.cancel(handle);
    this.#ladder.cancel(handle);
    this.#forget(handle);
  }

  #rescheduleAny(): void {
    if (this.#pending.length === 0) return;
    const handle = this.#pending[this.#rng.integer(this.#pending.length)]!;
    const time = this.#heap.time + this.law(this.#rng);
    this.#heap.reschedule(handle, time);
    this.#ladder.reschedule(handle, time);
  }

  #pop(): boolean {
    const heap = this.#heap;
    const ladder = this.#ladder;
    same(ladder.size, heap.size);
    if (this.#rng.uniform() < 0.5) same(ladder.peekTime(), heap.peekTime());
    // An event that is not due stays; one that is due at that very time comes out.
    const due = heap.peekTime();
    if (this.#rng.uniform() < 0.25) this.#popNone(due);
    const popped = heap.pop();
    same(this.#rng.uniform() < 0.5 ? ladder.pop() : ladder.popUntil(due), popped);
    same(ladder.time, heap.time);
    same(ladder.code, heap.code);
    same(ladder.entity, heap.entity);
    same(ladder.detail, heap.detail);
    if (popped) this.#forget(this.#handleOf[heap.code]!);
    return popped;
  }

  #popNone(due: number): void {
    if (due === Infinity) return;
    const before = due - Math.max(1, due * 1e-9);
    same(this.#ladder.popUntil(before), false);
    same(this.#heap.popUntil(before), false);
    same(this.#ladder.size, this.#heap.size);
    same(this.#ladder.time, this.#heap.time);
  }

  #forget(handle: EventHandle): void {
    const place = this.#placeOf.get(handle)!;
    const last = this.#pending.pop()!;
    if (last !== handle) {
      this.#pending[place] = last;
      this.#placeOf.set(last, place);
    }
    this.#placeOf.delete(handle);
  }
}
