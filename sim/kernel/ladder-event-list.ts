import { InvariantError } from '../../models/core/assert.ts';
import type { Us } from '../../models/core/units.ts';
import { FREE, type EventHandle, type SavableEventList, type SavedEventList } from './event-list.ts';
import { LadderBottom } from './ladder-bottom.ts';
import { LadderHandles } from './ladder-handles.ts';
import { LadderRungs } from './ladder-rungs.ts';

/**
 * Event list as a ladder queue (Tang, Goh and Thng 2005): amortised O(1) for everything.
 *
 * A record (time, tag, handle) wanders from a bucket of a rung through finer rungs to the sorted bottom.
 * Taking an event out or moving it changes the tag its handle expects and leaves the record behind as stale;
 * as soon as stale records outnumber pending ones, all are swept out, so they cost amortised O(1) and at most
 * double the memory.
 */
export class LadderEventList implements SavableEventList {
  size = 0;
  time: Us = 0;
  code = 0;
  entity = 0;
  detail = 0;

  /**
   * Time of the record that is to be inserted. [us] It is handed on in memory because V8 makes an object of a
   * double that is the argument of a call it does not inline: the only garbage a hold would leave.
   */
  readonly #staged = new Float64Array(1);
  readonly #handles = new LadderHandles();
  readonly #rungs = new LadderRungs(this.#staged);
  readonly #bottom = new LadderBottom(this.#staged);
  #lastTag = 0;
  readonly #tagLimit: number;

  /** `tagLimit`: tags are dealt from 1 to this one and then anew; only a test wants it small. */
  constructor(tagLimit = MAX_TAG) {
    this.#tagLimit = tagLimit;
  }

  schedule(time: Us, code: number, entity: number, detail: number): EventHandle {
    if (!(time >= this.time && time < Infinity)) throw badTime(time, this.time);
    if (this.#lastTag === this.#tagLimit) this.#sweep();
    const tag = ++this.#lastTag;
    const handle = this.#handles.take(code, entity, detail, tag);
    this.size++;
    this.#staged[0] = time;
    if (!this.#rungs.insert(handle, tag)) this.#insertNear(handle, tag);
    return handle;
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
    if (this.#lastTag === this.#tagLimit) this.#sweep();
    const tag = ++this.#lastTag;
    this.#handles.setTag(handle, tag);
    this.#staged[0] = time;
    if (!this.#rungs.insert(handle, tag)) this.#insertNear(handle, tag);
    this.#leaveStale();
  }

  pop(): boolean {
    const bottom = this.#bottom;
    if ((bottom.head === bottom.tail || this.#rungs.stale > 0) && !this.#settle()) return false;
    const at = bottom.head++;
    const handle = bottom.handle(at);
    const handles = this.#handles;
    this.time = bottom.time(at);
    this.code = handles.code(handle);
    this.entity = handles.entity(handle);
    this.detail = handles.detail(handle);
    handles.free(handle);
    this.size--;
    return true;
  }

  peekTime(): Us {
    const bottom = this.#bottom;
    if ((bottom.head === bottom.tail || this.#rungs.stale > 0) && !this.#settle()) return Infinity;
    return bottom.time(bottom.head);
  }

  save(): SavedEventList {
    const saved = this.#handles.save();
    this.#rungs.visit(this.#bottom, (time, handle, tag) => {
      if (this.#handles.tag(handle) !== tag) return;
      saved.times[handle] = time;
      saved.sequences[handle] = tag;
    });
    const last = [this.time, this.code, this.entity, this.detail] as const;
    return { ...saved, nextSequence: this.#lastTag + 1, last };
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

  /** Inserts the staged record, which lies before all buckets. */
  #insertNear(handle: EventHandle, tag: number): void {
    const bottom = this.#bottom;
    if (bottom.tail - bottom.head >= BOTTOM_LIMIT && this.#rungs.spill(bottom)) {
      this.#rungs.refill(bottom, this.#handles);
      if (this.#rungs.insert(handle, tag)) return;
    }
    bottom.insert(handle, tag);
  }

  /** Brings a record that is not stale to the head of the bottom; false when there is none. */
  #settle(): boolean {
    const bottom = this.#bottom;
    const rungs = this.#rungs;
    while (bottom.head < bottom.tail) {
      if (this.#handles.tag(bottom.handle(bottom.head)) === bottom.tag(bottom.head)) return true;
      rungs.stale--;
      bottom.head++;
    }
    if (rungs.refill(bottom, this.#handles)) return true;
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
    this.#rungs.visit(this.#bottom, (time, handle, tag) => {
      if (this.#handles.tag(handle) !== tag) return;
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
    this.#lastTag = 0;
    for (let i = 0; i < handles.length; i++) {
      const tag = ++this.#lastTag;
      this.#handles.setTag(handles[i]!, tag);
      this.#staged[0] = times[i]!;
      this.#rungs.insert(handles[i]!, tag);
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

const MAX_TAG = 2 ** 31 - 1;
// Records in the bottom before it is split again.
const BOTTOM_LIMIT = 64;
// Stale records that are never worth a sweep.
const STALE_ALLOWANCE = 64;
