import { InvariantError } from '../../models/core/assert.ts';
import type { Us } from '../../models/core/units.ts';
import { FREE, NO_EVENT } from './event-list.ts';
import type { EventHandle, SavableEventList, SavedEventList } from './event-list.ts';

/**
 * Event list as a 4-ary heap on typed arrays: O(log n) for everything, no bad case, and the reference that
 * faster lists are tested against. Keys lie in the heap itself, operands stay in columns by handle.
 */
export class HeapEventList implements SavableEventList {
  size = 0;
  time: Us = 0;
  code = 0;
  entity = 0;
  detail = 0;

  // By place in the heap.
  #times = new Float64Array(FIRST_CAPACITY);
  #sequences = new Float64Array(FIRST_CAPACITY);
  #handles = new Int32Array(FIRST_CAPACITY);
  // By handle: its place in the heap, or, where the handle is free, asFree(the next free one).
  #places = new Int32Array(FIRST_CAPACITY);
  #codes = new Int32Array(FIRST_CAPACITY);
  #entities = new Float64Array(FIRST_CAPACITY);
  #details = new Float64Array(FIRST_CAPACITY);
  #firstFree: EventHandle = 0;
  #nextSequence = 0;

  constructor() {
    chainFree(this.#places, 0);
  }

  schedule(time: Us, code: number, entity: number, detail: number): EventHandle {
    if (!(time >= this.time && time < Infinity)) throw badTime(time, this.time);
    if (this.#firstFree === NO_EVENT) this.#grow();
    const handle = this.#firstFree;
    this.#firstFree = asFree(this.#places[handle]!);
    this.#codes[handle] = code;
    this.#entities[handle] = entity;
    this.#details[handle] = detail;
    this.#siftUp(this.size++, time, this.#nextSequence++, handle);
    return handle;
  }

  cancel(handle: EventHandle): void {
    const place = this.#places[handle]!;
    if (!(place >= 0)) throw deadHandle(handle);
    this.#free(handle);
    this.#fillHole(place);
  }

  reschedule(handle: EventHandle, time: Us): void {
    const place = this.#places[handle]!;
    if (!(place >= 0)) throw deadHandle(handle);
    if (!(time >= this.time && time < Infinity)) throw badTime(time, this.time);
    const sequence = this.#nextSequence++;
    // The new sequence number is the largest: only an earlier time moves the event up.
    if (time < this.#times[place]!) this.#siftUp(place, time, sequence, handle);
    else this.#siftDown(place, time, sequence, handle);
  }

  pop(): boolean {
    if (this.size === 0) return false;
    const handle = this.#handles[0]!;
    this.time = this.#times[0]!;
    this.code = this.#codes[handle]!;
    this.entity = this.#entities[handle]!;
    this.detail = this.#details[handle]!;
    this.#free(handle);
    const last = --this.size;
    if (last > 0) this.#siftDown(0, this.#times[last]!, this.#sequences[last]!, this.#handles[last]!);
    return true;
  }

  popUntil(until: Us): boolean {
    return this.size > 0 && this.#times[0]! <= until && this.pop();
  }

  peekTime(): Us {
    return this.size === 0 ? Infinity : this.#times[0]!;
  }

  save(): SavedEventList {
    const capacity = this.#places.length;
    const times = new Float64Array(capacity);
    const sequences = new Float64Array(capacity).fill(FREE);
    const nextFree = this.#places.map((place) => (place >= 0 ? NO_EVENT : asFree(place)));
    for (let place = 0; place < this.size; place++) {
      const handle = this.#handles[place]!;
      times[handle] = this.#times[place]!;
      sequences[handle] = this.#sequences[place]!;
    }
    return {
      nextSequence: this.#nextSequence,
      firstFree: this.#firstFree,
      last: [this.time, this.code, this.entity, this.detail],
      times,
      sequences,
      nextFree,
      codes: this.#codes.slice(),
      entities: this.#entities.slice(),
      details: this.#details.slice(),
    };
  }

  restore(saved: SavedEventList): void {
    const capacity = saved.times.length;
    this.#times = new Float64Array(capacity);
    this.#sequences = new Float64Array(capacity);
    this.#handles = new Int32Array(capacity);
    this.#places = saved.nextFree.map(asFree);
    this.#codes = saved.codes.slice();
    this.#entities = saved.entities.slice();
    this.#details = saved.details.slice();
    this.#firstFree = saved.firstFree;
    this.#nextSequence = saved.nextSequence;
    [this.time, this.code, this.entity, this.detail] = saved.last;
    this.size = 0;
    for (let handle = 0; handle < capacity; handle++) {
      const sequence = saved.sequences[handle]!;
      if (sequence !== FREE) this.#siftUp(this.size++, saved.times[handle]!, sequence, handle);
    }
  }

  #free(handle: EventHandle): void {
    this.#places[handle] = asFree(this.#firstFree);
    this.#firstFree = handle;
  }

  /** Closes a hole in the middle with the heap's last event, which may belong further up or further down. */
  #fillHole(place: number): void {
    const last = --this.size;
    if (place === last) return;
    const time = this.#times[last]!;
    const sequence = this.#sequences[last]!;
    const parent = (place - 1) >> 2;
    if (place > 0 && isBefore(time, sequence, this.#times[parent]!, this.#sequences[parent]!)) {
      this.#siftUp(place, time, sequence, this.#handles[last]!);
    } else {
      this.#siftDown(place, time, sequence, this.#handles[last]!);
    }
  }

  /** Puts an event into the hole at `start` or above it. */
  #siftUp(start: number, time: Us, sequence: number, handle: EventHandle): void {
    const times = this.#times;
    const sequences = this.#sequences;
    const handles = this.#handles;
    const places = this.#places;
    let hole = start;
    // Move the hole instead of swapping: one store per level and column rather than three.
    while (hole > 0) {
      const parent = (hole - 1) >> 2;
      const parentTime = times[parent]!;
      if (!isBefore(time, sequence, parentTime, sequences[parent]!)) break;
      times[hole] = parentTime;
      sequences[hole] = sequences[parent]!;
      const moved = handles[parent]!;
      handles[hole] = moved;
      places[moved] = hole;
      hole = parent;
    }
    times[hole] = time;
    sequences[hole] = sequence;
    handles[hole] = handle;
    places[handle] = hole;
  }

  /** Puts an event into the hole at `start` or below it. */
  #siftDown(start: number, time: Us, sequence: number, handle: EventHandle): void {
    const times = this.#times;
    const sequences = this.#sequences;
    const handles = this.#handles;
    const places = this.#places;
    const size = this.size;
    let hole = start;
    for (;;) {
      const first = 4 * hole + 1;
      if (first >= size) break;
      const end = first + 4 < size ? first + 4 : size;
      let least = first;
      let leastTime = times[first]!;
      for (let child = first + 1; child < end; child++) {
        const childTime = times[child]!;
        if (childTime > leastTime) continue;
        if (childTime === leastTime && sequences[child]! > sequences[least]!) continue;
        least = child;
        leastTime = childTime;
      }
      if (isBefore(time, sequence, leastTime, sequences[least]!)) break;
      times[hole] = leastTime;
      sequences[hole] = sequences[least]!;
      const moved = handles[least]!;
      handles[hole] = moved;
      places[moved] = hole;
      hole = least;
    }
    times[hole] = time;
    sequences[hole] = sequence;
    handles[hole] = handle;
    places[handle] = hole;
  }

