import type { Bytes } from '../core/units.ts';

/** How a cache node came by the object it answers with. */
export type CacheResult = 'hit' | 'miss' | 'coalesced';

/** Why a node cannot answer. */
export type CacheFailure = 'parentTimeout' | 'parentReset' | 'notFound' | 'parentError';

/**
 * Everything that can happen to a cache node. Objects are interned integers; hosts keep the table of names.
 */
export type CacheInput =
  | { readonly kind: 'requested'; readonly requestId: number; readonly object: number }
  | { readonly kind: 'fetched'; readonly object: number; readonly bytes: Bytes }
  | { readonly kind: 'fetchFailed'; readonly object: number; readonly cause: CacheFailure };
