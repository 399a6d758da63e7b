import { assert } from '../../models/core/assert.ts';
import { Fingerprint } from '../../models/core/fingerprint.ts';
import type { Us } from '../../models/core/units.ts';
import {
  NO_EVENT, type EventHandle, type OnComing, type SavableEventList, type SavedEventList,
} from './event-list.ts';

/** What happens when an event comes: `entity` and `detail` are the operands it was scheduled with. */
export type EventHandler = (entity: number, detail: number) => void;

/** One event as it was delivered. */
export interface DeliveredEvent {
  readonly time: Us;
  readonly code: number;
  readonly entity: number;
  readonly detail: number;
}

/** Copied state of an event loop; handlers are not part of it. */
export interface EventLoopState {
  readonly list: SavedEventList;
  readonly now: Us;
  readonly events: number;
  readonly fingerprint: readonly [number, number, number];
}

/**
 * Virtual time: delivers the events of a list to a table of handlers by numeric code, and keeps the
 * fingerprint of the history. An exception of a handler leaves the loop as it was at that event and goes to
 * the caller.
 */
export class EventLoop {
  readonly #list: SavableEventList;
  readonly #handlers: EventHandler[] = [];
  readonly #fingerprint = new Fingerprint();
  #now: Us = 0;
  #events = 0;

  constructor(list: SavableEventList) {
    this.#list = list;
  }

  /** Current time. */
  get now(): Us {
    return this.#now;
  }

  /** Events delivered so far. */
  get events(): number {
    return this.#events;
  }

  /** The event delivered last. */
  get lastEvent(): DeliveredEvent {
    const { time, code, entity, detail } = this.#list;
    return { time, code, entity, detail };
  }

  /** Hash over the events delivered so far. */
  get fingerprint(): string {
    return this.#fingerprint.digest();
  }

  /** Sets the handler of a code; codes are small integers, each used once. */
  on(code: number, handler: EventHandler): void {
    assert(this.#handlers[code] === undefined, 'one handler a code', { code });
    this.#handlers[code] = handler;
  }

  /**
   * Sets who is told of events of a code that come soon, most of them and some at a time, to fetch from
   * memory what they need: side by side, where the events themselves wait for one place of memory after the
   * other.
   */
  onComing(code: number, onComing: OnComing): void {
    this.#list.foretell?.(code, onComing);
  }

  schedule(at: Us, code: number, entity: number, detail: number): EventHandle {
    return this.#list.schedule(at, code, entity, detail);
  }

  cancel(handle: EventHandle): void {
    this.#list.cancel(handle);
  }

  reschedule(handle: EventHandle, at: Us): void {
    this.#list.reschedule(handle, at);
  }

  /** A copy of the state: pending events with their handles, clock and history. */
  save(): EventLoopState {
    return {
      list: this.#list.save(), now: this.#now, events: this.#events, fingerprint: this.#fingerprint.save(),
    };
  }

  /** Puts a saved state back; the handlers stay. */
  restore(state: EventLoopState): void {
    this.#list.restore(state.list);
    this.#now = state.now;
    this.#events = state.events;
    this.#fingerprint.restore(state.fingerprint);
  }

  /**
   * Keeps one wake-up event where a component wants it: schedules, moves or cancels, and returns the handle
   * to keep (NO_EVENT when `at` is Infinity).
   */
  rearm(handle: EventHandle, at: Us, code: number, entity: number): EventHandle {
    if (at === Infinity) {
      if (handle !== NO_EVENT) this.#list.cancel(handle);
      return NO_EVENT;
    }
    if (handle === NO_EVENT) return this.#list.schedule(at, code, entity, 0);
    this.#list.reschedule(handle, at);
    return handle;
  }

  /**
   * Delivers events up to and including time `until`, at most `maxEvents` of them. True when none is left
   * up to `until`; the clock then stands there.
   */
  run(until: Us, maxEvents = Infinity): boolean {
    const list = this.#list;
    const handlers = this.#handlers;
    for (let left = maxEvents; left > 0; left--) {
      if (!list.popUntil(until)) {
        // Until Infinity, the end of an empty list is not beyond.
        if (until < Infinity) this.#now = Math.max(this.#now, until);
        return true;
      }
      const { time, code, entity, detail } = list;
      this.#now = time;
      this.#events++;
      this.#fingerprint.add(time, code, entity);
      handlers[code]!(entity, detail);
    }
    return false;
  }
}
