import type { Us } from '../../models/core/units.ts';

/**
 * The events that are next, in order: a sorted array that is popped at `head` and into which stragglers are
 * inserted. A record is two doubles: its time, then its key (ladder-handles.ts). The fields are open to the
 * list and the rungs.
 */
export class LadderBottom {
  head = 0;
  tail = 0;
  /** Record i has its time at 2i and its key at 2i + 1. */
  records = new Float64Array(2 * FIRST_CAPACITY);

  /** Empties it. */
  reset(): void {
    this.head = 0;
    this.tail = 0;
  }

  /** Makes the array long enough for `count` records. */
  reserve(count: number): void {
    if (2 * count > this.records.length) this.#enlarge(Math.max(2 * count, 2 * this.records.length));
  }

  /** Inserts a record behind those that are not later, going through them one by one: they are few. */
  insertAmongFew(time: Us, key: number): void {
    if (2 * this.tail === this.records.length) this.#makeRoom();
    const records = this.records;
    const first = 2 * this.head;
    let hole = 2 * this.tail++;
    while (hole > first && records[hole - 2]! > time) {
      records[hole] = records[hole - 2]!;
      records[hole + 1] = records[hole - 1]!;
      hole -= 2;
    }
    records[hole] = time;
    records[hole + 1] = key;
  }

  /** Inserts a record, whose time and key `staged` holds, behind those that are not later. */
  insert(staged: Float64Array): void {
    const time = staged[0]!;
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
    records[2 * hole + 1] = staged[1]!;
  }

  /** Puts appended records in order, those of equal time in the order in which they were appended. */
  sort(): void {
    const { records, head, tail } = this;
    const places = Uint32Array.from({ length: tail - head }, (_, i) => head + i);
    places.sort((a, b) => records[2 * a]! - records[2 * b]! || a - b);
    const copy = records.slice();
    places.forEach((from, i) => {
      records[2 * (head + i)] = copy[2 * from]!;
      records[2 * (head + i) + 1] = copy[2 * from + 1]!;
    });
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
  }
}

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
