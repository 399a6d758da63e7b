import { assert } from '../../models/core/assert.ts';
import { TimeWeighted, type TimeWeightedState } from '../statistics/time-weighted.ts';
import { OWN_HOOKS, SERVED, type ContinuationCode, type Model, type Part } from './model.ts';
import { Waiters, type SavedWaiters, type Waiter } from './waiters.ts';

/** What a buffer is made of. */
export interface BufferOptions {
  /** Most it holds; unlimited by default. */
  readonly capacity?: number;
  /** What it holds at first; 0 by default. */
  readonly level?: number;
  /** Called when an amount has been handed out. */
  readonly got?: (entity: number, amount: number) => void;
  /** Called when an amount has been taken in. */
  readonly stored?: (entity: number, amount: number) => void;
}

/**
 * An amount of something: who wants more than there is waits, as does who brings more than there is room for.
 */
export class Buffer implements Part<SavedBuffer> {
  readonly name: string;
  readonly capacity: number;
  readonly #model: Model;
  readonly #options: BufferOptions;
  readonly #getters = new Waiters();
  readonly #putters = new Waiters();
  readonly #level: TimeWeighted;
  /** Level by count of what came and went; held against the level at the end of every run. */
  #balance: number;

  constructor(model: Model, name: string, options: BufferOptions = {}) {
    const { capacity = Infinity, level = 0 } = options;
    const fits = level >= 0 && level <= capacity && level < Infinity;
    assert(fits, 'a buffer begins between 0 and its capacity', { name, level });
    this.name = name;
    this.capacity = capacity;
    this.#model = model;
    this.#options = options;
    this.#level = new TimeWeighted(model.now, level);
    this.#balance = level;
    model.add(this);
  }

  /** What it holds. */
  get level(): number {
    return this.#level.level;
  }

  /** Mean over time of what it holds. */
  get meanLevel(): number {
    return this.#level.mean(this.#model.now);
  }

  /** Who waits for an amount, and how long that takes. */
  get getters(): Waiters {
    return this.#getters;
  }

  /** Who waits for room, and how long that takes. */
  get putters(): Waiters {
    return this.#putters;
  }

  /** Asks for an amount; it is handed out as a whole, in order of asking. */
  get(entity: number, amount: number, then: ContinuationCode = OWN_HOOKS): void {
    this.#assertFits(amount);
    this.#getters.add({ entity, subject: amount, since: this.#model.now, then });
    this.#settle();
  }

  /** Brings an amount; it is taken in as a whole, in order of bringing. */
  put(entity: number, amount: number, then: ContinuationCode = OWN_HOOKS): void {
    this.#assertFits(amount);
    this.#putters.add({ entity, subject: amount, since: this.#model.now, then });
    this.#settle();
  }

  /** Lets an entity that waits here give up; false when it does not wait. */
  cancel(entity: number): boolean {
    const waited = this.#getters.cancel(entity) || this.#putters.cancel(entity);
    if (waited) this.#settle();
    return waited;
  }

  resetStatistics(): void {
    this.#level.reset(this.#model.now);
    this.#getters.waiting.reset();
    this.#putters.waiting.reset();
  }

  checkLaws(): void {
    const { name, level, capacity } = this;
    const balance = this.#balance;
    assert(level >= 0 && level <= capacity, 'a buffer holds 0 to its capacity', { name, level, capacity });
    const kept = Math.abs(level - balance) <= 1e-9 * Math.max(1, level);
    assert(kept, 'conservation of amounts', { name, level, balance });
  }

  save(): SavedBuffer {
    return {
      level: this.#level.save(),
      balance: this.#balance,
      getters: this.#getters.save(),
      putters: this.#putters.save(),
    };
  }

  restore(saved: SavedBuffer): void {
    this.#level.restore(saved.level);
    this.#balance = saved.balance;
    this.#getters.restore(saved.getters);
    this.#putters.restore(saved.putters);
  }

  #assertFits(amount: number): void {
    const fits = amount >= 0 && amount <= this.capacity;
    assert(fits, 'an amount that the buffer can hold', { buffer: this.name, amount });
  }

  /** Hands out and takes in as long as the first of a line can have its turn. Hooks may come back here. */
  #settle(): void {
    for (;;) {
      const putter = this.#putters.first;
      const getter = this.#getters.first;
      if (putter !== undefined && this.level + putter.subject <= this.capacity) {
        this.#serve(this.#putters, putter, putter.subject, this.#options.stored);
      } else if (getter !== undefined && getter.subject <= this.level) {
        this.#serve(this.#getters, getter, -getter.subject, this.#options.got);
      } else return;
    }
  }

  #serve(line: Waiters, waiter: Waiter, change: number, hook: BufferOptions['got']): void {
    const { now, continuations } = this.#model;
    line.serve(waiter, now);
    this.#level.add(now, change);
    this.#balance += change;
    if (waiter.then === OWN_HOOKS) hook?.(waiter.entity, waiter.subject);
    else continuations[waiter.then]!(waiter.entity, SERVED, waiter.subject);
  }
}

/** State of a buffer. */
export interface SavedBuffer {
  readonly level: TimeWeightedState;
  readonly balance: number;
  readonly getters: SavedWaiters;
  readonly putters: SavedWaiters;
}
