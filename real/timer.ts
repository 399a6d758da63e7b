import { NEVER, US_PER_MS, type Us } from '../models/core/units.ts';
import type { Clock } from './clock.ts';

/**
 * Wakes a component on the wall clock. A component says by `wakeAt` when it next wants to be woken; its host
 * calls `rearm` after every input, and `wake` is called once that time has come, never before.
 */
export class WakeTimer {
  readonly #clock: Clock;
  readonly #wakeAt: () => Us;
  readonly #wake: (now: Us) => void;
  #armedFor: Us = NEVER;
  #timeout: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(clock: Clock, wakeAt: () => Us, wake: (now: Us) => void) {
    this.#clock = clock;
    this.#wakeAt = wakeAt;
    this.#wake = wake;
  }

  /** Asks the component again; to be called after every input it was given. */
  rearm(): void {
    const at = this.#closed ? NEVER : this.#wakeAt();
    if (at === this.#armedFor) return;
    clearTimeout(this.#timeout);
    this.#armedFor = at;
    if (at !== NEVER) this.#sleep();
  }

  /** Never wakes again. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timeout);
    this.#armedFor = NEVER;
  }

  #sleep(): void {
    const leftMs = Math.ceil((this.#armedFor - this.#clock.now()) / US_PER_MS);
    this.#timeout = setTimeout(() => this.#expired(), Math.min(Math.max(0, leftMs), LONGEST_TIMEOUT_MS));
  }

  #expired(): void {
    const now = this.#clock.now();
    // Node may fire up to a millisecond early, and a long wait is slept in parts.
    if (now < this.#armedFor) return this.#sleep();
    this.#armedFor = NEVER;
    this.#wake(now);
    this.rearm();
  }
}

const LONGEST_TIMEOUT_MS = 2 ** 31 - 1; // above this setTimeout fires at once