  #grow(): void {
    const capacity = this.#places.length;
    this.#times = larger(this.#times, new Float64Array(2 * capacity));
    this.#sequences = larger(this.#sequences, new Float64Array(2 * capacity));
    this.#handles = larger(this.#handles, new Int32Array(2 * capacity));
    this.#places = larger(this.#places, new Int32Array(2 * capacity));
    this.#codes = larger(this.#codes, new Int32Array(2 * capacity));
    this.#entities = larger(this.#entities, new Float64Array(2 * capacity));
    this.#details = larger(this.#details, new Float64Array(2 * capacity));
    chainFree(this.#places, capacity);
    this.#firstFree = capacity;
  }
}

function isBefore(timeA: Us, sequenceA: number, timeB: Us, sequenceB: number): boolean {
  return timeA < timeB || (timeA === timeB && sequenceA < sequenceB);
}

/**
 * The next free handle as it stands in `places`, below zero so as to differ from a place; its own inverse.
 */
function asFree(next: EventHandle): number {
  return -2 - next;
}

/** Chains the handles from `from` to the end as free, in ascending order. */
function chainFree(places: Int32Array, from: EventHandle): void {
  const last = places.length - 1;
  for (let handle = from; handle < last; handle++) places[handle] = asFree(handle + 1);
  places[last] = asFree(NO_EVENT);
}

function larger<Column extends Float64Array | Int32Array>(column: Column, empty: Column): Column {
  empty.set(column);
  return empty;
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
