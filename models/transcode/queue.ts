import { assert } from '../core/assert.ts';
import { GrowableFloat64 } from '../core/growable.ts';
import type { Us } from '../core/units.ts';
import type { QueueParams } from './params.ts';
import { PRIORITIES, type TaskTable } from './task.ts';
import { TaskHeap, type TaskHeapState } from './task-heap.ts';

/** Copied state of a queue. */
export interface TaskQueueState {
  readonly heaps: readonly TaskHeapState[];
  readonly pushed: number;
  readonly virtual: Float64Array;
  readonly finishTags: readonly Float64Array[];
  readonly policy: QueuePolicy;
}

/** How tasks are chosen, which people may change while there is a queue. */
export interface QueuePolicy {
  readonly order: QueueParams['order'];
  /** Number of the tier whose tasks go into the first class; -1 for none. */
  readonly firstTier: number;
  /** Whether tasks of imports go into the last class. */
  readonly importsLast: boolean;
}

/** What the queue knows of users, by their number. */
export interface QueueUsers {
  /** Share of a user under `fair`. */
  weightOf(user: number): number;
  /** Number of a user's tier; -1 for one who imports. */
  tierOf(user: number): number;
}

/**
 * Tasks that wait for a worker: a heap for each lane and priority class, in the order of the discipline.
 *
 * - `fifo`: first come, first served.
 * - `edf`: earliest deadline first.
 * - `smallest`: the video with the least work first, whatever is done of it.
 * - `srpt`: the task with the least work that has not started yet first; a smaller one that comes takes the
 *   next worker, so that preemption is between chunks.
 * - `fair`: start-time fair queueing (Goyal, Vin and Cheng, SIGCOMM 1996) over users: a task starts, in
 *   virtual time, when its user's last one ended, and lasts its work over the user's weight; the smallest
 *   start tag goes first.
 *
 * Classes are strict without aging; with it, a class counts as one better for every span that the first task
 * of its heap has waited.
 */
export class TaskQueue {
  readonly #tasks: TaskTable;
  readonly #params: QueueParams;
  /** By lane, then class. */
  readonly #heaps: TaskHeap[];
  /** Work of a video's whole and weight of a user, for the disciplines that ask. */
  readonly #workOf: (task: number) => number;
  readonly #users: QueueUsers;
  #policy: QueuePolicy;
  #pushed = 0;
  /**
   * By heap: start tag of the task that was last given a worker, and where each user's next one starts. A
   * class that never waits would otherwise run ahead with the time of those that do.
   */
  readonly #virtual: Float64Array;
  readonly #finishTags: readonly GrowableFloat64[];

  /** `workOf`: size of the video that a task belongs to. */
  constructor(
    tasks: TaskTable, lanes: number, params: QueueParams, workOf: (task: number) => number,
    users: QueueUsers,
  ) {
    this.#tasks = tasks;
    this.#params = params;
    this.#workOf = workOf;
    this.#users = users;
    this.#policy = { order: params.order, firstTier: -1, importsLast: false };
    this.#heaps = Array.from({ length: lanes * CLASSES }, () => new TaskHeap());
    this.#virtual = new Float64Array(lanes * CLASSES);
    this.#finishTags = this.#heaps.map(() => new GrowableFloat64(64));
  }

