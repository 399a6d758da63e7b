import type { MetricHandle, MetricSet } from '../core/metrics.ts';
import { US_PER_S, type Bytes, type Us } from '../core/units.ts';
import { CACHE_RESULTS, type CacheResult } from './events.ts';
import {
  cacheBytes, cacheCuts, cacheEvictions, cacheFetches, cacheFetchSeconds, cacheRequests, cacheUsed,
} from './metrics.ts';

/** The counters of one node, bound once. */
export class NodeMeters {
  readonly #set: MetricSet;
  readonly #requests: readonly MetricHandle[];
  readonly #bytes: readonly MetricHandle[];
  readonly #errors: MetricHandle;
  readonly #evictions: MetricHandle;
  readonly #cuts: MetricHandle;
  readonly #used: MetricHandle;
  readonly #fetches: MetricHandle;
  readonly #fetchSeconds: MetricHandle;

  constructor(tier: string, metrics: MetricSet) {
    this.#set = metrics;
    this.#requests = CACHE_RESULTS.map((result) => metrics.bind(cacheRequests, tier, result));
    this.#errors = metrics.bind(cacheRequests, tier, 'error');
    this.#bytes = CACHE_RESULTS.map((result) => metrics.bind(cacheBytes, tier, result));
    this.#evictions = metrics.bind(cacheEvictions, tier);
    this.#cuts = metrics.bind(cacheCuts, tier);
    this.#used = metrics.bind(cacheUsed, tier);
    this.#fetches = metrics.bind(cacheFetches, tier);
    this.#fetchSeconds = metrics.bind(cacheFetchSeconds, tier);
  }

  answered(result: CacheResult, bytes: Bytes): void {
    this.#set.add(this.#requests[result]!, 1);
    this.#set.add(this.#bytes[result]!, bytes);
  }

  failed(): void {
    this.#set.add(this.#errors, 1);
  }

  /** A request to the parent. */
  asked(): void {
    this.#set.add(this.#fetches, 1);
  }

  /** The parent's whole answer after so long. */
  fetched(afterUs: Us): void {
    this.#set.observe(this.#fetchSeconds, afterUs / US_PER_S);
  }

  evicted(): void {
    this.#set.add(this.#evictions, 1);
  }

  cut(): void {
    this.#set.add(this.#cuts, 1);
  }

  /** Bytes held have changed by so many. */
  grown(bytes: Bytes): void {
    if (bytes !== 0) this.#set.add(this.#used, bytes);
  }
}
