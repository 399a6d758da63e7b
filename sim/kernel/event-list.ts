import type { Us } from '../../models/core/units.ts';

/** Names a scheduled event until it has run or was cancelled; a 31-bit integer, reused afterwards. */
export type EventHandle = number;

/** No event: what a column of handles holds when nothing is scheduled. */
export const NO_EVENT: EventHandle = -1;

/**
 * The pending events of a run in order of (time, order of scheduling). An event is four numbers: its time,
 * the code of its handler (a 32-bit integer) and two operands (usually an entity and a detail; any doubles).
 * No object is made for an event.
 */
export interface EventList {
  /** Pending events. */
  readonly size: number;
  /**
   * Adds an event; one scheduled later runs later among equals. `time` is finite and must not lie before the
   * last one popped, or InvariantError is thrown.
   */
  schedule(time: Us, code: number, entity: number, detail: number): EventHandle;
  /**
   * Takes a pending event out. The handle must be pending: cancelling twice is a bug and throws
   * InvariantError.
   */
  cancel(handle: EventHandle): void;
  /**
   * Moves a pending event to another time; among equals it now counts as scheduled last. The handle stays.
   */
  reschedule(handle: EventHandle, time: Us): void;
  /**
   * Takes out the next event and leaves its fields in `time`, `code`, `entity`, `detail`; false when none is
   * left.
   */
  pop(): boolean;
  /** As `pop`, but leaves an event later than `until` where it is and returns false. */
  popUntil(until: Us): boolean;
  /** Time of the next event, or Infinity when none is left. */
  peekTime(): Us;
  /**
   * Asks to be told of events of a code that come soon, some at a time, each at most once a scheduling and
   * not all: a hint to fetch from memory what they need, and nothing may follow from it.
   */
  foretell?(code: number, onComing: OnComing): void;
  /** Fields of the event last popped. */
  readonly time: Us;
  readonly code: number;
  readonly entity: number;
  readonly detail: number;
}

/**
 * All that an event list knows, as numbers and typed arrays that are copies: it can be posted to a worker,
 * kept and restored any number of times, and into any of our lists, whichever of them it was saved from.
 * Columns are indexed by handle, so handles held elsewhere stay good and later ones are dealt in the same
 * order.
 */
export interface SavedEventList {
  /** Sequence number the next scheduled event gets. */
  readonly nextSequence: number;
  /** Handle to be dealt next, or NO_EVENT when the columns are full. */
  readonly firstFree: EventHandle;
  /** Fields of the event last popped: time [us], code, entity, detail. */
  readonly last: readonly [Us, number, number, number];
  /** [us] Meaningless where the handle is free. */
  readonly times: Float64Array;
  /** Order of scheduling; FREE where the handle is free. */
  readonly sequences: Float64Array;
  /** The free handle after this one, or NO_EVENT; NO_EVENT where the handle is pending. */
  readonly nextFree: Int32Array;
  readonly codes: Int32Array;
  readonly entities: Float64Array;
  readonly details: Float64Array;
}

/** Told of events that come soon: the first `count` of their entities and details. */
export type OnComing = (entities: Float64Array, details: Float64Array, count: number) => void;

/** Sequence number of a handle that names no event. */
export const FREE = -1;

/** An event list whose state can be saved, restored and branched. */
export interface SavableEventList extends EventList {
  /** A copy of the whole state; O(pending). */
  save(): SavedEventList;
  /** Replaces the whole state; what was pending before is gone. */
  restore(saved: SavedEventList): void;
}
