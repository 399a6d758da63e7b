import type { Us } from '../models/core/units.ts';

/** A time in which something in a scope is slow. */
export interface SlowSpell<Scope> {
  readonly scope: Scope;
  readonly from: Us;
  readonly until: Us;
  readonly ramp: Us;
  readonly factor: number;
}

/** Times in which parts of a service are slow; those that overlap multiply. */
export class SlowSpells<Scope> {
  #spells: readonly SlowSpell<Scope>[] = [];

  begin(spell: SlowSpell<Scope>): void {
    this.#spells = [...this.#spells, spell];
  }

  /** Times the usual that work takes which begins now, by the spells whose scope it is in. */
  slowness(now: Us, isIn: (scope: Scope) => boolean): number {
    let times = 1;
    for (const { scope, from, until, ramp, factor } of this.#spells) {
      if (now < from || now >= until || !isIn(scope)) continue;
      const strength = ramp > 0 ? Math.min(1, (now - from) / ramp) : 1;
      times *= 1 + (factor - 1) * strength;
    }
    return times;
  }

  get isEmpty(): boolean {
    return this.#spells.length === 0;
  }

  save(): readonly SlowSpell<Scope>[] {
    return this.#spells;
  }

  restore(spells: readonly SlowSpell<Scope>[]): void {
    this.#spells = spells;
  }
}
