import { InvariantError } from '../../models/core/assert.ts';
import type { Us } from '../../models/core/units.ts';
import { FREE, NO_EVENT } from './event-list.ts';
import type { EventHandle, SavableEventList, SavedEventList } from './event-list.ts';
import { HANDLE, LadderBottom, TAG } from './ladder-bottom.ts';
import { HANDLE_WORDS, LadderRungs, TAG_WORD } from './ladder-rungs.ts';

/**
 * Event list as a ladder queue (Tang, Goh and Thng 2005): amortised O(1) for everything.
 *
 * A record (time, tag, handle) wanders from a bucket of a rung through finer rungs to the sorted bottom. The
 * handle's own columns hold its operands and its current tag, a number dealt anew at each scheduling. Taking
 * an event out or moving it changes the tag and leaves the record behind as stale; as soon as stale records
 * outnumber pending ones, all are swept out, so they cost amortised O(1) and at most double the memory.
 */
export class LadderEventList implements SavableEventList {
  size = 0;
  time: Us = 0;
  code = 0;
  entity = 0;
  detail = 0;

  readonly #rungs = new LadderRungs();
  readonly #bottom = new LadderBottom();
  /** Handle h has its entity at 4h and its detail at 4h + 1. */
  #columns = new Float64Array(4 * FIRST_CAPACITY);
  /** The same memory, eight words a handle: see CODE, TAG_WORD (0 while free) and NEXT_FREE. */
  #words = new Int32Array(this.#columns.buffer);
  #firstFree: EventHandle = NO_EVENT;
  #lastTag = 0;
  readonly #tagLimit: number;

  /** `tagLimit`: tags are dealt from 1 to this one and then anew; only a test wants it small. */
  constructor(tagLimit = MAX_TAG) {
    this.#tagLimit = tagLimit;
    this.#chainFree(0);
  }

