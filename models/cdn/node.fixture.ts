import { MetricSet } from '../core/metrics.ts';
import { NEVER, type Us } from '../core/units.ts';
import { BEHAVIOURS, type BehaviourName, type NodeBehaviour } from './behaviour.ts';
import { CacheNode } from './cache-node.ts';
import { CACHE_RESULTS } from './events.ts';
import { createPolicy } from './policy/registry.ts';
import type { CacheNodePorts } from './ports.ts';

/** A port call as tests read it. */
export type PortCall =
  | readonly ['respond', requestId: number, bytes: number, result: string, fetch: number]
  | readonly ['ended', requestId: number] | readonly ['cut', requestId: number]
  | readonly ['fail', requestId: number, status: number]
  | readonly ['fetch', fetch: number, object: number] | readonly ['ask', fetch: number, object: number]
  | readonly ['range', fetch: number, object: number, first: number, last: number]
  | readonly ['evicted', object: number];

/** Ports that note what they are called for; `ask` is a conditional fetch. */
export function recordPorts(calls: PortCall[]): CacheNodePorts {
  return {
    respond: (id, _object, bytes, result, fetch) => {
      calls.push(['respond', id, bytes, CACHE_RESULTS[result]!, fetch]);
    },
    answerEnded: (id, whole) => calls.push([whole ? 'ended' : 'cut', id]),
    respondFailure: (id, _object, status) => calls.push(['fail', id, status]),
    fetchFromParent: (fetch, object, conditional, first, last) => {
      if (first > 0 || last < Infinity) calls.push(['range', fetch, object, first, last]);
      else calls.push([conditional ? 'ask' : 'fetch', fetch, object]);
    },
    evicted: (object) => calls.push(['evicted', object]),
  };
}

/** A node of a hundred bytes, with what it said and counted. */
export class NodeRun {
  readonly calls: PortCall[] = [];
  readonly metrics: MetricSet;
  readonly node: CacheNode;

  constructor(
    behaviour: BehaviourName | NodeBehaviour = 'store-and-forward', capacity = 100,
    policy: 'lru' | 'unbounded' = 'lru', metrics = new MetricSet(),
  ) {
    this.metrics = metrics;
    const setup = {
      tier: 'edge', policy: createPolicy(policy, capacity),
      behaviour: typeof behaviour === 'string' ? BEHAVIOURS[behaviour] : behaviour,
    };
    this.node = new CacheNode(setup, recordPorts(this.calls), metrics);
  }

  /** The calls since it was last asked. */
  said(): PortCall[] {
    return this.calls.splice(0);
  }

  /** Head and end of a fetch at once. */
  fetched(now: Us, fetch: number, bytes: number, ttl: Us = NEVER): void {
    this.node.headArrived(now, fetch, 200, bytes, ttl);
    this.node.fetchEnded(now, fetch);
  }

  /** Fills the cache with objects of these sizes, named 0, 1, ... */
  filled(...sizes: number[]): this {
    sizes.forEach((bytes, object) => {
      this.node.requested(0, 1000 + object, object);
      this.fetched(0, 0, bytes);
    });
    this.calls.length = 0;
    return this;
  }

  /** Sum of a metric over the label sets that match. */
  count(name: string, labels: Readonly<Record<string, string>> = {}): number {
    return this.metrics.export(0)
      .filter((one) => one.declaration.name === name)
      .filter((one) => Object.entries(labels).every(([label, value]) => one.labels[label] === value))
      .reduce((sum, one) => sum + one.value, 0);
  }
}
