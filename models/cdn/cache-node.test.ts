import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InvariantError } from '../core/assert.ts';
import { MetricSet } from '../core/metrics.ts';
import { CacheNode } from './cache-node.ts';
import { cacheFetchSeconds } from './metrics.ts';
import { createPolicy } from './policy/registry.ts';
import type { CacheNodePorts } from './ports.ts';

type PortCall =
  | readonly ['respond', number, number, number, string]
  | readonly ['fail', number, number, string]
  | readonly ['fetch', number]
  | readonly ['evicted', number];

function recordPorts(calls: PortCall[]): CacheNodePorts {
  return {
    respond: (requestId, object, bytes, result) => calls.push(['respond', requestId, object, bytes, result]),
    respondFailure: (requestId, object, cause) => calls.push(['fail', requestId, object, cause]),
    fetchFromParent: (object) => calls.push(['fetch', object]),
    evicted: (object) => calls.push(['evicted', object]),
  };
}

/** A node of a hundred bytes, with what it said and counted. */
class Run {
  readonly calls: PortCall[] = [];
  readonly metrics: MetricSet;
  readonly node: CacheNode;

  constructor(capacity = 100, policy: 'lru' | 'unbounded' = 'lru', metrics = new MetricSet()) {
    this.metrics = metrics;
    this.node = new CacheNode('edge', createPolicy(policy, capacity), recordPorts(this.calls), metrics);
  }

  /** The calls since it was last asked. */
  said(): PortCall[] {
    return this.calls.splice(0);
  }

  /** Fills the cache with objects of these sizes, named 0, 1, ... */
  filled(...sizes: number[]): this {
    sizes.forEach((bytes, object) => {
      this.node.requested(0, 1000 + object, object);
      this.node.fetched(0, object, bytes);
    });
    this.calls.length = 0;
    return this;
  }

  count(name: string, labels: Readonly<Record<string, string>> = {}): number {
    return this.metrics.export(0)
      .filter((one) => one.declaration.name === name)
      .filter((one) => Object.entries(labels).every(([label, value]) => one.labels[label] === value))
      .reduce((sum, one) => sum + one.value, 0);
  }
}

describe('answers', () => {
  test('C2 C3 one fetch serves all who ask meanwhile, in the order of their asking', () => {
    const run = new Run();
    run.node.requested(0, 7, 1);
    run.node.requested(10, 3, 1);
    run.node.requested(20, 5, 1);
    expect(run.said()).toEqual([['fetch', 1]]);
    expect(run.node.fetching).toBe(1);
    run.node.fetched(30, 1, 40);
    expect(run.said()).toEqual([
      ['respond', 7, 1, 40, 'miss'], ['respond', 3, 1, 40, 'coalesced'], ['respond', 5, 1, 40, 'coalesced'],
    ]);
    expect([run.node.fetching, run.node.holds(1), run.node.used]).toEqual([0, true, 40]);
  });

  test('C1 then it is a hit', () => {
    const run = new Run().filled(40);
    run.node.requested(5, 9, 0);
    expect(run.said()).toEqual([['respond', 9, 0, 40, 'hit']]);
  });

  test('C4 a failure is told to all, and the next request asks again', () => {
    const run = new Run();
    run.node.requested(0, 1, 8);
    run.node.requested(0, 2, 8);
    run.node.fetchFailed(5, 8, 'parentTimeout');
    expect(run.said()).toEqual([
      ['fetch', 8], ['fail', 1, 8, 'parentTimeout'], ['fail', 2, 8, 'parentTimeout'],
    ]);
    expect([run.node.holds(8), run.node.fetching]).toEqual([false, 0]);
    run.node.requested(6, 3, 8);
    expect(run.said()).toEqual([['fetch', 8]]);
  });

  test('C5 an object larger than the cache passes through and drops nothing', () => {
    const run = new Run().filled(60);
    run.node.requested(0, 1, 5);
    run.node.requested(0, 2, 5);
    run.node.fetched(1, 5, 101);
    expect(run.said()).toEqual([
      ['fetch', 5], ['respond', 1, 5, 101, 'miss'], ['respond', 2, 5, 101, 'coalesced'],
    ]);
    expect([run.node.holds(5), run.node.holds(0), run.node.used]).toEqual([false, true, 60]);
  });

  test('C6 what makes room is reported before the answer', () => {
    const run = new Run().filled(40, 40);
    run.node.requested(0, 1, 0); // so that 1 is the oldest
    run.node.requested(0, 2, 9);
    run.node.fetched(0, 9, 50);
    expect(run.said()).toEqual([
      ['respond', 1, 0, 40, 'hit'], ['fetch', 9], ['evicted', 1], ['respond', 2, 9, 50, 'miss'],
    ]);
    expect([run.node.used, run.count('cache_used_bytes')]).toEqual([90, 90]);
    expect(run.count('cache_evictions_total')).toBe(1);
  });

  test('C9 objects do not wait for each other', () => {
    const run = new Run();
    run.node.requested(0, 1, 1);
    run.node.requested(0, 2, 2);
    run.node.fetched(1, 2, 10);
    expect(run.said()).toEqual([['fetch', 1], ['fetch', 2], ['respond', 2, 2, 10, 'miss']]);
  });

  test('C11 an answer to no question is refused', () => {
    const run = new Run().filled(10);
    expect(() => run.node.fetched(0, 3, 10)).toThrow(InvariantError);
    expect(() => run.node.fetched(0, 0, 10)).toThrow(InvariantError);
    expect(() => run.node.fetchFailed(0, 0, 'notFound')).toThrow(InvariantError);
  });
});