  schedule(time: Us, code: number, entity: number, detail: number): EventHandle {
    if (!(time >= this.time && time < Infinity)) throw badTime(time, this.time);
    if (this.#firstFree === NO_EVENT) this.#grow();
    if (this.#lastTag === this.#tagLimit) this.#sweep();
    const handle = this.#firstFree;
    const tag = ++this.#lastTag;
    const words = this.#words;
    this.#firstFree = words[HANDLE_WORDS * handle + NEXT_FREE]!;
    words[HANDLE_WORDS * handle + CODE] = code;
    words[HANDLE_WORDS * handle + TAG_WORD] = tag;
    this.#columns[4 * handle] = entity;
    this.#columns[4 * handle + 1] = detail;
    this.size++;
    this.#insert(time, handle, tag);
    return handle;
  }

  cancel(handle: EventHandle): void {
    if (!(this.#words[HANDLE_WORDS * handle + TAG_WORD]! > 0)) throw deadHandle(handle);
    this.#free(handle);
    this.size--;
    this.#leaveStale();
  }

  reschedule(handle: EventHandle, time: Us): void {
    if (!(this.#words[HANDLE_WORDS * handle + TAG_WORD]! > 0)) throw deadHandle(handle);
    if (!(time >= this.time && time < Infinity)) throw badTime(time, this.time);
    if (this.#lastTag === this.#tagLimit) this.#sweep();
    const tag = ++this.#lastTag;
    this.#words[HANDLE_WORDS * handle + TAG_WORD] = tag;
    this.#insert(time, handle, tag);
    this.#leaveStale();
  }

  pop(): boolean {
    const bottom = this.#bottom;
    const words = this.#words;
    for (;;) {
      if (bottom.head === bottom.tail && !this.#refill()) return false;
      const at = bottom.head++;
      const handle = bottom.words[4 * at + HANDLE]!;
      const word = HANDLE_WORDS * handle;
      if (words[word + TAG_WORD] !== bottom.words[4 * at + TAG]) {
        this.#rungs.stale--;
        continue;
      }
      this.time = bottom.records[2 * at]!;
      this.code = words[word + CODE]!;
      this.entity = this.#columns[4 * handle]!;
      this.detail = this.#columns[4 * handle + 1]!;
      words[word + TAG_WORD] = 0;
      words[word + NEXT_FREE] = this.#firstFree;
      this.#firstFree = handle;
      this.size--;
      return true;
    }
  }

  peekTime(): Us {
    const bottom = this.#bottom;
    for (;;) {
      if (bottom.head === bottom.tail && !this.#refill()) return Infinity;
      const handle = bottom.words[4 * bottom.head + HANDLE]!;
      if (this.#words[HANDLE_WORDS * handle + TAG_WORD] === bottom.words[4 * bottom.head + TAG]) {
        return bottom.records[2 * bottom.head]!;
      }
      this.#rungs.stale--;
      bottom.head++;
    }
  }

  save(): SavedEventList {
    const capacity = this.#words.length / HANDLE_WORDS;
    const saved = {
      nextSequence: this.#lastTag + 1,
      firstFree: this.#firstFree,
      last: [this.time, this.code, this.entity, this.detail] as const,
      times: new Float64Array(capacity),
      sequences: new Float64Array(capacity).fill(FREE),
      nextFree: new Int32Array(capacity).fill(NO_EVENT),
      codes: new Int32Array(capacity),
      entities: new Float64Array(capacity),
      details: new Float64Array(capacity),
    };
    for (let handle = 0; handle < capacity; handle++) {
      const word = HANDLE_WORDS * handle;
      if (this.#words[word + TAG_WORD] === 0) saved.nextFree[handle] = this.#words[word + NEXT_FREE]!;
      saved.codes[handle] = this.#words[word + CODE]!;
      saved.entities[handle] = this.#columns[4 * handle]!;
      saved.details[handle] = this.#columns[4 * handle + 1]!;
    }
    this.#rungs.visit(this.#bottom, (time, handle, tag) => {
      if (this.#words[HANDLE_WORDS * handle + TAG_WORD] !== tag) return;
      saved.times[handle] = time;
      saved.sequences[handle] = tag;
    });
    return saved;
  }

  restore(saved: SavedEventList): void {
    const capacity = saved.times.length;
    this.#columns = new Float64Array(4 * capacity);
    this.#words = new Int32Array(this.#columns.buffer);
    const pending: EventHandle[] = [];
    for (let handle = 0; handle < capacity; handle++) {
      const word = HANDLE_WORDS * handle;
      this.#columns[4 * handle] = saved.entities[handle]!;
      this.#columns[4 * handle + 1] = saved.details[handle]!;
      this.#words[word + CODE] = saved.codes[handle]!;
      this.#words[word + NEXT_FREE] = saved.nextFree[handle]!;
      if (saved.sequences[handle] !== FREE) pending.push(handle);
    }
    [this.time, this.code, this.entity, this.detail] = saved.last;
    this.#firstFree = saved.firstFree;
    const inOrder = Int32Array.from(pending).sort((a, b) => saved.sequences[a]! - saved.sequences[b]!);
    this.#reset(inOrder, Float64Array.from(inOrder, (handle) => saved.times[handle]!));
  }

  #insert(time: Us, handle: EventHandle, tag: number): void {
    const rungs = this.#rungs;
    if (rungs.insert(time, handle, tag)) return;
    const bottom = this.#bottom;
    if (bottom.tail - bottom.head >= BOTTOM_LIMIT && rungs.spill(bottom)) {
      rungs.refill(bottom, this.#words);
      if (rungs.insert(time, handle, tag)) return;
    }
    bottom.insert(time, handle, tag);
  }

  #refill(): boolean {
    const bottom = this.#bottom;
    bottom.reset(0);
    if (this.#rungs.refill(bottom, this.#words)) return true;
    this.#rungs.open();
    return false;
  }

  #free(handle: EventHandle): void {
    this.#words[HANDLE_WORDS * handle + TAG_WORD] = 0;
    this.#words[HANDLE_WORDS * handle + NEXT_FREE] = this.#firstFree;
    this.#firstFree = handle;
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
      if (this.#words[HANDLE_WORDS * handle + TAG_WORD] !== tag) return;
      handles[count] = handle;
      times[count++] = time;
    });
    this.#reset(handles, times);
  }

  /** Starts over with pending events in their order of scheduling, at least among those of equal time. */
  #reset(handles: Int32Array, times: Float64Array): void {
    this.#rungs.clear();
    this.#bottom.reset(0);
    this.size = handles.length;
    this.#lastTag = 0;
    for (let i = 0; i < handles.length; i++) {
      const tag = ++this.#lastTag;
      this.#words[HANDLE_WORDS * handles[i]! + TAG_WORD] = tag;
      this.#rungs.insert(times[i]!, handles[i]!, tag);
    }
  }

  #grow(): void {
    const capacity = this.#words.length / HANDLE_WORDS;
    const larger = new Float64Array(2 * this.#columns.length);
    larger.set(this.#columns);
    this.#columns = larger;
    this.#words = new Int32Array(larger.buffer);
    this.#chainFree(capacity);
  }

  /** Chains the handles from `from` to the end as free, in ascending order. */
  #chainFree(from: EventHandle): void {
    const capacity = this.#words.length / HANDLE_WORDS;
    for (let handle = from; handle < capacity; handle++) {
      this.#words[HANDLE_WORDS * handle + NEXT_FREE] = handle + 1 < capacity ? handle + 1 : NO_EVENT;
    }
    this.#firstFree = from;
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

const FIRST_CAPACITY = 64;
const CODE = 4;
const NEXT_FREE = 6;
const MAX_TAG = 2 ** 31 - 1;
// Records in the bottom before it is split again.
const BOTTOM_LIMIT = 64;
const STALE_ALLOWANCE = 64;
