import type { RandomStream } from '../models/core/rng.ts';

/** Copied state of the crashing workers of a pool. */
export type PoolCrashesState = ReadonlyArray<readonly [attempt: number, workers: number]>;

/**
 * Which attempts of a pool of workers that are all alike land on those that crash: workers are given out by
 * chance among the idle ones, so that only how many of them are of either kind has to be kept.
 */
export class PoolCrashes {
  readonly #draws: RandomStream;
  /** Crashing workers that each attempt has; none for most. */
  readonly #held = new Map<number, number>();
  #busy = 0;

  constructor(draws: RandomStream) {
    this.#draws = draws;
  }

  /** An attempt takes some of the idle workers, of all of which so many crash; how many of its own do. */
  taken(attempt: number, chunks: number, idle: number, crashing: number): number {
    let bad = Math.min(idle, Math.max(0, crashing - this.#busy));
    if (bad === 0) return 0;
    let taken = 0;
    for (let i = 0; i < chunks; i++) {
      if (this.#draws.uniform() * (idle - i) >= bad) continue;
      taken++;
      bad--;
    }
    if (taken > 0) this.#held.set(attempt, taken);
    this.#busy += taken;
    return taken;
  }

  /** An attempt is over; how many of its workers crashed. */
  ended(attempt: number): number {
    const taken = this.#held.get(attempt) ?? 0;
    this.#held.delete(attempt);
    this.#busy -= taken;
    return taken;
  }

  save(): PoolCrashesState {
    return [...this.#held];
  }

  restore(state: PoolCrashesState): void {
    this.#held.clear();
    this.#busy = 0;
    for (const [attempt, taken] of state) {
      this.#held.set(attempt, taken);
      this.#busy += taken;
    }
  }
}
