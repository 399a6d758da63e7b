import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { US_PER_S } from '../core/units.ts';
import { Bench, type Started } from './dispatcher.fixture.ts';
import * as metrics from './metrics.ts';

const S = US_PER_S;

describe('chunks of a task', () => {
  test('go to the workers there are, the next ones as workers become free', () => {
    const bench = new Bench(2);
    bench.submit(0, { video: 7, chunks: 3 });
    expect(bench.started.map(({ first }) => first)).toEqual([0, 1]);
    bench.end(1 * S, bench.started[1]!);
    expect(bench.started.map(({ first, at }) => [first, at])).toEqual([[0, 0], [1, 0], [2, 1 * S]]);
    bench.end(2 * S, bench.started[0]!);
    expect(bench.ended).toEqual([]);
    bench.end(3 * S, bench.started[2]!);
    expect(bench.ended).toMatchObject([{ video: 7, complete: true }]);
    expect([bench.tasks.size, bench.pool.busy]).toEqual([0, 0]);
    expect(bench.dispatcher.account()).toEqual({ submitted: 3n, encoded: 3n, setAside: 0n, underWay: 0n });
  });

  test('start together where that is allowed, and those that fail go again without the others', () => {
    const bench = new Bench(10, { backoff: 4 * S }, Infinity);
    bench.submit(0, { chunks: 6 });
    expect(bench.started).toMatchObject([{ chunks: 6 }]);
    bench.end(1 * S, bench.started[0]!, 2);
    expect(bench.dispatcher.account()).toEqual({ submitted: 6n, encoded: 4n, setAside: 0n, underWay: 2n });
    bench.until(5 * S);
    expect(bench.started[1]).toMatchObject({ chunks: 2, at: 5 * S });
    bench.end(6 * S, bench.started[1]!);
    expect(bench.ended).toMatchObject([{ complete: true }]);
    expect(bench.tasks.size).toBe(0);
  });
});

test('a piece that fails is tried again after 5, 10, 20 s, and set aside after the fourth time', () => {
  const bench = new Bench(1);
  bench.submit(0, { chunks: 1 });
  for (let i = 0; i < 4; i++) {
    const { at } = bench.started[i]!;
    bench.end(at + 1 * S, bench.started[i]!, 1);
    bench.until(at + 25 * S);
  }
  expect(bench.started.map(({ at }) => at / S)).toEqual([0, 6, 17, 38]);
  expect(bench.ended).toMatchObject([{ complete: false }]);
  expect(bench.dispatcher.account()).toEqual({ submitted: 1n, encoded: 0n, setAside: 1n, underWay: 0n });
  const view = bench.metrics.view(1000 * S);
  expect(view.total(metrics.failures, { reason: 'encoder' })).toBe(4);
  expect(view.total(metrics.chunksSetAside)).toBe(1);
});

describe('a lease', () => {
  // BullMQ 6.7.0 with its defaults, a worker killed with SIGKILL: the job was started again after 61 s. The
  // job is taken just after a look at the leases, so the lease of 30 s is still good at the next one.
  test('of a worker that died is taken back 60 s after the look before, as BullMQ does in 61 s', () => {
    const bench = new Bench(2);
    bench.submit(0, { chunks: 1 }); // leases are looked at from here on every 30 s
    bench.submit(1 * S, { video: 1, chunks: 1 });
    bench.dispatcher.workerSeen(29 * S, 0);
    bench.end(29 * S, bench.started[0]!);
    bench.until(60 * S);
    expect(bench.started[2]).toBeUndefined(); // heard of at 29 s: good until 59 s, and then 5 s of backoff
    bench.until(66 * S);
    expect(bench.started[2]).toMatchObject({ at: 65 * S });
    const fresh = new Bench(2, { backoff: 0 });
    fresh.submit(0, { chunks: 1 });
    fresh.submit(1 * S, { video: 1, chunks: 1 });
    fresh.until(89 * S);
    // 0 s + 30 s is not yet over at 30 s: both go back at 60 s.
    expect(fresh.started.slice(2).map(({ at }) => at / S)).toEqual([60, 60]);
  });

  test('lasts as long as its worker is heard of', () => {
    const bench = new Bench(1);
    bench.submit(0, { chunks: 1 });
    for (let at = 15; at < 600; at += 15) {
      bench.dispatcher.workerSeen(at * S, 0);
      bench.until(at * S);
    }
    expect(bench.started).toHaveLength(1);
  });

  test('that has passed on makes what the old worker brings a duplicate, which counts once', () => {
    const bench = new Bench(2, { backoff: 0 });
    bench.submit(0, { chunks: 1 });
    bench.until(60 * S);
    const [old, again] = bench.started;
    bench.end(61 * S, old!);
    expect(bench.ended).toEqual([]);
    bench.end(62 * S, again!);
    bench.end(63 * S, again!);
    expect(bench.ended).toHaveLength(1);
    expect(bench.dispatcher.account()).toEqual({ submitted: 1n, encoded: 1n, setAside: 0n, underWay: 0n });
    expect(bench.metrics.view(70 * S).total(metrics.duplicates)).toBe(2);
  });
});

test('a worker taken back with notice costs its chunks no try', () => {
  const bench = new Bench(1, { tries: 2 });
  bench.submit(0, { chunks: 1 });
  for (let i = 0; i < 5; i++) bench.lose(i * S, 0);
  bench.end(9 * S, bench.started.at(-1)!);
  expect(bench.ended).toMatchObject([{ complete: true }]);
  expect(bench.started).toHaveLength(6);
});

