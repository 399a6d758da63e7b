import { describe, expect, test } from 'vitest';
import { InvariantError } from '../core/assert.ts';
import { MetricSet } from '../core/metrics.ts';
import { NEVER, US_PER_S } from '../core/units.ts';
import { BEHAVIOURS } from './behaviour.ts';
import { NO_STORE } from './events.ts';
import { cacheFetchSeconds } from './metrics.ts';
import { NodeRun } from './node.fixture.ts';

describe('store and forward', () => {
  test('C2 C3 one fetch serves all who ask meanwhile, in the order of their asking', () => {
    const run = new NodeRun();
    run.node.requested(0, 7, 1);
    run.node.requested(10, 3, 1);
    run.node.requested(20, 5, 1);
    expect(run.said()).toEqual([['fetch', 0, 1]]);
    expect(run.node.fetching).toBe(1);
    run.node.headArrived(25, 0, 200, 40, NEVER);
    expect(run.said()).toEqual([]);
    run.node.fetchEnded(30, 0);
    expect(run.said()).toEqual([
      ['respond', 7, 40, 'miss', -1], ['respond', 3, 40, 'coalesced', -1],
      ['respond', 5, 40, 'coalesced', -1],
    ]);
    expect([run.node.fetching, run.node.holds(1), run.node.used]).toEqual([0, true, 40]);
  });

  test('C1 then it is a hit', () => {
    const run = new NodeRun().filled(40);
    run.node.requested(5, 9, 0);
    expect(run.said()).toEqual([['respond', 9, 40, 'hit', -1]]);
  });

  test('C4 a failure is told to all, and the next request asks again', () => {
    const run = new NodeRun();
    run.node.requested(0, 1, 8);
    run.node.requested(0, 2, 8);
    run.node.parentFailed(5, 0, 504);
    expect(run.said()).toEqual([['fetch', 0, 8], ['fail', 1, 504], ['fail', 2, 504]]);
    expect([run.node.holds(8), run.node.fetching]).toEqual([false, 0]);
    run.node.requested(6, 3, 8);
    expect(run.said()).toEqual([['fetch', 0, 8]]);
  });

  test('C5 an object larger than the cache passes through and drops nothing', () => {
    const run = new NodeRun().filled(60);
    run.node.requested(0, 1, 5);
    run.node.requested(0, 2, 5);
    run.fetched(1, 0, 101);
    expect(run.said()).toEqual([
      ['fetch', 0, 5], ['respond', 1, 101, 'miss', -1], ['respond', 2, 101, 'coalesced', -1],
    ]);
    expect([run.node.holds(5), run.node.holds(0), run.node.used]).toEqual([false, true, 60]);
  });

  test('C6 what makes room is reported before the answer', () => {
    const run = new NodeRun().filled(40, 40);
    run.node.requested(0, 1, 0); // so that 1 is the oldest
    run.node.requested(0, 2, 9);
    run.fetched(0, 0, 50);
    expect(run.said()).toEqual([
      ['respond', 1, 40, 'hit', -1], ['fetch', 0, 9], ['evicted', 1], ['respond', 2, 50, 'miss', -1],
    ]);
    expect([run.node.used, run.count('cache_used_bytes')]).toEqual([90, 90]);
    expect(run.count('cache_evictions_total')).toBe(1);
  });

  test('C9 objects do not wait for each other', () => {
    const run = new NodeRun();
    run.node.requested(0, 1, 1);
    run.node.requested(0, 2, 2);
    run.fetched(1, 1, 10);
    expect(run.said()).toEqual([['fetch', 0, 1], ['fetch', 1, 2], ['respond', 2, 10, 'miss', -1]]);
  });

  test('C11 an answer to no question is refused', () => {
    const run = new NodeRun().filled(10);
    expect(() => run.node.headArrived(0, 0, 200, 10, NEVER)).toThrow(InvariantError);
    expect(() => run.node.parentFailed(0, 5, 504)).toThrow(InvariantError);
    run.node.requested(0, 1, 7);
    expect(() => run.node.fetchEnded(0, 0)).toThrow(InvariantError);
    run.node.headArrived(0, 0, 200, 10, NEVER);
    expect(() => run.node.headArrived(0, 0, 200, 10, NEVER)).toThrow(InvariantError);
  });
});

