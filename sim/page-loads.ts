import type { Us } from '../models/core/units.ts';
import type { MetadataDatabase } from '../models/services/metadata/database.ts';
import { CODES } from './codes.ts';
import { NO_EVENT, type EventHandle } from './kernel/event-list.ts';
import type { EventLoop } from './kernel/event-loop.ts';

/** What waits for a page. */
interface Waiting {
  readonly requestId: number;
  readonly object: number;
  event: EventHandle;
}

/** Copied state of the pages under way. */
export interface PageLoadsState {
  readonly missing: readonly number[];
  readonly waiting: ReadonlyArray<readonly [slot: number, waiting: Waiting]>;
}

/** Told of what becomes of a page. */
export interface OnPage {
  /** It is there: the manifest can be asked for. */
  readonly loaded: (slot: number, requestId: number, object: number) => void;
  /** Its metadata did not come in time. */
  readonly failed: (slot: number, requestId: number) => void;
}

/** Pages of viewers, whose metadata has to be there before the manifest can be asked for: a read each. */
export class PageLoads {
  readonly #database: MetadataDatabase;
  readonly #loop: EventLoop;
  readonly #told: OnPage;
  /** Slots whose viewer has no page yet. */
  readonly #missing = new Set<number>();
  readonly #waiting = new Map<number, Waiting>();

  constructor(database: MetadataDatabase, loop: EventLoop, told: OnPage) {
    this.#database = database;
    this.#loop = loop;
    this.#told = told;
    loop.on(CODES.pageAsked, (slot) => this.#ask(slot));
    loop.on(CODES.pageAnswered, (slot, ok) => this.#answered(slot, ok === 1));
  }

  /** A viewer has come, without a page. */
  opened(slot: number): void {
    this.#missing.add(slot);
  }

  /** Whether a viewer's page is still to be loaded. */
  isMissing(slot: number): boolean {
    return this.#missing.has(slot);
  }

  /** Whether a viewer waits for its page now. */
  isWaiting(slot: number): boolean {
    return this.#waiting.has(slot);
  }

  /** A viewer's page is asked for at a time, not before now; with it comes the name of the manifest. */
  request(slot: number, requestId: number, object: number, at: Us): void {
    this.#waiting.set(slot, { requestId, object, event: NO_EVENT });
    if (at > this.#loop.now) this.#schedule(slot, at, CODES.pageAsked, 0);
    else this.#ask(slot);
  }

  /** The viewer no longer waits. */
  cancel(slot: number): void {
    const waiting = this.#waiting.get(slot);
    if (waiting !== undefined) this.#loop.cancel(waiting.event);
    this.#waiting.delete(slot);
  }

  /** The viewer has gone. */
  closed(slot: number): void {
    this.cancel(slot);
    this.#missing.delete(slot);
  }

  save(): PageLoadsState {
    return {
      missing: [...this.#missing],
      waiting: [...this.#waiting].map(([slot, one]) => [slot, { ...one }] as const),
    };
  }

  restore(state: PageLoadsState): void {
    this.#missing.clear();
    this.#waiting.clear();
    for (const slot of state.missing) this.#missing.add(slot);
    for (const [slot, one] of state.waiting) this.#waiting.set(slot, { ...one });
  }

  #ask(slot: number): void {
    const { afterUs, ok } = this.#database.read(this.#loop.now);
    this.#schedule(slot, this.#loop.now + afterUs, CODES.pageAnswered, ok ? 1 : 0);
  }

  #answered(slot: number, ok: boolean): void {
    const { requestId, object } = this.#waiting.get(slot)!;
    this.#waiting.delete(slot);
    if (!ok) return this.#told.failed(slot, requestId);
    this.#missing.delete(slot);
    this.#told.loaded(slot, requestId, object);
  }

  #schedule(slot: number, at: Us, code: number, detail: number): void {
    this.#waiting.get(slot)!.event = this.#loop.schedule(at, code, slot, detail);
  }
}
