import type { Us } from '../../models/core/units.ts';
import type { EventHandle } from './event-list.ts';

/**
 * The events that are next, in order: a sorted array that is popped at `head` and into which stragglers are
 * inserted. A record is 16 bytes: its time, then tag and handle, which are moved together as one double.
 * The fields are open because popping reads them without a call.
 */
export class LadderBottom {
  head = 0;
  tail = 0;
  /** Record i has its time at 2i and tag and handle, as the bits of one double, at 2i + 1. */
  records = new Float64Array(2 * FIRST_CAPACITY);
  /** The same memory: record i has its tag at 4i + TAG and its handle at 4i + HANDLE. */
  words = new Int32Array(this.records.buffer);

  /** Empties it and makes room for `count` records. */
  reset(count: number): void {
    this.head = 0;
    this.tail = 0;
    if (2 * count > this.records.length) this.#enlarge(2 * count);
  }

  /** Whether all its records have one time, so that no rung could tell them apart. */
  isLevel(): boolean {
    return this.records[2 * this.head] === this.records[2 * this.tail - 2];
  }

  /** Inserts a record behind those that are not later. */
  insert(time: Us, handle: EventHandle, tag: number): void {
    if (2 * this.tail === this.records.length) this.#makeRoom();
    const records = this.records;
    const tail = this.tail;
    let hole = tail;
    if (tail > this.head && records[2 * tail - 2]! > time) {
      hole = this.#firstAfter(time);
      // Fewer before than behind: shift those, if popping has left room in front.
      if (this.head > 0 && hole - this.head < tail - hole) {
        shift(records, this.head, hole, this.head - 1);
        this.head--;
        hole--;
      } else {
        shift(records, hole, tail, hole + 1);
        this.tail++;
      }
    } else {
      this.tail++;
    }
    records[2 * hole] = time;
    this.words[4 * hole + TAG] = tag;
    this.words[4 * hole + HANDLE] = handle;
  }

  /** Index of the first record later than `time`. */
  #firstAfter(time: Us): number {
    const records = this.records;
    let low = this.head;
    let high = this.tail;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (records[2 * middle]! > time) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Moves the records to the front when half of the array lies there unused; enlarges it otherwise. */
  #makeRoom(): void {
    if (2 * this.head < this.tail) {
      this.#enlarge(2 * this.records.length);
      return;
    }
    this.records.copyWithin(0, 2 * this.head, 2 * this.tail);
    this.tail -= this.head;
    this.head = 0;
  }

  #enlarge(length: number): void {
    const larger = new Float64Array(length);
    larger.set(this.records);
    this.records = larger;
    this.words = new Int32Array(larger.buffer);
  }
}

/** Place of the tag among the four words of a record. */
export const TAG = 2;
/** Place of the handle: the upper half of the double, where a handle below 2^30 cannot make it a NaN. */
export const HANDLE = 3;

function shift(records: Float64Array, from: number, end: number, to: number): void {
  if (end - from > 64) {
    records.copyWithin(2 * to, 2 * from, 2 * end);
  } else if (to > from) {
    const offset = 2 * (to - from);
    for (let i = 2 * end - 1; i >= 2 * from; i--) records[i + offset] = records[i]!;
  } else {
    const offset = 2 * (from - to);
    for (let i = 2 * from; i < 2 * end; i++) records[i - offset] = records[i]!;
  }
}

const FIRST_CAPACITY = 128;