describe('streaming', () => {
  test('C12 the head answers all who wait, later ones follow at once, and the end ends them all', () => {
    const run = new NodeRun('varnish');
    run.node.requested(0, 1, 8);
    run.node.requested(1, 2, 8);
    run.node.headArrived(2, 0, 200, 40, NEVER);
    run.node.requested(3, 3, 8);
    expect(run.said()).toEqual([
      ['fetch', 0, 8], ['respond', 1, 40, 'miss', 0], ['respond', 2, 40, 'coalesced', 0],
      ['respond', 3, 40, 'coalesced', 0],
    ]);
    expect(run.node.holds(8)).toBe(false);
    run.node.fetchEnded(9, 0);
    expect(run.said()).toEqual([['ended', 1], ['ended', 2], ['ended', 3]]);
    run.node.requested(10, 4, 8);
    expect(run.said()).toEqual([['respond', 4, 40, 'hit', -1]]);
  });

  test('C12 C4 a parent that breaks off cuts short who follows, and nothing is kept', () => {
    const run = new NodeRun('varnish');
    run.node.requested(0, 1, 8);
    run.node.headArrived(2, 0, 200, 40, NEVER);
    run.node.parentFailed(3, 0, 502);
    expect(run.said()).toEqual([['fetch', 0, 8], ['respond', 1, 40, 'miss', 0], ['cut', 1]]);
    expect([run.node.holds(8), run.count('cache_cut_answers_total')]).toEqual([false, 1]);
  });

  test('C13 without coalescing each fetches for itself; the first to end is kept', () => {
    const run = new NodeRun('nginx');
    run.node.requested(0, 1, 8);
    run.node.requested(0, 2, 8);
    run.node.headArrived(1, 1, 200, 40, NEVER);
    run.node.fetchEnded(2, 1);
    run.fetched(3, 0, 40);
    expect(run.said()).toEqual([
      ['fetch', 0, 8], ['fetch', 1, 8], ['respond', 2, 40, 'miss', 1], ['ended', 2],
      ['respond', 1, 40, 'miss', 0], ['ended', 1],
    ]);
    expect([run.node.used, run.count('cache_fetches_total')]).toEqual([40, 2]);
  });
});

