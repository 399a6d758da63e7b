import { describe, expect, test } from 'vitest';
import { MetricSet } from '../core/metrics.ts';
import { NEVER, US_PER_S } from '../core/units.ts';
import type { BehaviourName } from './behaviour.ts';
import { CacheNode } from './cache-node.ts';
import { NO_STORE, UNSTATED } from './events.ts';
import { NodeRun, recordPorts } from './node.fixture.ts';
import { createPolicy } from './policy/registry.ts';

describe('lifetimes', () => {
  /** A node that holds object 8 of 40 bytes, fresh for ten seconds. */
  function aged(behaviour: BehaviourName, staleUs = UNSTATED): NodeRun {
    const run = new NodeRun(behaviour);
    run.node.requested(0, 100, 8);
    run.node.headArrived(0, 0, 200, 40, 10 * US_PER_S, staleUs);
    run.node.fetchEnded(0, 0);
    run.node.requested(10 * US_PER_S - 1, 101, 8);
    expect(run.said().at(-1)).toEqual(['respond', 101, 40, 'hit', -1]);
    return run;
  }

  test('C18 an expired object is asked about by a condition, or fetched anew where there is none', () => {
    const ats = aged('ats');
    ats.node.requested(10 * US_PER_S, 1, 8);
    ats.node.requested(10 * US_PER_S, 2, 8);
    ats.node.headArrived(11 * US_PER_S, 0, 304, 0, 10 * US_PER_S);
    ats.node.woken(11_050_000);
    ats.node.requested(20 * US_PER_S, 3, 8);
    expect(ats.said()).toEqual([
      ['ask', 0, 8], ['respond', 1, 40, 'revalidated', -1], ['respond', 2, 40, 'coalesced', -1],
      ['respond', 3, 40, 'hit', -1],
    ]);
    const nginx = aged('nginx-lock');
    nginx.node.requested(10 * US_PER_S, 1, 8);
    nginx.node.requested(10 * US_PER_S, 2, 8);
    expect(nginx.said()).toEqual([['fetch', 0, 8], ['fetch', 1, 8]]);
    nginx.fetched(11 * US_PER_S, 0, 50, NEVER);
    expect([nginx.node.used, nginx.count('cache_used_bytes')]).toEqual([50, 50]); // the new one in its place
  });

  test('C18 an object that was dropped while the parent confirmed it is fetched in full', () => {
    const run = aged('ats');
    run.node.requested(10 * US_PER_S, 1, 8);
    run.node.requested(10 * US_PER_S, 2, 9);
    run.fetched(10 * US_PER_S, 1, 90);
    run.said();
    run.node.headArrived(11 * US_PER_S, 0, 304, 0, 10 * US_PER_S);
    expect(run.said()).toEqual([['fetch', 0, 8]]);
    run.fetched(12 * US_PER_S, 0, 40);
    expect(run.said()).toEqual([['respond', 1, 40, 'miss', 0], ['evicted', 9], ['ended', 1]]);
  });

  test('C19 a stale object is given while it is fetched, in the background or for the first who asks', () => {
    const varnish = aged('varnish');
    varnish.node.requested(20 * US_PER_S - 1, 1, 8);
    varnish.node.requested(20 * US_PER_S - 1, 2, 8);
    expect(varnish.said()).toEqual([
      ['respond', 1, 40, 'stale', -1], ['ask', 0, 8], ['respond', 2, 40, 'stale', -1],
    ]);
    const nginx = aged('nginx', 30 * US_PER_S);
    nginx.node.requested(40 * US_PER_S - 1, 1, 8);
    nginx.node.requested(40 * US_PER_S - 1, 2, 8);
    expect(nginx.said()).toEqual([['fetch', 0, 8], ['respond', 2, 40, 'stale', -1]]);
    const late = aged('varnish');
    late.node.requested(20 * US_PER_S, 1, 8);
    late.node.requested(20 * US_PER_S, 2, 8);
    expect(late.said()).toEqual([['fetch', 0, 8]]);
  });

  test('C26 a stale object is given when the parent fails, for as long as that is allowed', () => {
    const run = aged('ats');
    run.node.requested(1000 * US_PER_S, 1, 8);
    run.node.headArrived(1001 * US_PER_S, 0, 503, 0, UNSTATED);
    run.node.requested(1810 * US_PER_S, 2, 8);
    run.node.parentFailed(1811 * US_PER_S, 0, 504);
    expect(run.said()).toEqual([
      ['ask', 0, 8], ['respond', 1, 40, 'stale', -1], ['ask', 0, 8], ['fail', 2, 504],
    ]);
  });

  test('C27 a refusal is kept as its status says, and answered from the cache', () => {
    const asks = (behaviour: BehaviourName, status: number, ttl: number): number => {
      const run = new NodeRun(behaviour);
      for (let i = 0; i < 5; i++) {
        const before = run.node.fetching;
        run.node.requested(i, i, 8);
        if (run.node.fetching > before) run.node.headArrived(i, 0, status, 9, ttl);
        expect(run.said().at(-1)).toEqual(['fail', i, status]);
      }
      return run.count('cache_fetches_total');
    };
    expect([asks('nginx', 404, UNSTATED), asks('nginx', 404, 60e6)]).toEqual([5, 1]);
    expect(asks('nginx', 500, 60e6)).toBe(1);
    expect([asks('varnish', 404, UNSTATED), asks('varnish', 500, 60e6)]).toEqual([1, 5]);
    expect([asks('ideal', 503, UNSTATED), asks('ideal', 404, NO_STORE)]).toEqual([1, 5]);
  });

  test('C28 a child is told what is left of a lifetime, or all of it', () => {
    expect(aged('varnish').node.freshFor(4 * US_PER_S, 8)).toBe(6 * US_PER_S);
    expect(aged('varnish').node.freshFor(14 * US_PER_S, 8)).toBe(0);
    expect(aged('nginx').node.freshFor(4 * US_PER_S, 8)).toBe(10 * US_PER_S);
    expect(new NodeRun().filled(10).node.freshFor(4, 0)).toBe(NEVER);
    expect(new NodeRun().node.freshFor(4, 0)).toBe(UNSTATED);
  });
});

