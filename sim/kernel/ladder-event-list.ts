import { InvariantError } from '../../models/core/assert.ts';
import type { Us } from '../../models/core/units.ts';
import {
  FREE, type EventHandle, type OnComing, type SavableEventList, type SavedEventList,
} from './event-list.ts';
import { Foretelling } from './foretelling.ts';
import { LadderBottom } from './ladder-bottom.ts';
import { LadderHandles } from './ladder-handles.ts';
import { LadderRungs } from './ladder-rungs.ts';

/**
 * Event list as a ladder queue (Tang, Goh and Thng 2005): amortised O(1) for everything.
 *
 * A record (time, key) wanders from a bucket of a rung through finer rungs to the sorted bottom.
 * Taking an event out or moving it changes the key its handle expects and leaves the record behind as stale;
 * as soon as stale records outnumber pending ones, all are swept out, so they cost amortised O(1) and at most
 * double the memory.
 */
export class LadderEventList implements SavableEventList {
  size = 0;
  time: Us = 0;
  code = 0;
  entity = 0;
  detail = 0;

  readonly #handles = new LadderHandles();
  readonly #rungs = new LadderRungs();
  readonly #bottom = new LadderBottom();
  /** Tag of the event scheduled last, times HANDLES. */
  #lastBase = 0;
  readonly #baseLimit: number;
  #foretelling: Foretelling | undefined;

  /** `tagLimit`: tags are dealt from 1 to this one and then anew; only a test wants it small. */
  constructor(tagLimit = MAX_TAG) {
    this.#baseLimit = tagLimit * HANDLES;
  }

