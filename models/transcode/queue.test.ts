import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { queueParams, type QueueParams } from './params.ts';
import { TaskQueue } from './queue.ts';
import { createTasks } from './task.ts';

/** A queue of one lane in front of one worker that takes one chunk at a time. */
class Line {
  readonly tasks = createTasks();
  readonly queue: TaskQueue;
  readonly #work: readonly number[];
  now = 0;

  constructor(params: Partial<QueueParams>, work: readonly number[] = [], weights: readonly number[] = []) {
    this.#work = work;
    this.queue = new TaskQueue(this.tasks, 1, { ...queueParams.parse({}), ...params },
      (task) => this.#work[this.tasks.columns.video[task]!]!,
      // Users below ten are of the tier of their first digit modulo three; the others import.
      { weightOf: (user) => weights[user] ?? 1, tierOf: (user) => (user < 10 ? user % 3 : -1) });
  }

  add({ at = 0, user = 0, video = 0, priority = 1, size = 1, chunks = 1, deadline = 0 }): void {
    const task = this.tasks.open();
    const c = this.tasks.columns;
    this.now = Math.max(this.now, at);
    c.user[task] = user;
    c.video[task] = video;
    c.priority[task] = priority;
    c.lane[task] = 0;
    c.chunks[task] = chunks;
    c.lastShare[task] = 1;
    c.waiting[task] = chunks;
    c.chunkPixels[task] = size / chunks;
    c.content[task] = 1;
    c.deadline[task] = deadline;
    this.queue.push(at, task);
  }

  /** Takes the next chunk; the video of its task. */
  take(now = this.now): number {
    const task = this.queue.head(now, 0);
    if (task < 0) return -1;
    this.tasks.columns.waiting[task]!--;
    this.queue.started(now, 0);
    return this.tasks.columns.video[task]!;
  }

  /** Takes all that waits. */
  drain(now = this.now): number[] {
    const order: number[] = [];
    for (let video = this.take(now); video >= 0; video = this.take(now)) order.push(video);
    return order;
  }
}

describe('tasks leave', () => {
  test('in the order they came, all chunks of one before those of the next', () => {
    const line = new Line({ order: 'fifo' });
    line.add({ at: 1, video: 0, chunks: 2 });
    line.add({ at: 2, video: 1 });
    line.add({ at: 2, video: 2 });
    expect(line.drain()).toEqual([0, 0, 1, 2]);
  });

  test('by deadline, whenever they came', () => {
    const line = new Line({ order: 'edf' });
    [30, 10, 20].forEach((deadline, video) => line.add({ video, deadline }));
    expect(line.drain()).toEqual([1, 2, 0]);
  });

  test('by the work of the whole video, whatever is left of it', () => {
    const line = new Line({ order: 'smallest' }, [5, 1, 3]);
    [0, 1, 2].forEach((video) => line.add({ video, size: 3 - video, chunks: 2 }));
    expect(line.drain()).toEqual([1, 1, 2, 2, 0, 0]);
  });

  test('by the work left, so that one that is nearly done is not overtaken by one of middling size', () => {
    const line = new Line({ order: 'srpt' });
    line.add({ video: 0, size: 4, chunks: 4 });
    expect([line.take(), line.take()]).toEqual([0, 0]);
    line.add({ video: 1, size: 3 });
    line.add({ video: 2, size: 1 });
    expect(line.drain()).toEqual([2, 0, 0, 1]);
  });

  test('by class, strictly', () => {
    const line = new Line({ order: 'fifo' });
    [2, 1, 0, 1].forEach((priority, video) => line.add({ at: video, video, priority }));
    expect(line.drain(1e12)).toEqual([2, 1, 3, 0]);
  });

  test('by class until one has waited long enough to count as the next better', () => {
    const line = new Line({ order: 'fifo', aging: 10 });
    line.add({ at: 0, video: 0, priority: 2 });
    line.add({ at: 19, video: 1, priority: 0 });
    line.add({ at: 21, video: 2, priority: 0 });
    // At 25, batch has waited 25 and counts as -0.5; critical from 19 counts as -0.6, from 21 as -0.4.
    expect(line.drain(25)).toEqual([1, 0, 2]);
  });
});

test('every discipline is a sort: what comes out went in, in the order of its key', () => {
  const size = fc.integer({ min: 1, max: 50 });
  const task = fc.record({ deadline: fc.nat(50), size, priority: fc.nat(2) });
  const orders = fc.constantFrom('fifo', 'edf', 'smallest', 'srpt');
  fc.assert(fc.property(fc.array(task, { maxLength: 60 }), orders,
    (all, order) => {
      const line = new Line({ order }, all.map(({ size }) => size));
      all.forEach((one, video) => line.add({ ...one, video, at: video }));
      const key = (video: number) => {
        const { deadline, size: work } = all[video]!;
        return order === 'fifo' ? video : order === 'edf' ? deadline : work;
      };
      const expected = all.map((_one, video) => video)
        .sort((a, b) => all[a]!.priority - all[b]!.priority || key(a) - key(b) || a - b);
      expect(line.drain()).toEqual(expected);
    }));
});

