import type { Us } from '../../core/units.ts';

/**
 * Servers that work off what they are asked for in turn, as columns: when each will be idle, and how long
 * it has been busy. Work is known when it comes, so that a wait is a subtraction and needs no event: a FIFO
 * queue of one server, each.
 */
export class QueueLines {
  /** When each is idle again. [us] */
  readonly #idleAt: Float64Array;
  /** Work taken on so far. [us] */
  readonly #work: Float64Array;

  constructor(count: number) {
    this.#idleAt = new Float64Array(count);
    this.#work = new Float64Array(count);
  }

  /** Work still to do at `now`: how long a newcomer waits. [us] */
  backlog(line: number, now: Us): Us {
    return Math.max(0, this.#idleAt[line]! - now);
  }

  /** Takes on work; how long it waits before it is begun. [us] */
  take(line: number, now: Us, workUs: number): Us {
    const waitUs = Math.max(0, this.#idleAt[line]! - now);
    this.#idleAt[line] = now + waitUs + workUs;
    this.#work[line]! += workUs;
    return waitUs;
  }

  /** Counts work that nobody queues for: it is done as it comes. */
  count(line: number, workUs: number): void {
    this.#work[line]! += workUs;
  }

  /** Work done up to `now`. [us] */
  done(line: number, now: Us): number {
    return this.#work[line]! - this.backlog(line, now);
  }

  save(): { readonly idleAt: Float64Array; readonly work: Float64Array } {
    return { idleAt: this.#idleAt.slice(), work: this.#work.slice() };
  }

  restore(state: { readonly idleAt: Float64Array; readonly work: Float64Array }): void {
    this.#idleAt.set(state.idleAt);
    this.#work.set(state.work);
  }
}
