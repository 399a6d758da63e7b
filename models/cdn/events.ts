import type { Bytes, Us } from '../core/units.ts';

/**
 * How a cache node came by the object it answers with: it held it; it held it, expired; the parent
 * confirmed what it held; another's fetch brought it; its own fetch did; its own fetch did and it may not
 * be kept.
 */
export const CACHE_RESULTS = ['hit', 'stale', 'revalidated', 'coalesced', 'miss', 'pass'] as const;

/** Index into CACHE_RESULTS: what ports carry; up to REVALIDATED, answers are the node's own. */
export type CacheResult = number;

export const HIT: CacheResult = 0;
export const STALE: CacheResult = 1;
export const REVALIDATED: CacheResult = 2;
export const COALESCED: CacheResult = 3;
export const MISS: CacheResult = 4;
export const PASS: CacheResult = 5;

/** HTTP status of an answer: 200, 206, 304, 404, 503, ... */
export type Status = number;

/** The parent did not answer in time: what a node says then. */
export const PARENT_TIMEOUT: Status = 504;
/** The connection to the parent broke. */
export const PARENT_RESET: Status = 502;

/** In place of a lifetime: the answer may not be kept. */
export const NO_STORE = -1;
/** In place of a lifetime: the parent says nothing about it. */
export const UNSTATED = -2;

/** In place of a fetch: all bytes are here. */
export const NO_FETCH = -1;

/** In place of a fetch: the bytes come slice by slice. */
export const MORE_SLICES = -2;

/** In place of the last byte of a range: to the end. */
export const TO_END: Bytes = Infinity;

/**
 * Everything that can happen to a cache node. Objects are interned integers; hosts keep the table of names.
 * Fetches have the numbers the node gave them; a number is used again when its fetch is over.
 */
export type CacheInput =
  | {
      readonly kind: 'requested'; readonly requestId: number; readonly object: number;
      /** First and last byte asked for; the whole object when left out. */
      readonly first?: Bytes; readonly last?: Bytes;
    }
  /**
   * The first byte of the parent's answer. `bytes` is the size of the whole object, `ttlUs` its stated
   * lifetime, NO_STORE or UNSTATED, `staleUs` a stated stale-while-revalidate or UNSTATED. With 304 and
   * from 400 on the fetch is over.
   */
  | {
      readonly kind: 'headArrived'; readonly fetch: number; readonly status: Status; readonly bytes: Bytes;
      readonly ttlUs: Us; readonly staleUs: Us;
    }
  /** The last byte of the parent's answer. */
  | { readonly kind: 'fetchEnded'; readonly fetch: number }
  /** The parent was silent or broke off, before its head or after. */
  | { readonly kind: 'parentFailed'; readonly fetch: number; readonly status: Status }
  /** The object is wanted before anybody asks for it. */
  | { readonly kind: 'prefetched'; readonly object: number }
  /** The object has changed or gone: it is dropped, and what is on its way is not kept. */
  | { readonly kind: 'purged'; readonly object: number }
  /** Time has come to what `wakeAt` said. */
  | { readonly kind: 'woken' };
