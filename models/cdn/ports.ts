import type { Bytes } from '../core/units.ts';
import type { CacheFailure, CacheResult } from './events.ts';

/**
 * What a cache node asks of the world. Void calls: never awaited, and the world must not call back into the
 * node before the call that caused them has returned.
 *
 *   requested ───▶ ┌───────────┐ ─▶ respond          [bytes, hit | miss | coalesced]
 *   fetched ─────▶ │ CacheNode │ ─▶ respondFailure
 *   fetchFailed ─▶ └───────────┘ ─▶ fetchFromParent
 *                                 ─▶ evicted         (a real host drops the bytes)
 */
export interface CacheNodePorts {
  respond(requestId: number, object: number, bytes: Bytes, result: CacheResult): void;
  respondFailure(requestId: number, object: number, cause: CacheFailure): void;
  fetchFromParent(object: number): void;
  evicted(object: number): void;
}
