import { assert } from '../../models/core/assert.ts';
import { FREE, type EventHandle, type SavedEventList } from './event-list.ts';

/**
 * What a ladder keeps of each event besides its time, in 32 bytes by handle: entity, detail, code and a key.
 * A key is made anew at each scheduling: a tag, which counts schedulings, times HANDLES, plus the handle; so
 * it is one double that names the event and orders it among equals. A record that bears another key than its
 * handle is stale. A free handle has the key 0 and, in place of the code, the free handle after it.
 */
export class LadderHandles {
  /** Handle h has its entity at 4h + ENTITY, and so on. Open to the list, which reads them in a run. */
  columns = new Float64Array(4 * FIRST_CAPACITY);
  #firstFree: EventHandle = NONE;

  constructor() {
    this.#chainFree(0);
  }

  /** Handles that fit without moving the columns. */
  get capacity(): number {
    return this.columns.length >> 2;
  }

  /** Takes a free handle for an event with the tag that `base`, the tag times HANDLES, stands for. */
  take(code: number, entity: number, detail: number, base: number): EventHandle {
    if (this.#firstFree === NONE) this.#grow();
    const handle = this.#firstFree;
    const columns = this.columns;
    this.#firstFree = columns[4 * handle + CODE]! | 0;
    columns[4 * handle + ENTITY] = entity;
    columns[4 * handle + DETAIL] = detail;
    columns[4 * handle + CODE] = code | 0;
    columns[4 * handle + KEY] = base + handle;
    return handle;
  }

  /** Gives a handle back; its key no longer fits any record. */
  free(handle: EventHandle): void {
    const columns = this.columns;
    columns[4 * handle + CODE] = this.#firstFree;
    columns[4 * handle + KEY] = 0;
    this.#firstFree = handle;
  }

  /** Whether the handle names a pending event; false for anything else that a caller may hand in. */
  isPending(handle: EventHandle): boolean {
    return Number.isInteger(handle) && this.columns[4 * handle + KEY]! > 0;
  }

  /** Key of the pending event, or 0 where the handle is free. */
  key(handle: EventHandle): number {
    return this.columns[4 * handle + KEY]!;
  }

  setKey(handle: EventHandle, key: number): void {
    this.columns[4 * handle + KEY] = key;
  }

  /** What a saved list has by handle; times are still to be filled in. */
  save(): Omit<SavedEventList, 'nextSequence' | 'last'> {
    const { capacity, columns } = this;
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
      const code = columns[4 * handle + CODE]!;
      const key = columns[4 * handle + KEY]!;
      if (key > 0) saved.sequences[handle] = Math.floor(key / HANDLES);
      else saved.nextFree[handle] = code;
      saved.codes[handle] = code;
      saved.entities[handle] = columns[4 * handle + ENTITY]!;
      saved.details[handle] = columns[4 * handle + DETAIL]!;
    }
    return saved;
  }

  /** Takes over the handles of a saved list; the keys of pending ones are still to be set. */
  restore(saved: SavedEventList): void {
    const capacity = saved.times.length;
    this.columns = new Float64Array(4 * capacity);
    this.#firstFree = saved.firstFree;
    for (let handle = 0; handle < capacity; handle++) {
      const isFree = saved.sequences[handle] === FREE;
      this.columns[4 * handle + CODE] = isFree ? saved.nextFree[handle]! : saved.codes[handle]!;
      this.columns[4 * handle + ENTITY] = saved.entities[handle]!;
      this.columns[4 * handle + DETAIL] = saved.details[handle]!;
    }
  }

  #grow(): void {
    const { capacity } = this;
    assert(2 * capacity <= HANDLES, 'the events of a list have handles', { capacity });
    const columns = new Float64Array(8 * capacity);
    columns.set(this.columns);
    this.columns = columns;
    this.#chainFree(capacity);
  }

  /** Chains the handles from `from` to the end as free, in ascending order. */
  #chainFree(from: EventHandle): void {
    const { capacity } = this;
    for (let handle = from; handle < capacity; handle++) this.columns[4 * handle + CODE] = handle + 1;
    this.columns[4 * (capacity - 1) + CODE] = NONE;
    this.#firstFree = from;
  }
}

const FIRST_CAPACITY = 64;
// Said again in the files of the ladder that use them, because V8 folds a constant of the file but loads an
// imported one each time: that was a tenth of a hold.
const ENTITY = 0;
const DETAIL = 1;
const CODE = 2;
const KEY = 3;
// More handles than fit into memory; with tags below 2^28, a key is below 2^53, and so exact.
const HANDLES = 2 ** 25;
// NO_EVENT.
const NONE: EventHandle = -1;