describe('accounts', () => {
  test('C7 C8 a hand-worked trace', () => {
    const run = new Run();
    run.node.requested(0, 1, 1);
    run.node.requested(500_000, 2, 1);
    run.node.fetched(2_000_000, 1, 60);
    run.node.requested(2_000_000, 3, 1);
    run.node.requested(2_000_000, 4, 2);
    run.node.fetchFailed(2_250_000, 2, 'notFound');
    run.node.requested(3_000_000, 5, 3);
    run.node.fetched(3_125_000, 3, 70);
    const results = ['hit', 'coalesced', 'miss', 'error'];
    expect(results.map((result) => run.count('cache_requests_total', { result }))).toEqual([1, 1, 2, 1]);
    expect(results.map((result) => run.count('cache_bytes_total', { result }))).toEqual([60, 60, 130, 0]);
    expect([run.count('cache_evictions_total'), run.count('cache_used_bytes')]).toEqual([1, 70]);
    const fetches = run.metrics.view(0);
    expect([0, 1].map((q) => fetches.quantile(cacheFetchSeconds, q))).toEqual([0.125, 2]);
  });

  test('C7 a tier holds what its nodes hold together', () => {
    const metrics = new MetricSet();
    const first = new Run(100, 'lru', metrics).filled(40);
    new Run(100, 'lru', metrics).filled(30, 90);
    expect(first.count('cache_used_bytes')).toBe(130);
  });

  test('C2 C7 C20 C24 hold for any sequence of requests and answers', () => {
    const policies = fc.constantFrom('lru' as const, 'unbounded' as const);
    fc.assert(fc.property(anySteps(), policies, (steps, policy) => {
      const run = new Run(100, policy);
      const asked = new Map<number, number[]>(); // who waits for what, by our own count
      const missed = new Map<number, number>();
      let answered = 0;
      steps.forEach(({ object, action }, i) => {
        const waiting = asked.get(object);
        if (action === 'request') {
          const held = run.node.holds(object);
          run.node.requested(i, i, object);
          if (held) expect(run.said()).toEqual([['respond', i, object, sizeOf(object), 'hit']]);
          else expect(run.said()).toEqual(waiting === undefined ? [['fetch', object]] : []);
          if (held) answered++;
          else asked.set(object, [...(waiting ?? []), i]);
        } else if (waiting !== undefined) {
          if (action === 'fetched') run.node.fetched(i, object, sizeOf(object));
          else run.node.fetchFailed(i, object, 'parentReset');
          const answers = run.said().filter(([kind]) => kind !== 'evicted');
          expect(answers.map((call) => call[1])).toEqual(waiting);
          answered += answers.length;
          asked.delete(object);
          if (action === 'fetched') missed.set(object, (missed.get(object) ?? 0) + 1);
        }
        expect(run.node.used).toBeLessThanOrEqual(policy === 'lru' ? 100 : Infinity);
        expect(run.count('cache_used_bytes')).toBe(run.node.used);
        expect(run.node.fetching).toBe(asked.size);
      });
      expect(run.count('cache_requests_total')).toBe(answered);
      if (policy === 'unbounded') expect(Math.max(0, ...missed.values())).toBeLessThanOrEqual(1);
    }), { seed: 5, numRuns: 300 });
  });

  test('C10 a node saved anywhere, with fetches under way, goes on the same', () => {
    fc.assert(fc.property(anySteps(), fc.nat(60), (steps, cut) => {
      const whole = new Run();
      apply(whole, steps, 0);
      const first = new Run();
      apply(first, steps.slice(0, cut), 0);
      const second = new Run();
      second.node.restore(structuredClone(first.node.save()));
      const saved = first.node.save();
      const copy = structuredClone(saved);
      apply(first, steps.slice(cut), cut);
      expect(saved).toEqual(copy);
      apply(second, steps.slice(cut), cut);
      expect(second.node.save()).toEqual(whole.node.save());
      expect(first.calls).toEqual(whole.calls);
      expect(second.calls).toEqual(first.calls.slice(first.calls.length - second.calls.length));
    }), { seed: 6, numRuns: 300 });
  });
});

interface Step {
  readonly object: number;
  readonly action: 'request' | 'fetched' | 'failed';
}

function anySteps(): fc.Arbitrary<Step[]> {
  const action = fc.constantFrom<Step['action']>('request', 'request', 'fetched', 'failed');
  return fc.array(fc.record({ object: fc.nat(9), action }), { maxLength: 60 });
}

function sizeOf(object: number): number {
  return object === 9 ? 200 : 10 + object * 8;
}

/** Plays the steps as data; answers to nothing are left out. */
function apply(run: Run, steps: readonly Step[], from: number): void {
  steps.forEach(({ object, action }, i) => {
    const now = from + i;
    const waits = run.node.save().fetches.some(([fetched]) => fetched === object);
    if (action === 'request') run.node.handle(now, { kind: 'requested', requestId: now, object });
    else if (!waits) return;
    else if (action === 'failed') run.node.handle(now, { kind: 'fetchFailed', object, cause: 'parentError' });
    else run.node.handle(now, { kind: 'fetched', object, bytes: sizeOf(object) });
  });
}
