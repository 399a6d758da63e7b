/** Columns of numbers by name: made, reset, copied and put back together. */
export class NumberColumns<Name extends string> {
  readonly #columns: ReadonlyMap<Name, Float64Array>;
  readonly #initial: readonly number[];
  readonly #byIndex: readonly Float64Array[];

  /** One column a name, `slots` long, filled with its initial value. */
  constructor(slots: number, initial: Readonly<Record<Name, number>>) {
    const names = Object.keys(initial) as Name[];
    this.#initial = names.map((name) => initial[name]);
    this.#byIndex = this.#initial.map((value) => new Float64Array(slots).fill(value));
    this.#columns = new Map(names.map((name, i) => [name, this.#byIndex[i]!]));
  }

  /** The column itself: what is written to it stays. */
  of(name: Name): Float64Array {
    return this.#columns.get(name)!;
  }

  /** Puts the initial values into a slot. */
  reset(slot: number): void {
    for (let i = 0; i < this.#byIndex.length; i++) this.#byIndex[i]![slot] = this.#initial[i]!;
  }

  /** A copy of all columns, by names that start with `prefix`. */
  save(prefix: string): Record<string, Float64Array> {
    return Object.fromEntries([...this.#columns].map(([name, column]) => [prefix + name, column.slice()]));
  }

  /** Puts saved columns of as many slots back. */
  restore(prefix: string, state: Readonly<Record<string, Float64Array>>): void {
    for (const [name, column] of this.#columns) column.set(state[prefix + name]!);
  }
}
