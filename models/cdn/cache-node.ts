import { assert } from '../core/assert.ts';
import type { MetricHandle, MetricSet } from '../core/metrics.ts';
import { US_PER_S, type Bytes, type Us } from '../core/units.ts';
import type { CacheFailure, CacheInput, CacheResult } from './events.ts';
import {
  cacheBytes, cacheEvictions, cacheFetches, cacheFetchSeconds, cacheRequests, cacheUsed,
} from './metrics.ts';
import type { EvictionPolicy, EvictionPolicyState } from './policy/policy.ts';
import type { CacheNodePorts } from './ports.ts';

/** Copied state of a cache node. */
export interface CacheNodeState {
  readonly policy: EvictionPolicyState;
  readonly fetches: ReadonlyArray<readonly [number, Fetch]>;
}

/** An object asked of the parent and not yet answered. */
interface Fetch {
  readonly since: Us;
  /** Requests that wait for it, the one that missed first. */
  readonly requests: readonly number[];
}

/**
 * One cache: answers what it holds, asks its parent once for what it does not, and answers everybody who
 * waited when the object has come whole. SPEC.md numbers what it promises.
 */
export class CacheNode {
  readonly tier: string;
  readonly #policy: EvictionPolicy;
  readonly #ports: CacheNodePorts;
  readonly #set: MetricSet;
  readonly #requests: Readonly<Record<CacheResult | 'error', MetricHandle>>;
  readonly #bytes: Readonly<Record<CacheResult, MetricHandle>>;
  readonly #evictions: MetricHandle;
  readonly #used: MetricHandle;
  readonly #fetched: MetricHandle;
  readonly #fetchSeconds: MetricHandle;
  readonly #fetches = new Map<number, { readonly since: Us; readonly requests: number[] }>();
  readonly #onEvict: (object: number) => void;

  constructor(tier: string, policy: EvictionPolicy, ports: CacheNodePorts, metrics: MetricSet) {
    this.tier = tier;
    this.#policy = policy;
    this.#ports = ports;
    this.#set = metrics;
    const requests = (result: string) => metrics.bind(cacheRequests, tier, result);
    const bytes = (result: string) => metrics.bind(cacheBytes, tier, result);
    this.#requests = {
      hit: requests('hit'), coalesced: requests('coalesced'), miss: requests('miss'),
      error: requests('error'),
    };
    this.#bytes = { hit: bytes('hit'), coalesced: bytes('coalesced'), miss: bytes('miss') };
    this.#evictions = metrics.bind(cacheEvictions, tier);
    this.#used = metrics.bind(cacheUsed, tier);
    this.#fetched = metrics.bind(cacheFetches, tier);
    this.#fetchSeconds = metrics.bind(cacheFetchSeconds, tier);
    this.#onEvict = (object) => {
      this.#set.add(this.#evictions, 1);
      this.#ports.evicted(object);
    };
  }

  /** Delivers one input as data: the door for real hosts, recordings and tests. */
  handle(now: Us, input: CacheInput): void {
    switch (input.kind) {
      case 'requested':
        return this.requested(now, input.requestId, input.object);
      case 'fetched':
        return this.fetched(now, input.object, input.bytes);
      case 'fetchFailed':
        return this.fetchFailed(now, input.object, input.cause);
      default:
        input satisfies never;
    }
  }

  /** A viewer or a child asks for an object. */
  requested(now: Us, requestId: number, object: number): void {
    if (this.#policy.has(object)) {
      // Answered before it is touched: a policy of segments may drop objects on a hit.
      this.#respond(requestId, object, this.#policy.sizeOf(object), 'hit');
      const before = this.#policy.used;
      this.#policy.touch(object, this.#onEvict);
      this.#set.add(this.#used, this.#policy.used - before);
      return;
    }
    const fetch = this.#fetches.get(object);
    if (fetch !== undefined) {
      fetch.requests.push(requestId);
      return;
    }
    this.#fetches.set(object, { since: now, requests: [requestId] });
    this.#set.add(this.#fetched, 1);
    this.#ports.fetchFromParent(object);
  }

  /**
   * The parent's answer is here whole: everybody who waited is answered, and the object is kept if it fits.
   */
  fetched(now: Us, object: number, bytes: Bytes): void {
    const { since, requests } = this.#takeFetch(object);
    this.#set.observe(this.#fetchSeconds, (now - since) / US_PER_S);
    const before = this.#policy.used;
    // Objects too large for the cache pass through.
    this.#policy.insert(object, bytes, this.#onEvict);
    this.#set.add(this.#used, this.#policy.used - before);
    requests.forEach((requestId, i) => {
      this.#respond(requestId, object, bytes, i === 0 ? 'miss' : 'coalesced');
    });
  }

  /** The parent has no answer: everybody who waited is told, nothing is kept. */
  fetchFailed(_now: Us, object: number, cause: CacheFailure): void {
    for (const requestId of this.#takeFetch(object).requests) {
      this.#set.add(this.#requests.error, 1);
      this.#ports.respondFailure(requestId, object, cause);
    }
  }

  /** Bytes held. */
  get used(): Bytes {
    return this.#policy.used;
  }

  /** Objects asked of the parent and not yet answered. */
  get fetching(): number {
    return this.#fetches.size;
  }

  /** True when the node holds the object. */
  holds(object: number): boolean {
    return this.#policy.has(object);
  }

  /** A copy of the whole state. */
  save(): CacheNodeState {
    const fetches = [...this.#fetches].map(([object, { since, requests }]) => {
      return [object, { since, requests: [...requests] }] as const;
    });
    return { policy: this.#policy.save(), fetches };
  }

  /** Puts a saved state back. */
  restore(state: CacheNodeState): void {
    this.#policy.restore(state.policy);
    this.#fetches.clear();
    for (const [object, { since, requests }] of state.fetches) {
      this.#fetches.set(object, { since, requests: [...requests] });
    }
  }

  #takeFetch(object: number): Fetch {
    const fetch = this.#fetches.get(object);
    assert(fetch !== undefined, 'an answer is to a question', { tier: this.tier, object });
    assert(!this.#policy.has(object), 'what is fetched is not held', { tier: this.tier, object });
    this.#fetches.delete(object);
    return fetch;
  }

  #respond(requestId: number, object: number, bytes: Bytes, result: CacheResult): void {
    this.#set.add(this.#requests[result], 1);
    this.#set.add(this.#bytes[result], bytes);
    this.#ports.respond(requestId, object, bytes, result);
  }
}
