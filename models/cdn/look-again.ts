import { NO_ROW } from '../core/row-lists.ts';
import { NEVER, type Us } from '../core/units.ts';
import type { NodeBehaviour } from './behaviour.ts';
import { ColumnHeap } from './policy/heap.ts';
import type { EvictionPolicyState } from './policy/policy.ts';
import { StateReader, StateWriter } from './policy/state.ts';

/** When the requests that wait, by row, look again whether what they wait for has come. */
export class LookAgain {
  readonly #behaviour: NodeBehaviour;
  readonly #heap = new ColumnHeap(64);

  constructor(behaviour: NodeBehaviour) {
    this.#behaviour = behaviour;
  }

  /** The request looks again at this time. */
  at(row: number, us: Us): void {
    if (us === NEVER) return;
    if (row >= this.#heap.room) this.#heap.grow(2 * row);
    this.#heap.put(row, us);
  }

  /** The request looks again at the next step of its own waiting, or when it has waited long enough. */
  atNextStep(row: number, now: Us, since: Us): void {
    const { waitPoll, waitTimeout } = this.#behaviour;
    const steps = Math.floor((now - since) / waitPoll) + 1;
    this.at(row, Math.min(since + steps * waitPoll, Math.max(now, since + waitTimeout)));
  }

  /** The request need not look again. */
  cancel(row: number): void {
    if (this.#heap.has(row)) this.#heap.remove(row);
  }

  /** Takes a request whose time has come, in the order of times; NO_ROW when there is none. */
  takeDue(now: Us): number {
    const row = this.#heap.first;
    if (row === NO_ROW || this.#heap.keyOf(row) > now) return NO_ROW;
    this.#heap.remove(row);
    return row;
  }

  /** The next time that comes; NEVER when none does. */
  next(): Us {
    const row = this.#heap.first;
    return row === NO_ROW ? NEVER : this.#heap.keyOf(row);
  }

  save(): EvictionPolicyState {
    const writer = new StateWriter();
    this.#heap.save(writer);
    return writer.state;
  }

  restore(state: EvictionPolicyState): void {
    this.#heap.restore(new StateReader(state));
  }
}
