import type { MetricHandle, MetricSet } from '../core/metrics.ts';
import { US_PER_S, type Us } from '../core/units.ts';
import { Attempts, type AttemptColumns, type AttemptsState } from './attempts.ts';
import type { Farm } from './farm.ts';
import * as metrics from './metrics.ts';
import type { QueueParams } from './params.ts';
import type { TaskQueue, TaskQueueState } from './queue.ts';
import { CODECS, pixelsOf, type TaskTable } from './task.ts';
import { TaskHeap, type TaskHeapState } from './task-heap.ts';
import { WorkBooks, type PixelAccount, type WorkBooksState } from './work-books.ts';

/** Why a try came to nothing. */
export const FAILURES = ['encoder', 'truncated', 'lost', 'reclaimed', 'hardware', 'memory'] as const;
/** Name of a cause. */
export type Failure = (typeof FAILURES)[number];

/** What the dispatcher asks of its host. */
export interface DispatcherPorts {
  /** Have these chunks encoded; answer with `ended` and the attempt's number and serial. */
  start(attempt: number): void;
  /**
   * No more of this task will come: its chunks are done, or some were set aside. The row closes after that.
   */
  taskEnded(task: number, complete: boolean): void;
}

/** Copied state of a dispatcher; tasks, queue and farm are saved with it. */
export interface DispatcherState {
  readonly tasks: ReturnType<TaskTable['save']>;
  readonly queue: TaskQueueState;
  readonly farm: unknown;
  readonly attempts: AttemptsState;
  readonly delayed: TaskHeapState;
  readonly delays: number;
  readonly nextCheck: Us;
  readonly work: WorkBooksState;
  readonly held: readonly number[];
  readonly holdAfter: number;
}

/**
 * Gives the chunks of waiting tasks to workers, and sees to it that each counts once however workers fail.
 *
 *     submit, ended, workerSeen, workerLost, wake, dispatch -> [ dispatcher ] -> start, taskEnded
 *
 * A chunk belongs to its worker by a lease that ends when the worker has not been heard of for some time;
 * what an attempt brings after that is not taken. A piece that failed waits, longer after each try, and is
 * tried again as a task of its own; after the last try it is set aside. Workers are given out by `dispatch`
 * alone, so that a host can let what happens at one moment happen first.
 */
export class Dispatcher {
  readonly tasks: TaskTable;
  /** What is to be done and what was, by codec. */
  readonly work: WorkBooks;
  readonly #queue: TaskQueue;
  readonly #farm: Farm;
  readonly #params: QueueParams;
  readonly #ports: DispatcherPorts;
  /** Most chunks an attempt may hold. */
  readonly #together: number;
  readonly #watchLeases: boolean;
  readonly #attempts = new Attempts();
  /** Tasks that wait for their next try, by the time at which it may start. */
  readonly #delayed = new TaskHeap();
  readonly #metrics: MetricSet;
  readonly #m: Readonly<Record<
    'queued' | 'held' | 'chunks' | 'setAside' | 'duplicates' | 'encoded' | 'given', MetricHandle>>;
  /** By rung. */
  readonly #tries: readonly MetricHandle[];
  readonly #running: readonly MetricHandle[];
  readonly #failures: readonly MetricHandle[];
  readonly #submitted: readonly MetricHandle[];
  readonly #pixelsIn: MetricHandle;
  /** Tries that had to wait so far. */
  #delays = 0;
  #nextCheck: Us = Infinity;
  /** Pieces that are not tried for now, and the tries after which a piece becomes one of them. */
  readonly #held: number[] = [];
  #holdAfter = Infinity;

