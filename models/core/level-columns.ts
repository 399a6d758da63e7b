import { GrowableFloat64 } from './growable.ts';
import type { Us } from './units.ts';

/** The extremes that levels held between two marks, in the order they were added; infinite where none. */
export interface LevelExtremes {
  readonly least: Float64Array;
  readonly most: Float64Array;
}

/** How long the levels of a metric set stood at what: columns by handle, which other metrics leave empty. */
export class LevelColumns {
  /** Handles of the levels, in the order they were added. */
  readonly handles: number[] = [];
  // Value times microseconds so far, since when the value stands, and the extremes since the last mark.
  readonly #areas = new GrowableFloat64(64);
  readonly #since = new GrowableFloat64(64);
  readonly #least = new GrowableFloat64(64);
  readonly #most = new GrowableFloat64(64);

  /** Makes room for the next handle, and follows it if it is a level. */
  add(isLevel: boolean): void {
    if (isLevel) this.handles.push(this.#areas.length);
    this.#areas.push(0);
    this.#since.push(0);
    this.#least.push(Infinity);
    this.#most.push(-Infinity);
  }

  /** Accounts for the time a level has stood at `value`, up to `now`. */
  hold(handle: number, now: Us, value: number): void {
    const heldUs = now - this.#since.array[handle]!;
    if (heldUs <= 0) return;
    this.#areas.array[handle]! += value * heldUs;
    this.#since.array[handle] = now;
    if (value < this.#least.array[handle]!) this.#least.array[handle] = value;
    if (value > this.#most.array[handle]!) this.#most.array[handle] = value;
  }

  /** Takes over what was accounted for elsewhere until `now`. */
  absorb(handle: number, now: Us, area: number, least: number, most: number): void {
    this.#areas.array[handle]! += area;
    this.#since.array[handle] = now;
    this.#least.array[handle] = Math.min(this.#least.array[handle]!, least);
    this.#most.array[handle] = Math.max(this.#most.array[handle]!, most);
  }

  /** Areas so far, in the order of `handles`. */
  areas(): Float64Array {
    return this.#column(this.#areas);
  }

  /** The extremes since they were taken last; they begin anew. */
  takeExtremes(): LevelExtremes {
    const taken = { least: this.#column(this.#least), most: this.#column(this.#most) };
    for (const handle of this.handles) {
      this.#least.array[handle] = Infinity;
      this.#most.array[handle] = -Infinity;
    }
    return taken;
  }

  /** A copy of the columns. */
  save(): readonly Float64Array[] {
    return this.#columns().map((column) => column.slice(0));
  }

  /** Puts copied columns back. */
  restore(columns: readonly Float64Array[]): void {
    this.#columns().forEach((column, i) => column.replace(columns[i]!));
  }

  #columns(): readonly GrowableFloat64[] {
    return [this.#areas, this.#since, this.#least, this.#most];
  }

  #column(of: GrowableFloat64): Float64Array {
    return Float64Array.from(this.handles, (handle) => of.array[handle]!);
  }
}