describe('fair sharing', () => {
  test('lets a user with one task pass another with a thousand', () => {
    const line = new Line({ order: 'fair' });
    for (let i = 0; i < 1000; i++) line.add({ user: 0, video: i });
    for (let i = 0; i < 300; i++) line.take();
    line.add({ user: 1, video: -7 });
    expect([line.take(), line.take()]).toContain(-7);
  });

  test('goes by the class: one that never waits does not run ahead with the time of the others', () => {
    const line = new Line({ order: 'fair' });
    for (let i = 0; i < 100; i++) line.add({ user: 0, video: i });
    for (let i = 0; i < 100; i++) {
      line.add({ user: 0, video: 1000 + i, priority: 0 });
      line.take();
    }
    line.add({ user: 1, video: -7 });
    expect([line.take(), line.take()]).toContain(-7);
  });

  test('gives by weight', () => {
    const line = new Line({ order: 'fair' }, [], [1, 3]);
    for (let i = 0; i < 400; i++) {
      line.add({ user: 0, video: 0 });
      line.add({ user: 1, video: 1 });
    }
    const first = Array.from({ length: 200 }, () => line.take());
    expect(first.filter((user) => user === 1)).toHaveLength(150);
  });

  // Goyal, Vin and Cheng 1996, theorem 1: over any time in which both users have work waiting, what they get
  // over their weights differs by at most their largest tasks over their weights.
  test('stays within the bound of start-time fair queueing', () => {
    const size = fc.integer({ min: 1, max: 20 });
    const sizes = fc.array(size, { minLength: 20, maxLength: 60 });
    const weight = fc.integer({ min: 1, max: 5 });
    fc.assert(fc.property(sizes, sizes, weight, weight, (one, other, w1, w2) => {
      const line = new Line({ order: 'fair' }, [], [w1, w2]);
      one.forEach((work, i) => line.add({ user: 0, size: work, video: i }));
      other.forEach((work, i) => line.add({ user: 1, size: work, video: 1000 + i }));
      const bound = Math.max(...one) / w1 + Math.max(...other) / w2;
      const gains: number[] = [];
      for (let got = [0, 0]; got[0]! < one.length && got[1]! < other.length;) {
        const video = line.take();
        const user = video >= 1000 ? 1 : 0;
        got = [got[0]! + (1 - user), got[1]! + user];
        gains.push(user === 0 ? one[video]! / w1 : -other[video - 1000]! / w2);
      }
      for (let from = 0; from < gains.length; from++) {
        let lead = 0;
        for (let to = from; to < gains.length; to++) {
          lead += gains[to]!;
          expect(Math.abs(lead)).toBeLessThanOrEqual(bound + 1e-9);
        }
      }
    }), { numRuns: 40 });
  });
});

test('a queue goes on from where it was saved', () => {
  for (const order of ['fifo', 'edf', 'smallest', 'srpt', 'fair'] as const) {
    const fill = (line: Line) => {
      for (let video = 0; video < 40; video++) {
        line.add({ at: video, video, user: video % 3, size: 1 + ((video * 7) % 11), chunks: 2,
          deadline: (video * 13) % 17, priority: video % 2 });
      }
      for (let i = 0; i < 15; i++) line.take();
    };
    const work = Array.from({ length: 40 }, (_, i) => (i * 5) % 9);
    const [a, b] = [new Line({ order }, work), new Line({ order }, work)];
    fill(a);
    b.tasks.restore(structuredClone(a.tasks.save()));
    b.queue.restore(structuredClone(a.queue.save()));
    expect(b.queue.size).toBe(a.queue.size);
    expect(b.drain(99)).toEqual(a.drain(99));
  }
});

describe('Q4 a queue whose policy changes', () => {
  const entries = fc.array(fc.record({
    user: fc.integer({ min: 0, max: 12 }), size: fc.integer({ min: 1, max: 9 }),
    deadline: fc.integer({ min: 0, max: 50 }),
  }), { minLength: 1, maxLength: 40 });
  const orders = fc.constantFrom('fifo', 'edf', 'smallest', 'srpt', 'fair' as const);

  test('gives what waits in the order that the new one would have given it', () => {
    fc.assert(fc.property(entries, orders, orders, (list, before, after) => {
      const work = list.map(({ size }) => size);
      const [switched, always] = [before, after].map((order) => {
        const line = new Line({ order }, work);
        list.forEach((entry, video) => line.add({ ...entry, video, at: video }));
        return line;
      });
      switched!.queue.choose({ order: after });
      expect(switched!.queue.size).toBe(list.length);
      expect(switched!.drain(99)).toEqual(always!.drain(99));
    }));
  });

  test('puts a tier first and imports last, of what waits and of what comes', () => {
    const line = new Line({ order: 'fifo' });
    [0, 11, 2].forEach((user, video) => line.add({ user, video }));
    line.queue.choose({ firstTier: 2, importsLast: true });
    [1, 12, 5].forEach((user, i) => line.add({ user, video: 3 + i }));
    expect(line.drain(99)).toEqual([2, 5, 0, 3, 1, 4]);
  });

  test('goes on from where it was saved', () => {
    const [a, b] = [new Line({ order: 'fifo' }, [3, 1, 2]), new Line({ order: 'fifo' }, [3, 1, 2])];
    for (let video = 0; video < 3; video++) a.add({ video, user: 11 - video });
    a.queue.choose({ order: 'smallest', importsLast: true });
    b.tasks.restore(structuredClone(a.tasks.save()));
    b.queue.restore(structuredClone(a.queue.save()));
    for (const line of [a, b]) line.add({ video: 0, user: 4 });
    expect(b.drain(99)).toEqual(a.drain(99));
  });
});
