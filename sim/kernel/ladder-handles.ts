import { FREE, type EventHandle, type SavedEventList } from './event-list.ts';

/**
 * What a ladder keeps of each event besides its time, in 24 bytes by handle: entity, detail, code and a tag.
 * A tag is a number above 0 dealt anew at each scheduling; a record that bears another one is stale. A free
 * handle has the tag 0 and, in place of the code, the free handle after it.
 */
export class LadderHandles {
  /** Handle h has its entity at 3h and its detail at 3h + 1. */
  #columns = new Float64Array(3 * FIRST_CAPACITY);
  /** The same memory: handle h has its code at 6h + CODE and its tag at 6h + TAG. */
  #words = new Int32Array(this.#columns.buffer);
  #firstFree: EventHandle = NONE;

  constructor() {
    this.#chainFree(0);
  }

  /** Takes a free handle for an event with this tag. */
  take(code: number, entity: number, detail: number, tag: number): EventHandle {
    if (this.#firstFree === NONE) this.#grow();
    const handle = this.#firstFree;
    const words = this.#words;
    const columns = this.#columns;
    this.#firstFree = words[6 * handle + CODE]!;
    words[6 * handle + CODE] = code;
    words[6 * handle + TAG] = tag;
    columns[3 * handle] = entity;
    columns[3 * handle + 1] = detail;
    return handle;
  }

  /** Gives a handle back; its tag no longer fits any record. */
  free(handle: EventHandle): void {
    const words = this.#words;
    words[6 * handle + CODE] = this.#firstFree;
    words[6 * handle + TAG] = 0;
    this.#firstFree = handle;
  }

  /** Whether the handle names a pending event; false for anything else that a caller may hand in. */
  isPending(handle: EventHandle): boolean {
    return Number.isInteger(handle) && this.#words[6 * handle + TAG]! > 0;
  }

  /** Tag of the pending event, or 0 where the handle is free. */
  tag(handle: EventHandle): number {
    return this.#words[6 * handle + TAG]!;
  }

  setTag(handle: EventHandle, tag: number): void {
    this.#words[6 * handle + TAG] = tag;
  }

  code(handle: EventHandle): number {
    return this.#words[6 * handle + CODE]!;
  }

  entity(handle: EventHandle): number {
    return this.#columns[3 * handle]!;
  }

  detail(handle: EventHandle): number {
    return this.#columns[3 * handle + 1]!;
  }

  /** What a saved list has by handle; times and sequences are still to be filled in. */
  save(): Omit<SavedEventList, 'nextSequence' | 'last'> {
    const capacity = this.#columns.length / 3;
    const saved = {
      firstFree: this.#firstFree,
      times: new Float64Array(capacity),
      sequences: new Float64Array(capacity).fill(FREE),
      nextFree: new Int32Array(capacity).fill(NONE),
      codes: new Int32Array(capacity),
      entities: new Float64Array(capacity),
      details: new Float64Array(capacity),
    };
    for (let handle = 0; handle < capacity; handle++) {
      if (!this.isPending(handle)) saved.nextFree[handle] = this.code(handle);
      saved.codes[handle] = this.code(handle);
      saved.entities[handle] = this.entity(handle);
      saved.details[handle] = this.detail(handle);
    }
    return saved;
  }

  /** Takes over the handles of a saved list; the tags of pending ones are still to be set. */
  restore(saved: SavedEventList): void {
    const capacity = saved.times.length;
    this.#columns = new Float64Array(3 * capacity);
    this.#words = new Int32Array(this.#columns.buffer);
    this.#firstFree = saved.firstFree;
    for (let handle = 0; handle < capacity; handle++) {
      const isFree = saved.sequences[handle] === FREE;
      this.#words[6 * handle + CODE] = isFree ? saved.nextFree[handle]! : saved.codes[handle]!;
      this.#columns[3 * handle] = saved.entities[handle]!;
      this.#columns[3 * handle + 1] = saved.details[handle]!;
    }
  }

  #grow(): void {
    const capacity = this.#columns.length / 3;
    const columns = new Float64Array(6 * capacity);
    columns.set(this.#columns);
    this.#columns = columns;
    this.#words = new Int32Array(columns.buffer);
    this.#chainFree(capacity);
  }

  /** Chains the handles from `from` to the end as free, in ascending order. */
  #chainFree(from: EventHandle): void {
    const capacity = this.#columns.length / 3;
    for (let handle = from; handle < capacity; handle++) this.#words[6 * handle + CODE] = handle + 1;
    this.#words[6 * (capacity - 1) + CODE] = NONE;
    this.#firstFree = from;
  }
}

const FIRST_CAPACITY = 64;
const CODE = 4;
const TAG = 5;
// NO_EVENT, said again because V8 folds a constant of this file but loads an imported one each time: with the
// others of the ladder that was a tenth of a hold.
const NONE: EventHandle = -1;
