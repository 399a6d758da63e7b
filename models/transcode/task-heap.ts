import { assert } from '../core/assert.ts';

/** Copied state of a heap of tasks. */
export interface TaskHeapState {
  readonly keys: Float64Array;
  readonly orders: Float64Array;
  readonly tasks: Int32Array;
}

/**
 * Tasks by ascending key, those of equal key in the order given: a binary heap on typed arrays, O(log n) for
 * a push or a pop; a push whose key is the largest so far is O(1).
 */
export class TaskHeap {
  #keys: Float64Array;
  #orders: Float64Array;
  #tasks: Int32Array;
  #size = 0;

  constructor(capacity = 64) {
    this.#keys = new Float64Array(capacity);
    this.#orders = new Float64Array(capacity);
    this.#tasks = new Int32Array(capacity);
  }

  get size(): number {
    return this.#size;
  }

  /** The first task, or -1. */
  get head(): number {
    return this.#size === 0 ? -1 : this.#tasks[0]!;
  }

  /** Key of the first task, or Infinity. */
  get headKey(): number {
    return this.#size === 0 ? Infinity : this.#keys[0]!;
  }

  push(key: number, order: number, task: number): void {
    if (this.#size === this.#tasks.length) this.#grow();
    this.#riseFrom(this.#size++, key, order, task);
  }

  /** Takes the first task out. */
  pop(): number {
    assert(this.#size > 0, 'a task is taken from a heap that has one');
    const task = this.#tasks[0]!;
    const last = --this.#size;
    if (last > 0) this.#sinkFrom(0, this.#keys[last]!, this.#orders[last]!, this.#tasks[last]!);
    return task;
  }

  /** Gives the first task a smaller key; it stays the first. */
  lowerHead(key: number): void {
    assert(this.#size > 0 && key <= this.#keys[0]!, 'the key of the head goes down', { key });
    this.#keys[0] = key;
  }

  save(): TaskHeapState {
    const n = this.#size;
    return { keys: this.#keys.slice(0, n), orders: this.#orders.slice(0, n), tasks: this.#tasks.slice(0, n) };
  }

  restore({ keys, orders, tasks }: TaskHeapState): void {
    while (this.#tasks.length < tasks.length) this.#grow();
    this.#keys.set(keys);
    this.#orders.set(orders);
    this.#tasks.set(tasks);
    this.#size = tasks.length;
  }

  // Both move the hole instead of swapping: one store per level rather than two.
  #riseFrom(at: number, key: number, order: number, task: number): void {
    const keys = this.#keys;
    const orders = this.#orders;
    const tasks = this.#tasks;
    let hole = at;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      const above = keys[parent]!;
      if (above < key || (above === key && orders[parent]! < order)) break;
      keys[hole] = above;
      orders[hole] = orders[parent]!;
      tasks[hole] = tasks[parent]!;
      hole = parent;
    }
    keys[hole] = key;
    orders[hole] = order;
    tasks[hole] = task;
  }

  #sinkFrom(at: number, key: number, order: number, task: number): void {
    const keys = this.#keys;
    const orders = this.#orders;
    const tasks = this.#tasks;
    const size = this.#size;
    let hole = at;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= size) break;
      const right = child + 1;
      if (right < size && (keys[right]! < keys[child]!
        || (keys[right] === keys[child] && orders[right]! < orders[child]!))) child = right;
      const below = keys[child]!;
      if (key < below || (key === below && order < orders[child]!)) break;
      keys[hole] = below;
      orders[hole] = orders[child]!;
      tasks[hole] = tasks[child]!;
      hole = child;
    }
    keys[hole] = key;
    orders[hole] = order;
    tasks[hole] = task;
  }

  #grow(): void {
    const capacity = 2 * this.#tasks.length;
    const keys = new Float64Array(capacity);
    const orders = new Float64Array(capacity);
    const tasks = new Int32Array(capacity);
    keys.set(this.#keys);
    orders.set(this.#orders);
    tasks.set(this.#tasks);
    this.#keys = keys;
    this.#orders = orders;
    this.#tasks = tasks;
  }
}
