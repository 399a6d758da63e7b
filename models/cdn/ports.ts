import type { Bytes } from '../core/units.ts';
import type { CacheResult, Status } from './events.ts';

/**
 * What a cache node asks of the world. Void calls: never awaited, and the world must not call back into the
 * node before the call that caused them has returned.
 *
 *   requested ───▶ ┌───────────┐ ─▶ respond          [bytes, how it came by them, fetch they follow]
 *   headArrived ─▶ │           │ ─▶ answerEnded      (a followed fetch is over)
 *   fetchEnded ──▶ │ CacheNode │ ─▶ respondFailure   [status]
 *   parentFailed ▶ │           │ ─▶ fetchFromParent  [whole or range, conditional]
 *   purged ──────▶ │           │ ─▶ evicted          (a real host drops the bytes)
 *   woken ───────▶ └───────────┘      wakeAt()
 */
export interface CacheNodePorts {
  /**
   * Answers a request with so many bytes: at once when `fetch` is NO_FETCH, else as those of the fetch
   * come, or, with MORE_SLICES, of several, until `answerEnded`. `level` is where a held object was read:
   * MEMORY or DISK.
   */
  respond(
    requestId: number, object: number, bytes: Bytes, result: CacheResult, fetch: number, level: number,
  ): void;
  /** The fetch whose bytes an answer follows has ended, or failed: then the answer is cut short. */
  answerEnded(requestId: number, whole: boolean): void;
  respondFailure(requestId: number, object: number, status: Status): void;
  /** Asks the parent; by a conditional request (If-None-Match) where it may confirm what is held. */
  fetchFromParent(fetch: number, object: number, conditional: boolean, first: Bytes, last: Bytes): void;
  evicted(object: number): void;
}

/** Level of a node from which an answer comes: memory, also for what has just been fetched. */
export const MEMORY = 0;
/** Read from disk. */
export const DISK = 1;
