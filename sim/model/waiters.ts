import type { Us } from '../../models/core/units.ts';
import { Tally, type TallyState } from '../statistics/tally.ts';
import type { ContinuationCode } from './model.ts';

/** One who waits at a buffer, a store or an event. */
export interface Waiter {
  readonly entity: number;
  /** How much, or which filter. */
  readonly subject: number;
  readonly since: Us;
  readonly then: ContinuationCode;
}

/** Those who wait in order of arrival, and how long it took them. */
export class Waiters {
  /** Time waited by those whose turn came, those who need not wait included. [us] */
  readonly waiting = new Tally();
  #queue: Waiter[] = [];

  get size(): number {
    return this.#queue.length;
  }

  /** Who has waited longest. */
  get first(): Waiter | undefined {
    return this.#queue[0];
  }

  /** All of them, the first first. */
  get all(): readonly Waiter[] {
    return this.#queue;
  }

  add(waiter: Waiter): void {
    this.#queue.push(waiter);
  }

  /** Takes out one whose turn has come. */
  serve(waiter: Waiter, now: Us): void {
    this.#queue.splice(this.#queue.indexOf(waiter), 1);
    this.waiting.add(now - waiter.since);
  }

  /** Takes out all; their turn has come. */
  serveAll(now: Us): readonly Waiter[] {
    const all = this.#queue;
    this.#queue = [];
    for (const waiter of all) this.waiting.add(now - waiter.since);
    return all;
  }

  /** Takes out one who gives up; false when that entity does not wait. */
  cancel(entity: number): boolean {
    const index = this.#queue.findIndex((waiter) => waiter.entity === entity);
    if (index < 0) return false;
    this.#queue.splice(index, 1);
    return true;
  }

  save(): SavedWaiters {
    return { queue: this.#queue.map((waiter) => ({ ...waiter })), waiting: this.waiting.save() };
  }

  restore(saved: SavedWaiters): void {
    this.#queue = saved.queue.map((waiter) => ({ ...waiter }));
    this.waiting.restore(saved.waiting);
  }
}

/** State of a line of waiters. */
export interface SavedWaiters {
  readonly queue: readonly Waiter[];
  readonly waiting: TallyState;
}
