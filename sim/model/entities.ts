import { assert } from '../../models/core/assert.ts';
import type { Model, Part } from './model.ts';

/** One attribute of all entities; `array` moves when it grows, so it is read anew each time. */
export interface Column {
  array: Float64Array;
}

/** Entities that come and go, as integers that are reused, with their attributes in columns. */
export class Entities implements Part<SavedEntities> {
  readonly name: string;
  /** Entities there are. */
  size = 0;
  readonly #columns: Record<string, Column> = {};
  /** The free number after this one, or OCCUPIED. */
  #next: Int32Array = new Int32Array(0);
  #firstFree = NONE;

  constructor(model: Model, name: string, attributes: readonly string[]) {
    this.name = name;
    for (const attribute of attributes) this.#columns[attribute] = { array: new Float64Array(0) };
    model.add(this);
  }

  /** The column of an attribute, to be kept; its values are those last set, also for a new entity. */
  column(attribute: string): Column {
    const column = this.#columns[attribute];
    const known = Object.keys(this.#columns).join(', ');
    assert(column !== undefined, `no such attribute; there are ${known}`, { attribute });
    return column;
  }

  /** A new entity. */
  create(): number {
    if (this.#firstFree === NONE) this.#grow();
    const entity = this.#firstFree;
    this.#firstFree = this.#next[entity]!;
    this.#next[entity] = OCCUPIED;
    this.size++;
    return entity;
  }

  /** Ends an entity; its number is dealt again. */
  remove(entity: number): void {
    assert(this.#next[entity] === OCCUPIED, 'the entity is there', { entities: this.name, entity });
    this.#next[entity] = this.#firstFree;
    this.#firstFree = entity;
    this.size--;
  }

  resetStatistics(): void {}

  checkLaws(): void {}

  save(): SavedEntities {
    const columns = Object.entries(this.#columns).map(([name, { array }]) => [name, array.slice()] as const);
    return { size: this.size, firstFree: this.#firstFree, next: this.#next.slice(), columns };
  }

  restore(saved: SavedEntities): void {
    this.size = saved.size;
    this.#firstFree = saved.firstFree;
    this.#next = saved.next.slice();
    for (const [name, array] of saved.columns) this.#columns[name]!.array = array.slice();
  }

  #grow(): void {
    const from = this.#next.length;
    const capacity = Math.max(FIRST_CAPACITY, 2 * from);
    const next = new Int32Array(capacity);
    next.set(this.#next);
    for (let entity = from; entity < capacity; entity++) next[entity] = entity + 1;
    next[capacity - 1] = NONE;
    this.#next = next;
    this.#firstFree = from;
    for (const column of Object.values(this.#columns)) {
      const larger = new Float64Array(capacity);
      larger.set(column.array);
      column.array = larger;
    }
  }
}

/** State of the entities. */
export interface SavedEntities {
  readonly size: number;
  readonly firstFree: number;
  readonly next: Int32Array;
  readonly columns: ReadonlyArray<readonly [string, Float64Array]>;
}

const NONE = -1;
const OCCUPIED = -2;
const FIRST_CAPACITY = 16;
