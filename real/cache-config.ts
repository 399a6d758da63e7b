import type { Us } from '../models/core/units.ts';
import type { MarkKind, MetricTapeData } from './metric-tape.ts';
import type { S3Endpoint } from './object-store.ts';
import type { RecordedCache, RecordingEntry } from './recording.ts';

/** Where a cache gets what it does not hold. */
export type CacheParentConfig =
  /** Another cache. */
  | { readonly kind: 'http'; readonly host: string; readonly port: number }
  /** A bucket: the path of a request is the key. */
  | { readonly kind: 's3'; readonly endpoint: S3Endpoint; readonly bucket: string };

/** What a cache process is told when it starts. */
export interface CacheConfig extends RecordedCache {
  readonly parent: CacheParentConfig;
  /** Longest wait for the parent's whole answer. [ms] */
  readonly parentLimitMs: number;
}

/** From the run to a cache process: in this order, `mark` any number of times. */
export type ToCache =
  | { readonly kind: 'start'; readonly config: CacheConfig }
  /** The run begins: the epoch of its clock. */
  | { readonly kind: 'go'; readonly epoch: string }
  | { readonly kind: 'mark'; readonly mark: MarkKind; readonly atUs: Us }
  | { readonly kind: 'finish' };

/** What a cache process has measured up to its last mark, and recorded since the one before. */
export interface CacheSoFar {
  readonly tape: MetricTapeData;
  readonly entries: readonly RecordingEntry[];
}

/** From a cache process to the run: the answers to `start`, `go`, `mark` and `finish`. */
export type FromCache =
  | { readonly kind: 'listening'; readonly port: number }
  | { readonly kind: 'ready' }
  | ({ readonly kind: 'marked' } & CacheSoFar)
  | ({ readonly kind: 'finished' } & CacheSoFar);