  schedule(time: Us, code: number, entity: number, detail: number): EventHandle {
    if (!(time >= this.time && time < Infinity)) throw badTime(time, this.time);
    if (this.#lastBase === this.#baseLimit) this.#sweep();
    const base = this.#lastBase + HANDLES;
    this.#lastBase = base;
    const handle = this.#handles.take(code, entity, detail, base);
    this.size++;
    // LadderRungs.insert, for rung 0: most events go there, and their time need not pass through memory.
    const rungs = this.#rungs;
    const geometry = rungs.geometry;
    const offset = (time - geometry[START]!) * geometry[SCALE]!;
    if (offset >= geometry[NEXT]!) {
      const last = geometry[LAST]!;
      const bucket = (offset < last ? offset : last) | 0;
      const tails = rungs.tails;
      let at = tails[bucket]!;
      if ((at & CHUNK_MASK) === 0) at = rungs.extend(bucket, at);
      tails[bucket] = at + 1;
      const records = rungs.records;
      records[2 * at] = time;
      records[2 * at + 1] = base + handle;
    } else {
      const bottom = this.#bottom;
      if (rungs.depth === 0 && bottom.tail - bottom.head < FEW) {
        bottom.insertAmongFew(time, base + handle);
      } else {
        geometry[0] = time;
        geometry[1] = base + handle;
        this.#insertStaged();
      }
    }
    return handle;
  }

  foretell(code: number, onComing: OnComing): void {
    this.#foretelling ??= new Foretelling();
    this.#foretelling.add(code, onComing);
  }

  cancel(handle: EventHandle): void {
    if (!this.#handles.isPending(handle)) throw deadHandle(handle);
    this.#handles.free(handle);
    this.size--;
    this.#leaveStale();
  }

  reschedule(handle: EventHandle, time: Us): void {
    if (!this.#handles.isPending(handle)) throw deadHandle(handle);
    if (!(time >= this.time && time < Infinity)) throw badTime(time, this.time);
    if (this.#lastBase === this.#baseLimit) this.#sweep();
    this.#lastBase += HANDLES;
    this.#place(handle, time, this.#lastBase + handle);
    this.#leaveStale();
  }

  pop(): boolean {
    return this.popUntil(Infinity);
  }

  popUntil(until: Us): boolean {
    const bottom = this.#bottom;
    if ((bottom.head === bottom.tail || this.#rungs.stale > 0) && !this.#settle()) return false;
    const at = bottom.head;
    const records = bottom.records;
    const time = records[2 * at]!;
    if (time > until) return false;
    bottom.head = at + 1;
    const handle = records[2 * at + 1]! & HANDLE_MASK;
    const columns = this.#handles.columns;
    this.time = time;
    this.code = columns[4 * handle + CODE]! | 0;
    this.entity = columns[4 * handle + ENTITY]!;
    this.detail = columns[4 * handle + DETAIL]!;
    this.#handles.free(handle);
    this.size--;
    return true;
  }

  peekTime(): Us {
    const bottom = this.#bottom;
    if ((bottom.head === bottom.tail || this.#rungs.stale > 0) && !this.#settle()) return Infinity;
    return bottom.records[2 * bottom.head]!;
  }

  save(): SavedEventList {
    const saved = this.#handles.save();
    this.#rungs.visit(this.#bottom, (time, key) => {
      const handle = key & HANDLE_MASK;
      if (this.#handles.key(handle) === key) saved.times[handle] = time;
    });
    const last = [this.time, this.code, this.entity, this.detail] as const;
    return { ...saved, nextSequence: this.#lastBase / HANDLES + 1, last };
  }

  restore(saved: SavedEventList): void {
    const pending: EventHandle[] = [];
    saved.sequences.forEach((sequence, handle) => {
      if (sequence !== FREE) pending.push(handle);
    });
    const inOrder = Int32Array.from(pending).sort((a, b) => saved.sequences[a]! - saved.sequences[b]!);
    [this.time, this.code, this.entity, this.detail] = saved.last;
    this.#handles.restore(saved);
    this.#reset(inOrder, Float64Array.from(inOrder, (handle) => saved.times[handle]!));
  }

  /** Puts a record for a handle in its place and has the handle expect it. */
  #place(handle: EventHandle, time: Us, key: number): void {
    this.#handles.setKey(handle, key);
    this.#rungs.geometry[0] = time;
    this.#rungs.geometry[1] = key;
    this.#insertStaged();
  }

  /** Inserts the staged record wherever it belongs. */
  #insertStaged(): void {
    const rungs = this.#rungs;
    const bottom = this.#bottom;
    if (rungs.depth === 0 && bottom.tail - bottom.head < FEW) {
      bottom.insertAmongFew(rungs.geometry[0]!, rungs.geometry[1]!);
    } else if (!rungs.insert()) {
      this.#insertNear();
    }
  }

  /** Inserts the staged record, which lies before all buckets. */
  #insertNear(): void {
    const bottom = this.#bottom;
    const limit = this.#rungs.depth === 0 ? FEW : BOTTOM_LIMIT;
    if (bottom.tail - bottom.head >= limit && this.#rungs.spill(bottom)) {
      this.#rungs.refill(bottom, this.#handles);
      if (this.#rungs.insert()) return;
    }
    bottom.insert(this.#rungs.geometry);
  }

  /** Brings a record that is not stale to the head of the bottom; false when there is none. */
  #settle(): boolean {
    const bottom = this.#bottom;
    const rungs = this.#rungs;
    while (bottom.head < bottom.tail) {
      const key = bottom.records[2 * bottom.head + 1]!;
      if (this.#handles.key(key & HANDLE_MASK) === key) return true;
      rungs.stale--;
      bottom.head++;
    }
    if (rungs.refill(bottom, this.#handles)) {
      this.#foretelling?.tell(bottom, this.#handles.columns);
      return true;
    }
    rungs.open();
    return false;
  }

  #leaveStale(): void {
    if (++this.#rungs.stale > this.size + STALE_ALLOWANCE) this.#sweep();
  }

  /** Drops the stale records, deals the pending events tags from 1 on, and starts over from one bucket. */
  #sweep(): void {
    const handles = new Int32Array(this.size);
    const times = new Float64Array(this.size);
    let count = 0;
    this.#rungs.visit(this.#bottom, (time, key) => {
      const handle = key & HANDLE_MASK;
      if (this.#handles.key(handle) !== key) return;
      handles[count] = handle;
      times[count++] = time;
    });
    this.#reset(handles, times);
  }

  /** Starts over with pending events in their order of scheduling, at least among those of equal time. */
  #reset(handles: Int32Array, times: Float64Array): void {
    this.#rungs.clear();
    this.#bottom.reset();
    this.size = handles.length;
    this.#lastBase = 0;
    for (let i = 0; i < handles.length; i++) {
      this.#lastBase += HANDLES;
      this.#place(handles[i]!, times[i]!, this.#lastBase + handles[i]!);
    }
  }
}

function badTime(time: Us, lastPopped: Us): InvariantError {
  return new InvariantError('an event is scheduled at a finite time, not before the last one popped', {
    time,
    lastPopped,
  });
}

function deadHandle(handle: EventHandle): InvariantError {
  return new InvariantError('the handle names no pending event', { handle });
}

// As in LadderHandles.
const ENTITY = 0;
const DETAIL = 1;
const CODE = 2;
const HANDLES = 2 ** 25;
const HANDLE_MASK = HANDLES - 1;
// As in LadderRungs, here of rung 0.
const START = 4;
const SCALE = 5;
const NEXT = 6;
const LAST = 7;
const CHUNK_MASK = 15;
const FEW = 10;
const MAX_TAG = 2 ** 28 - 1;
// Records in the bottom before it is split again.
const BOTTOM_LIMIT = 64;
// Stale records that are never worth a sweep.
const STALE_ALLOWANCE = 64;
