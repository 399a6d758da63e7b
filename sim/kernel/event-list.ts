import type { Us } from '../../models/core/units.ts';

/** Names a scheduled event until it has run or was cancelled; reused afterwards. */
export type EventHandle = number;

/** No event: what a column of handles holds when nothing is scheduled. */
export const NO_EVENT: EventHandle = -1;

/**
 * The pending events of a run in order of (time, order of scheduling). An event is four numbers: its time,
 * the code of its handler and two operands (usually an entity and a detail). No object is made for an event.
 */
export interface EventList {
  /** Pending events. */
  readonly size: number;
  /** Adds an event; one scheduled later runs later among equals. `time` must not lie before the last one popped. */
  schedule(time: Us, code: number, entity: number, detail: number): EventHandle;
  /** Takes a pending event out. The handle must be pending: cancelling twice is a bug and throws InvariantError. */
  cancel(handle: EventHandle): void;
  /** Moves a pending event to another time; among equals it now counts as scheduled last. The handle stays. */
  reschedule(handle: EventHandle, time: Us): void;
  /** Takes out the next event and leaves its fields in `time`, `code`, `entity`, `detail`; false when none is left. */
  pop(): boolean;
  /** Time of the next event, or Infinity when none is left. */
  peekTime(): Us;
  /** Fields of the event last popped. */
  readonly time: Us;
  readonly code: number;
  readonly entity: number;
  readonly detail: number;
}