describe('waiting', () => {
  test('C14 who waits looks again in its own steps, and finds the object whole', () => {
    const run = new NodeRun('nginx-lock');
    run.node.requested(0, 1, 8);
    run.node.requested(100_000, 2, 8);
    expect(run.node.wakeAt()).toBe(5 * US_PER_S); // the first fetch holds others back no longer
    run.node.headArrived(300_000, 0, 200, 40, NEVER);
    run.node.fetchEnded(700_000, 0);
    expect(run.said()).toEqual([['fetch', 0, 8], ['respond', 1, 40, 'miss', 0], ['ended', 1]]);
    expect(run.node.wakeAt()).toBe(1_100_000);
    run.node.woken(1_100_000);
    expect(run.said()).toEqual([['respond', 2, 40, 'coalesced', -1]]);
    expect(run.node.wakeAt()).toBe(NEVER);
  });

  test('C15 who waited too long asks alone, and the answer is not kept', () => {
    const run = new NodeRun({ ...BEHAVIOURS['nginx-lock'], lockAge: NEVER });
    run.node.requested(0, 1, 8);
    run.node.requested(1000, 2, 8);
    run.node.woken(5_000_999);
    expect(run.said()).toEqual([['fetch', 0, 8]]);
    run.node.woken(5_001_000);
    run.fetched(6_000_000, 1, 40);
    expect(run.said()).toEqual([['fetch', 1, 8], ['respond', 2, 40, 'pass', 1], ['ended', 2]]);
    expect(run.node.holds(8)).toBe(false);
  });

  test('C16 a fetch that takes too long lets one more through, for whom the others wait', () => {
    const run = new NodeRun({ ...BEHAVIOURS['nginx-lock'], waitTimeout: 60 * US_PER_S });
    for (const id of [1, 2, 3]) run.node.requested(0, id, 8);
    run.node.woken(5 * US_PER_S);
    expect(run.said()).toEqual([['fetch', 0, 8], ['fetch', 1, 8]]);
    run.fetched(6 * US_PER_S, 1, 40);
    run.node.woken(6_500_000);
    expect(run.said()).toEqual([
      ['respond', 2, 40, 'miss', 1], ['ended', 2], ['respond', 3, 40, 'coalesced', -1],
    ]);
  });

  test('C17 what may not be kept sends those who waited to ask, one after the other or all at once', () => {
    const serial = new NodeRun({ ...BEHAVIOURS.varnish, uncacheableMemory: 0 });
    const atOnce = new NodeRun('varnish');
    const shared = new NodeRun('ideal');
    for (const run of [serial, atOnce, shared]) {
      for (const id of [1, 2, 3]) run.node.requested(0, id, 8);
      run.said();
      run.node.headArrived(1, 0, 200, 40, NO_STORE);
    }
    expect(serial.said()).toEqual([['respond', 1, 40, 'pass', 0], ['fetch', 1, 8]]);
    expect(atOnce.said()).toEqual([['respond', 1, 40, 'pass', 0], ['fetch', 1, 8], ['fetch', 2, 8]]);
    expect(shared.said()).toEqual([
      ['respond', 1, 40, 'pass', 0], ['respond', 2, 40, 'coalesced', 0], ['respond', 3, 40, 'coalesced', 0],
    ]);
    // It is remembered for two minutes that nobody need wait.
    for (const [at, fetches] of [[119, 2], [122, 1]] as const) {
      atOnce.said();
      atOnce.node.requested(at * US_PER_S, 10, 8);
      atOnce.node.requested(at * US_PER_S, 11, 8);
      expect(atOnce.said().filter(([kind]) => kind === 'fetch')).toHaveLength(fetches);
    }
  });
});

describe('accounts', () => {
  test('C7 C8 a hand-worked trace', () => {
    const run = new NodeRun();
    run.node.requested(0, 1, 1);
    run.node.requested(500_000, 2, 1);
    run.fetched(2_000_000, 0, 60);
    run.node.requested(2_000_000, 3, 1);
    run.node.requested(2_000_000, 4, 2);
    run.node.headArrived(2_250_000, 0, 404, 0, NO_STORE);
    run.node.requested(3_000_000, 5, 3);
    run.fetched(3_125_000, 0, 70);
    const results = ['hit', 'coalesced', 'miss', 'error'];
    expect(results.map((result) => run.count('cache_requests_total', { result }))).toEqual([1, 1, 2, 1]);
    expect(results.map((result) => run.count('cache_bytes_total', { result }))).toEqual([60, 60, 130, 0]);
    expect([run.count('cache_evictions_total'), run.count('cache_used_bytes')]).toEqual([1, 70]);
    const fetches = run.metrics.view(0);
    expect([0, 1].map((q) => fetches.quantile(cacheFetchSeconds, q))).toEqual([0.125, 2]);
  });

  test('C7 a tier holds what its nodes hold together', () => {
    const metrics = new MetricSet();
    const first = new NodeRun('varnish', 100, 'lru', metrics).filled(40);
    new NodeRun('varnish', 100, 'lru', metrics).filled(30, 90);
    expect(first.count('cache_used_bytes')).toBe(130);
  });
});