describe('ranges, purges, prefetches, levels', () => {
  test('C29 a range is answered with its own bytes', () => {
    const run = new NodeRun('varnish');
    run.node.requested(0, 1, 8, 10, 19);
    run.fetched(1, 0, 40);
    run.node.requested(2, 2, 8, 30, Infinity);
    run.node.requested(2, 3, 8, 35, 99);
    run.node.requested(2, 4, 8, 40, 50);
    expect(run.said()).toEqual([
      ['fetch', 0, 8], ['respond', 1, 10, 'miss', 0], ['ended', 1],
      ['respond', 2, 10, 'hit', -1], ['respond', 3, 5, 'hit', -1], ['respond', 4, 0, 'hit', -1],
    ]);
  });

  test('C29 a cache that passes ranges keeps none of them, and serves them from what it holds', () => {
    const run = new NodeRun('ats');
    run.node.requested(0, 1, 8, 0, 9);
    run.fetched(1, 0, 40);
    expect(run.said()).toEqual([['range', 0, 8, 0, 9], ['respond', 1, 10, 'pass', 0], ['ended', 1]]);
    expect(run.node.holds(8)).toBe(false);
    run.filled(40);
    run.node.requested(2, 2, 0, 0, 9);
    expect(run.said()).toEqual([['respond', 2, 10, 'hit', -1]]);
  });

  test('C30 a purge drops the object, and what is on its way serves those who waited and is not kept', () => {
    const run = new NodeRun('varnish').filled(40);
    run.node.purged(0);
    expect(run.said()).toEqual([['evicted', 0]]);
    expect([run.node.used, run.count('cache_used_bytes')]).toEqual([0, 0]);
    expect(run.count('cache_evictions_total')).toBe(0);
    run.node.requested(1, 1, 0);
    run.node.purged(0);
    run.node.requested(2, 2, 0);
    run.fetched(3, 0, 40);
    expect(run.said()).toEqual([
      ['fetch', 0, 0], ['fetch', 1, 0], ['respond', 1, 40, 'pass', 0], ['ended', 1],
    ]);
    expect(run.node.holds(0)).toBe(false);
    run.fetched(4, 1, 50);
    expect([run.node.holds(0), run.node.used]).toEqual([true, 50]);
  });

  test('C31 what is wanted beforehand is fetched once, and who asks meanwhile waits for it', () => {
    const run = new NodeRun('varnish').filled(40);
    for (const object of [0, 8, 8]) run.node.prefetched(1, object);
    run.node.requested(1, 1, 8);
    run.fetched(2, 0, 50);
    run.node.requested(3, 2, 8);
    expect(run.said()).toEqual([
      ['fetch', 0, 8], ['respond', 1, 50, 'coalesced', 0], ['ended', 1], ['respond', 2, 50, 'hit', -1],
    ]);
    expect(run.count('cache_requests_total', { result: 'miss' })).toBe(1); // the filling
  });

  test('C32 memory answers what was used last, disk the rest; what leaves the disk leaves the memory', () => {
    const levels: number[] = [];
    const ports = { ...recordPorts([]), respond: (...args: readonly number[]) => void levels.push(args[5]!) };
    const setup = { tier: 'edge', policy: createPolicy('lru', 100), memory: createPolicy('lru', 50) };
    const node = new CacheNode(setup, ports, new MetricSet());
    const ask = (object: number): void => {
      node.requested(0, 1, object);
      if (node.fetching === 0) return;
      node.headArrived(0, 0, 200, 40, NEVER);
      node.fetchEnded(0, 0);
    };
    [1, 1, 2, 2, 1, 1, 3, 2].forEach(ask);
    // 1 fetched, in memory; 2 likewise; 1 from disk, then memory; 3 drops 2 from disk; 2 is fetched.
    expect(levels).toEqual([0, 0, 0, 0, 1, 0, 0, 0]);
    expect(node.holds(1)).toBe(false);
  });
});
