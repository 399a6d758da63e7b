/** Copied state of the names of slices: object and place of each, in the order of their naming. */
export interface SliceNamesState {
  readonly object: readonly number[];
  readonly index: readonly number[];
}

/** Slices of objects as objects of their own: interned integers, from 0 in the order they are asked for. */
export class SliceNames {
  #object: number[] = [];
  #index: number[] = [];
  readonly #names = new Map<number, Map<number, number>>();

  /** Name of a slice of an object, the first one being 0. */
  nameOf(object: number, index: number): number {
    const known = this.find(object, index);
    if (known !== undefined) return known;
    const name = this.#object.push(object) - 1;
    this.#index.push(index);
    this.#note(name);
    return name;
  }

  /** The same where it has one already. */
  find(object: number, index: number): number | undefined {
    return this.#names.get(object)?.get(index);
  }

  /** Names of all slices of an object that were asked for, in that order. */
  of(object: number): readonly number[] {
    return [...this.#names.get(object)?.values() ?? []];
  }

  objectOf(name: number): number {
    return this.#object[name]!;
  }

  indexOf(name: number): number {
    return this.#index[name]!;
  }

  save(): SliceNamesState {
    return { object: [...this.#object], index: [...this.#index] };
  }

  restore(state: SliceNamesState): void {
    this.#object = [...state.object];
    this.#index = [...state.index];
    this.#names.clear();
    this.#object.forEach((_object, name) => this.#note(name));
  }

  #note(name: number): void {
    const object = this.#object[name]!;
    const slices = this.#names.get(object) ?? new Map<number, number>();
    this.#names.set(object, slices.set(this.#index[name]!, name));
  }
}