test('whatever fails, dies or comes late: no job is lost, and none counts twice', () => {
  const step = fc.record({
    kind: fc.constantFrom('submit', 'end', 'end', 'fail', 'lose', 'zombie', 'pass', 'reload'),
    pick: fc.nat(1000), chunks: fc.integer({ min: 1, max: 5 }),
  });
  const plans = fc.array(step, { maxLength: 150 });
  fc.assert(fc.property(plans, fc.constantFrom(1, Infinity), (steps, together) => {
    const bench = new Bench(3, { tries: 3, backoff: 2 * S }, together);
    let now = 0;
    let videos = 0;
    const over = new Set<number>();
    const open = () => bench.started.filter(({ attempt, serial }) =>
      bench.dispatcher.attempts.serial[attempt] === serial && bench.dispatcher.attempts.task[attempt]! >= 0);
    const late: Started[] = [];
    for (const { kind, pick, chunks } of steps) {
      now += S;
      bench.until(now);
      const running = open();
      const one = running[pick % Math.max(1, running.length)];
      const lastShare = (1 + (pick % 7)) / 7;
      const fields = { chunks, lastShare, chunkPixels: 1 + pick * 1e9, codec: pick % 4, content: 0.5 };
      if (kind === 'submit') bench.submit(now, { video: videos++, ...fields });
      if (kind === 'end' && one !== undefined) bench.end(now, one);
      if (kind === 'fail' && one !== undefined) bench.end(now, one, 1 + (pick % one.chunks));
      if (kind === 'lose') {
        late.push(...running);
        bench.lose(now, 0);
      }
      if (kind === 'zombie' && late.length > 0) bench.end(now, late[pick % late.length]!);
      if (kind === 'pass') {
        now += 40 * S;
        late.push(...running);
        bench.until(now);
      }
      if (kind === 'reload') {
        const saved = structuredClone(bench.dispatcher.save());
        const { length } = bench.started;
        bench.submit(now, { video: -1, ...fields });
        bench.dispatcher.restore(saved);
        bench.started.length = length;
      }
      const { submitted, encoded, setAside, underWay } = bench.dispatcher.account();
      expect(encoded + setAside + underWay).toBe(submitted);
      expect(booksOf(bench)).toEqual(counted(bench));
      expect(bench.pool.busy).toBeLessThanOrEqual(3);
    }
    for (let i = 0; i < 5000 && bench.tasks.size > 0; i++) {
      now += 10 * S;
      bench.until(now);
      for (const one of open()) bench.end(now, one);
    }
    for (const { video } of bench.ended.filter((task) => task.video >= 0)) {
      expect(over.has(video)).toBe(false);
      over.add(video);
    }
    expect(over.size).toBe(videos);
    expect([bench.tasks.size, bench.pool.busy, bench.dispatcher.queued]).toEqual([0, 0, 0]);
  }), { numRuns: 150 });
});

/** Chunks by codec that wait, and that wait or run, as the books have them. */
function booksOf({ dispatcher: { work } }: Bench) {
  return { waiting: [...work.waiting], open: [...work.open.chunks] };
}

/** The same, counted over the tasks. */
function counted({ tasks }: Bench) {
  const c = tasks.columns;
  const [waiting, open] = [[0, 0, 0, 0], [0, 0, 0, 0]];
  for (let task = 0; task < tasks.end; task++) {
    if (c.chunks[task] === 0) continue;
    waiting[c.codec[task]!]! += c.waiting[task]!;
    open[c.codec[task]!]! += c.waiting[task]! + c.running[task]!;
  }
  return { waiting, open };
}

describe('D6 what has failed often enough may be held', () => {
  test('and is tried again, as if for the first time, when somebody says so', () => {
    const bench = new Bench(2, { backoff: 4 * S });
    bench.dispatcher.holdAfter(2);
    bench.submit(0, { video: 1, chunks: 1 });
    bench.submit(0, { video: 2, chunks: 1 });
    bench.end(1 * S, bench.started[1]!);
    bench.end(1 * S, bench.started[0]!, 1);
    bench.until(5 * S);
    bench.end(6 * S, bench.started[2]!, 1);
    bench.until(1000 * S);
    expect(bench.started).toHaveLength(3);
    expect(bench.ended).toMatchObject([{ video: 2 }]);
    expect(bench.dispatcher.account()).toMatchObject({ setAside: 0n, underWay: 1n });
    expect(bench.metrics.view(1000 * S).peak(metrics.piecesHeld)).toBe(1);
    bench.dispatcher.release(1000 * S);
    bench.dispatcher.dispatch(1000 * S);
    bench.dispatcher.holdAfter(Infinity);
    bench.end(1001 * S, bench.started[3]!, 1);
    bench.until(1005 * S);
    bench.end(1006 * S, bench.started[4]!);
    expect(bench.ended).toMatchObject([{ video: 2 }, { video: 1, complete: true }]);
    expect([bench.tasks.size, bench.pool.busy]).toEqual([0, 0]);
  });

  test('a saved dispatcher holds it still', () => {
    const [a, b] = [new Bench(1), new Bench(1)];
    a.dispatcher.holdAfter(1);
    a.submit(0, { chunks: 3 });
    a.end(1 * S, a.started[0]!, 1);
    b.dispatcher.restore(structuredClone(a.dispatcher.save()));
    for (const bench of [a, b]) bench.dispatcher.release(5 * S);
    expect(b.dispatcher.queued).toBe(a.dispatcher.queued);
    expect(b.dispatcher.save()).toEqual(a.dispatcher.save());
  });
});
