import { assert } from '../../models/core/assert.ts';
import { TimeWeighted, type TimeWeightedState } from '../statistics/time-weighted.ts';
import { OWN_HOOKS, SERVED, type ContinuationCode, type Model, type Part } from './model.ts';
import { Waiters, type SavedWaiters } from './waiters.ts';

/** What a store is made of. */
export interface StoreOptions<Item> {
  /** Most items it holds; unlimited by default. */
  readonly capacity?: number;
  /**
   * Whether an item will do for an entity, by the number that get() is given; the first filter takes any
   * item.
   */
  readonly filters?: readonly ((item: Item, entity: number) => boolean)[];
  /** Called when an item has been handed out. */
  readonly got?: (entity: number, item: Item) => void;
  /** Called when an item has been taken in. */
  readonly stored?: (entity: number, item: Item) => void;
}

/** Number of the filter that takes any item; the filters of the options are numbered from 1. */
export const ANY_ITEM = 0;

/**
 * Distinct items: who asks gets the oldest one that will do, and waits while there is none. Items are
 * immutable.
 */
export class Store<Item = number> implements Part<SavedStore<Item>> {
  readonly name: string;
  readonly capacity: number;
  readonly #model: Model;
  readonly #options: StoreOptions<Item>;
  readonly #getters = new Waiters();
  readonly #putters = new Waiters();
  readonly #size: TimeWeighted;
  #items: Item[] = [];
  /** Items brought by those in #putters, in the same order. */
  #brought: Item[] = [];
  #lastHandedOut: Item | undefined;

  constructor(model: Model, name: string, options: StoreOptions<Item> = {}) {
    this.name = name;
    this.capacity = options.capacity ?? Infinity;
    assert(this.capacity > 0, 'a store has room for an item', { name, capacity: this.capacity });
    this.#model = model;
    this.#options = options;
    this.#size = new TimeWeighted(model.now, 0);
    model.add(this);
  }

  /** What is in store, the oldest first. */
  get items(): readonly Item[] {
    return this.#items;
  }

  /** The item that was handed out last: what a continuation has got. */
  get lastHandedOut(): Item | undefined {
    return this.#lastHandedOut;
  }

  /** Mean over time of the number of items. */
  get meanSize(): number {
    return this.#size.mean(this.#model.now);
  }

  /** Who waits for an item, and how long that takes. */
  get getters(): Waiters {
    return this.#getters;
  }

  /** Who waits for room, and how long that takes. */
  get putters(): Waiters {
    return this.#putters;
  }

  /** Asks for an item that will do; one who can be served is served, also before others who cannot. */
  get(entity: number, filter = ANY_ITEM, then: ContinuationCode = OWN_HOOKS): void {
    const known = filter === ANY_ITEM || this.#options.filters?.[filter - 1] !== undefined;
    assert(known, 'no filter of this number', { store: this.name, filter });
    this.#getters.add({ entity, subject: filter, since: this.#model.now, then });
    this.#settle();
  }

  /** Brings an item; it waits outside while the store is full. */
  put(entity: number, item: Item, then: ContinuationCode = OWN_HOOKS): void {
    this.#putters.add({ entity, subject: 0, since: this.#model.now, then });
    this.#brought.push(item);
    this.#settle();
  }

  /** Lets an entity that waits for an item give up; false when it does not wait. */
  cancel(entity: number): boolean {
    return this.#getters.cancel(entity);
  }

  resetStatistics(): void {
    this.#size.reset(this.#model.now);
    this.#getters.waiting.reset();
    this.#putters.waiting.reset();
  }

  checkLaws(): void {
    const { name, capacity } = this;
    const [size, level] = [this.#items.length, this.#size.level];
    assert(size <= capacity && size === level, 'a store counts its items', { name, size, level, capacity });
    assert(this.#brought.length === this.#putters.size, 'who waits for room has an item', { name });
  }

  save(): SavedStore<Item> {
    return {
      items: [...this.#items],
      brought: [...this.#brought],
      size: this.#size.save(),
      getters: this.#getters.save(),
      putters: this.#putters.save(),
    };
  }

  restore(saved: SavedStore<Item>): void {
    this.#items = [...saved.items];
    this.#brought = [...saved.brought];
    this.#size.restore(saved.size);
    this.#getters.restore(saved.getters);
    this.#putters.restore(saved.putters);
  }

  #settle(): void {
    while (this.#takeIn() || this.#handOut());
  }

  #takeIn(): boolean {
    const putter = this.#putters.first;
    if (putter === undefined || this.#items.length >= this.capacity) return false;
    const { now, continuations } = this.#model;
    this.#putters.serve(putter, now);
    const item = this.#brought.shift()!;
    this.#items.push(item);
    this.#size.set(now, this.#items.length);
    if (putter.then === OWN_HOOKS) this.#options.stored?.(putter.entity, item);
    else continuations[putter.then]!(putter.entity, SERVED, 0);
    return true;
  }

  #handOut(): boolean {
    const { now, continuations } = this.#model;
    for (const getter of this.#getters.all) {
      const index = this.#items.findIndex((item) => this.#willDo(getter.subject, item, getter.entity));
      if (index < 0) continue;
      this.#getters.serve(getter, now);
      const [item] = this.#items.splice(index, 1) as [Item];
      this.#size.set(now, this.#items.length);
      this.#lastHandedOut = item;
      if (getter.then === OWN_HOOKS) this.#options.got?.(getter.entity, item);
      else continuations[getter.then]!(getter.entity, SERVED, getter.subject);
      return true;
    }
    return false;
  }

  #willDo(filter: number, item: Item, entity: number): boolean {
    return filter === ANY_ITEM || this.#options.filters![filter - 1]!(item, entity);
  }
}

/** State of a store. */
export interface SavedStore<Item> {
  readonly items: readonly Item[];
  readonly brought: readonly Item[];
  readonly size: TimeWeightedState;
  readonly getters: SavedWaiters;
  readonly putters: SavedWaiters;
}