  /** Tasks that wait in all lanes. */
  get size(): number {
    let size = 0;
    for (const heap of this.#heaps) size += heap.size;
    return size;
  }

  /** Adds a task that has chunks waiting. */
  push(now: Us, task: number): void {
    const c = this.#tasks.columns;
    assert(c.waiting[task]! > 0, 'a task that waits has chunks waiting', { task });
    c.queuedAt[task] = now;
    this.#classify(task);
    const at = c.lane[task]! * CLASSES + c.priority[task]!;
    this.#heaps[at]!.push(this.#keyOf(now, task, at), this.#pushed++, task);
  }

  /**
   * From now on tasks are chosen otherwise: those that wait are put in order anew, and under `fair` every
   * user begins anew.
   */
  choose(policy: Partial<QueuePolicy>): void {
    this.#policy = { ...this.#policy, ...policy };
    const c = this.#tasks.columns;
    const waiting: { readonly task: number; readonly order: number }[] = [];
    for (const heap of this.#heaps) {
      const { tasks, orders } = heap.save();
      tasks.forEach((task, i) => waiting.push({ task, order: orders[i]! }));
      heap.restore(EMPTY);
    }
    waiting.sort((a, b) => a.order - b.order);
    this.#virtual.fill(0);
    for (const tags of this.#finishTags) tags.length = 0;
    for (const { task } of waiting) {
      this.#classify(task);
      const at = c.lane[task]! * CLASSES + c.priority[task]!;
      this.#heaps[at]!.push(this.#keyOf(c.queuedAt[task]!, task, at), this.#pushed++, task);
    }
  }

  /** The task of a lane that is next, or -1. */
  head(now: Us, lane: number): number {
    const at = this.#classOf(now, lane);
    return at < 0 ? -1 : this.#heaps[at]!.head;
  }

  /** The head of a lane has been given workers for some of its chunks; without any left it is out. */
  started(now: Us, lane: number): void {
    const at = this.#classOf(now, lane);
    const heap = this.#heaps[at]!;
    const task = heap.head;
    const { order } = this.#policy;
    if (order === 'fair') this.#virtual[at] = Math.max(this.#virtual[at]!, heap.headKey);
    if (this.#tasks.columns.waiting[task] === 0) heap.pop();
    else if (order === 'srpt') heap.lowerHead(this.#remaining(task));
  }

  save(): TaskQueueState {
    return {
      heaps: this.#heaps.map((heap) => heap.save()), pushed: this.#pushed, virtual: this.#virtual.slice(),
      finishTags: this.#finishTags.map((tags) => tags.slice(0)), policy: this.#policy,
    };
  }

  restore(state: TaskQueueState): void {
    state.heaps.forEach((heap, i) => this.#heaps[i]!.restore(heap));
    this.#pushed = state.pushed;
    this.#virtual.set(state.virtual);
    state.finishTags.forEach((tags, i) => this.#finishTags[i]!.replace(tags));
    this.#policy = state.policy;
  }

  /** Puts a task into the class that the policy has for it, if it has one. */
  #classify(task: number): void {
    const { firstTier, importsLast } = this.#policy;
    if (firstTier < 0 && !importsLast) return;
    const c = this.#tasks.columns;
    const tier = this.#users.tierOf(c.user[task]!);
    if (tier < 0 && importsLast) c.priority[task] = CLASSES - 1;
    else if (tier >= 0 && tier === firstTier) c.priority[task] = 0;
  }

  #keyOf(now: Us, task: number, at: number): number {
    const c = this.#tasks.columns;
    const { order } = this.#policy;
    switch (order) {
      case 'fifo': return now;
      case 'edf': return c.deadline[task]!;
      case 'smallest': return this.#workOf(task);
      case 'srpt': return this.#remaining(task);
      case 'fair': {
        const user = c.user[task]!;
        const tags = this.#finishTags[at]!;
        while (tags.length <= user) tags.push(0);
        const start = Math.max(this.#virtual[at]!, tags.array[user]!);
        tags.array[user] = start + this.#remaining(task) / this.#users.weightOf(user);
        return start;
      }
      default:
        order satisfies never;
        throw new Error('unreachable');
    }
  }

  #remaining(task: number): number {
    const c = this.#tasks.columns;
    // What waits is the end of a task: its last chunk may be shorter.
    const chunks = c.waiting[task]! - 1 + c.lastShare[task]!;
    return chunks * c.chunkPixels[task]! * c.content[task]!;
  }

  /** Index of the heap whose head is next in a lane, or -1. */
  #classOf(now: Us, lane: number): number {
    const first = lane * CLASSES;
    const { aging } = this.#params;
    let best = -1;
    let bestRank = Infinity;
    for (let i = 0; i < CLASSES; i++) {
      const { head } = this.#heaps[first + i]!;
      if (head < 0) continue;
      if (aging === undefined) return first + i;
      const rank = i - (now - this.#tasks.columns.queuedAt[head]!) / aging;
      if (rank < bestRank) {
        best = first + i;
        bestRank = rank;
      }
    }
    return best;
  }
}

const CLASSES = PRIORITIES.length;
const EMPTY: TaskHeapState = {
  keys: new Float64Array(0), orders: new Float64Array(0), tasks: new Int32Array(0),
};
