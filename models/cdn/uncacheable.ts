import type { Us } from '../core/units.ts';

/**
 * Objects that may not be kept, remembered for a while (hit-for-miss): those who ask for them do not wait.
 */
export class UncacheableMemory {
  readonly #until = new Map<number, Us>();

  remember(object: number, until: Us): void {
    this.#until.set(object, until);
  }

  has(object: number, now: Us): boolean {
    if (this.#until.size === 0) return false;
    const until = this.#until.get(object);
    if (until === undefined) return false;
    if (now >= until) this.#until.delete(object);
    return now < until;
  }

  forget(object: number): void {
    this.#until.delete(object);
  }

  save(): ReadonlyArray<readonly [object: number, until: Us]> {
    return [...this.#until];
  }

  restore(state: ReadonlyArray<readonly [object: number, until: Us]>): void {
    this.#until.clear();
    for (const [object, until] of state) this.#until.set(object, until);
  }
}