  /**
   * `together`: the most chunks of a task that are started as one attempt; `watchLeases`: false where workers
   * are never lost, which spares the looking; `resolutions`: names of the rungs.
   */
  constructor(
    tasks: TaskTable, queue: TaskQueue, farm: Farm, params: QueueParams,
    { together, watchLeases, resolutions }: {
      readonly together: number; readonly watchLeases: boolean; readonly resolutions: readonly string[];
    },
    ports: DispatcherPorts, set: MetricSet,
  ) {
    this.tasks = tasks;
    this.work = new WorkBooks(tasks);
    this.#queue = queue;
    this.#farm = farm;
    this.#params = params;
    this.#together = together;
    this.#watchLeases = watchLeases;
    this.#ports = ports;
    this.#metrics = set;
    this.#m = {
      queued: set.bind(metrics.jobsQueued), chunks: set.bind(metrics.chunksQueued),
      setAside: set.bind(metrics.chunksSetAside), duplicates: set.bind(metrics.duplicates),
      held: set.bind(metrics.piecesHeld),
      encoded: set.bind(metrics.pixels, 'encoded'), given: set.bind(metrics.pixels, 'set aside'),
    };
    this.#pixelsIn = set.bind(metrics.pixels, 'submitted');
    this.#tries = resolutions.map((name) => set.bind(metrics.trySeconds, name));
    this.#running = farm.lanes.map((lane) => set.bind(metrics.chunksRunning, lane));
    this.#failures = FAILURES.map((reason) => set.bind(metrics.failures, reason));
    this.#submitted = CODECS.map((codec) => set.bind(metrics.jobsSubmitted, codec));
  }

  /** Chunks on workers, as columns. */
  get attempts(): AttemptColumns {
    return this.#attempts.columns;
  }

  /** Tasks in the queue, without those that wait for their next try. */
  get queued(): number {
    return this.#queue.size;
  }

  /** A task whose row is filled, all of its chunks yet to do, is to be encoded. */
  submit(now: Us, task: number): void {
    const c = this.tasks.columns;
    c.waiting[task] = c.chunks[task]!;
    c.running[task] = 0;
    c.done[task] = 0;
    c.aside[task] = 0;
    c.firstChunk[task] = 0;
    c.parent[task] = -1;
    c.tries[task] = 0;
    c.submittedAt[task] = now;
    c.lane[task] = this.#farm.laneOf(task);
    this.#metrics.add(this.#submitted[c.codec[task]!]!, 1);
    this.#metrics.add(this.#pixelsIn, this.work.submitted(task));
    this.#enqueue(now, task);
  }

  /**
   * An attempt has ended; `failed` of its chunks came to nothing. Attempts that no longer hold their lease
   * are told by their serial, and change nothing.
   */
  ended(now: Us, attempt: number, serial: number, failed = 0, reason = 0): void {
    if (!this.#attempts.holds(attempt, serial)) {
      this.#metrics.add(this.#m.duplicates, 1);
      return;
    }
    const a = this.#attempts.columns;
    const chunks = a.chunks[attempt]!;
    const task = a.task[attempt]!;
    const first = a.first[attempt]!;
    const tries = this.#tries[this.tasks.columns.topRung[task]!]!;
    this.#metrics.observe(tries, (now - a.startedAt[attempt]!) / US_PER_S);
    this.#finish(now, attempt);
    if (chunks > failed) this.#count(task, first + failed, chunks - failed);
    if (failed > 0) {
      this.#metrics.add(this.#failures[reason]!, failed);
      this.#tryAgain(now, task, first, failed, true);
    }
    this.#settle(task);
  }

  /** From now on what has failed so often is held, and not tried on and on; Infinity: nothing is. */
  holdAfter(tries: number): void {
    this.#holdAfter = tries;
  }

  /** What is held is tried again, as if for the first time. */
  release(now: Us): void {
    for (const piece of this.#held.splice(0)) {
      this.tasks.columns.tries[piece] = 0;
      this.#metrics.addLevel(this.#m.held, now, -1);
      this.#enqueue(now, piece);
    }
  }

  /** A worker has been heard of. */
  workerSeen(now: Us, worker: number): void {
    this.#attempts.seen(now, worker);
  }

  /**
   * A worker is gone and everybody knows, as when a spot machine is taken back: what it had is queued again
   * at once, which costs no try.
   */
  workerLost(now: Us, worker: number): void {
    this.#takeBack(now, worker, RECLAIMED, Infinity);
  }

  /** Next time at which something is to be done of itself. */
  wakeAt(): Us {
    return Math.min(this.#delayed.headKey, this.#nextCheck);
  }

  /** It is `wakeAt`: waiting tries become due, leases are looked at. Anything new is then in the queue. */
  wake(now: Us): void {
    while (this.#delayed.headKey <= now) this.#queue.push(now, this.#delayed.pop());
    if (this.#nextCheck <= now) this.#checkLeases(now);
  }

  /** Gives waiting chunks to workers as long as there is room. */
  dispatch(now: Us): void {
    const queue = this.#queue;
    const farm = this.#farm;
    for (let lane = 0; lane < farm.lanes.length; lane++) {
      for (;;) {
        const task = queue.head(now, lane);
        if (task < 0) break;
        const chunks = farm.place(now, task, Math.min(this.#alike(task), this.#together));
        if (chunks === 0) break;
        this.#start(now, task, chunks, farm.placedOn);
        queue.started(now, lane);
      }
    }
  }

  /** Chunks of a task that may start as one attempt: a short last one would end long before the others. */
  #alike(task: number): number {
    const { waiting, lastShare } = this.tasks.columns;
    const chunks = waiting[task]!;
    return chunks > 1 && this.#together > 1 && lastShare[task]! < 1 ? chunks - 1 : chunks;
  }

  /** Pixels since the run began: those submitted are encoded, set aside or under way. */
  account(): PixelAccount {
    return this.work.account(this.#underWay());
  }

  #underWay(): bigint {
    const c = this.tasks.columns;
    const a = this.#attempts.columns;
    let sum = 0n;
    for (let task = 0; task < this.tasks.end; task++) {
      const waiting = c.chunks[task]! > 0 ? c.waiting[task]! : 0;
      if (waiting === 0) continue;
      sum += BigInt(pixelsOf(c, task, c.firstChunk[task]! + c.chunks[task]! - waiting, waiting));
    }
    for (let attempt = 0; attempt < this.#attempts.end; attempt++) {
      const task = a.task[attempt]!;
      if (task >= 0) sum += BigInt(pixelsOf(c, task, a.first[attempt]!, a.chunks[attempt]!));
    }
    return sum;
  }

  save(): DispatcherState {
    return {
      tasks: this.tasks.save(), queue: this.#queue.save(), farm: this.#farm.save(),
      attempts: this.#attempts.save(), delayed: this.#delayed.save(), delays: this.#delays,
      nextCheck: this.#nextCheck, work: this.work.save(), held: [...this.#held],
      holdAfter: this.#holdAfter,
    };
  }

  restore(state: DispatcherState): void {
    this.tasks.restore(state.tasks);
    this.#queue.restore(state.queue);
    this.#farm.restore(state.farm);
    this.#attempts.restore(state.attempts);
    this.#delayed.restore(state.delayed);
    this.#delays = state.delays;
    this.#nextCheck = state.nextCheck;
    this.work.restore(state.work);
    this.#held.splice(0, Infinity, ...state.held);
    this.#holdAfter = state.holdAfter;
  }

  /** Puts a task that waits from now on into the queue, or with those that wait for their next try. */
  #enqueue(now: Us, task: number, at = now): void {
    this.#metrics.addLevel(this.#m.queued, now, 1);
    this.#metrics.addLevel(this.#m.chunks, now, this.tasks.columns.waiting[task]!);
    this.work.waits(task, this.tasks.columns.waiting[task]!);
    if (at <= now) this.#queue.push(now, task);
    else this.#delayed.push(at, this.#delays++, task);
  }

  #start(now: Us, task: number, chunks: number, worker: number): void {
    const c = this.tasks.columns;
    const first = c.firstChunk[task]! + c.chunks[task]! - c.waiting[task]!;
    const attempt = this.#attempts.open(now, task, worker, chunks, first);
    c.waiting[task]! -= chunks;
    c.running[task]! += chunks;
    this.#metrics.addLevel(this.#m.chunks, now, -chunks);
    this.work.waits(task, -chunks);
    this.#metrics.addLevel(this.#running[c.lane[task]!]!, now, chunks);
    if (c.waiting[task] === 0) this.#metrics.addLevel(this.#m.queued, now, -1);
    if (this.#watchLeases && this.#nextCheck === Infinity) this.#nextCheck = now + this.#params.leaseCheck;
    this.#ports.start(attempt);
  }

  /** Takes an attempt off its worker. */
  #finish(now: Us, attempt: number): void {
    const a = this.#attempts.columns;
    const c = this.tasks.columns;
    const task = a.task[attempt]!;
    const chunks = a.chunks[attempt]!;
    this.#farm.release(now, task, a.worker[attempt]!, chunks);
    c.running[task]! -= chunks;
    this.#metrics.addLevel(this.#running[c.lane[task]!]!, now, -chunks);
    this.#attempts.close(attempt);
  }

  /** Chunks of a task are encoded: its root has one thing less to wait for. */
  #count(task: number, first: number, chunks: number): void {
    const c = this.tasks.columns;
    const root = c.parent[task]! < 0 ? task : c.parent[task]!;
    c.done[root]! += chunks;
    this.#metrics.add(this.#m.encoded, this.work.encoded(task, first, chunks));
  }

  /** Chunks came to nothing: they become a task of their own, or are set aside. */
  #tryAgain(now: Us, task: number, first: number, chunks: number, costsTry: boolean): void {
    const c = this.tasks.columns;
    const root = c.parent[task]! < 0 ? task : c.parent[task]!;
    const tries = c.tries[task]! + (costsTry ? 1 : 0);
    const isHeld = costsTry && tries >= this.#holdAfter;
    if (tries >= this.#params.tries && !isHeld) {
      c.aside[root]! += chunks;
      this.#metrics.add(this.#m.setAside, chunks);
      this.#metrics.add(this.#m.given, this.work.setAside(task, first, chunks));
      return;
    }
    const piece = this.tasks.open();
    for (const name of INHERITED) c[name][piece] = c[name][task]!;
    c.chunks[piece] = chunks;
    c.firstChunk[piece] = first;
    const hasLast = first + chunks === c.firstChunk[task]! + c.chunks[task]!;
    c.lastShare[piece] = hasLast ? c.lastShare[task]! : 1;
    c.waiting[piece] = chunks;
    c.running[piece] = 0;
    c.done[piece] = 0;
    c.aside[piece] = 0;
    c.parent[piece] = root;
    c.tries[piece] = tries;
    if (isHeld) {
      this.#held.push(piece);
      this.#metrics.addLevel(this.#m.held, now, 1);
      return;
    }
    const wait = costsTry ? this.#params.backoff * 2 ** (tries - 1) : 0;
    this.#enqueue(now, piece, now + wait);
  }

  /** Closes what has nothing left to wait for: a piece, and the task it is of. */
  #settle(task: number): void {
    const c = this.tasks.columns;
    const parent = c.parent[task]!;
    if (parent >= 0 && c.waiting[task] === 0 && c.running[task] === 0) this.#closeTask(task);
    const root = parent < 0 ? task : parent;
    if (c.done[root]! + c.aside[root]! < c.chunks[root]!) return;
    this.#ports.taskEnded(root, c.aside[root] === 0);
    this.#closeTask(root);
  }

  #closeTask(task: number): void {
    this.tasks.columns.chunks[task] = 0;
    this.tasks.close(task);
  }

  /** Takes back what a worker has, if it was last heard of before a time. */
  #takeBack(now: Us, worker: number, reason: number, heardBefore: Us): void {
    const a = this.#attempts.columns;
    let attempt = this.#attempts.firstOf(worker);
    while (attempt >= 0) {
      const next = a.next[attempt]!;
      if (this.#attempts.heardOf(attempt) < heardBefore) {
        const task = a.task[attempt]!;
        const chunks = a.chunks[attempt]!;
        this.#metrics.add(this.#failures[reason]!, chunks);
        this.#finish(now, attempt);
        this.#tryAgain(now, task, a.first[attempt]!, chunks, reason !== RECLAIMED);
        this.#settle(task);
      }
      attempt = next;
    }
  }

  #checkLeases(now: Us): void {
    for (let worker = 0; worker < this.#attempts.workers; worker++) {
      this.#takeBack(now, worker, LOST, now - this.#params.lease);
    }
    this.#nextCheck = this.#attempts.size > 0 ? now + this.#params.leaseCheck : Infinity;
  }
}

const LOST = FAILURES.indexOf('lost');
const RECLAIMED = FAILURES.indexOf('reclaimed');
/** What a piece has of the task it is of. */
const INHERITED = [
  'video', 'codec', 'later', 'rung', 'topRung', 'priority', 'user', 'chunkPixels', 'chunkDecodePixels',
  'leadPixels', 'chunkUs', 'content', 'deadline', 'lane', 'submittedAt',
] as const;
