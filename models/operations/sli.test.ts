import { describe, expect, test } from 'vitest';
import { cacheBytes, cacheFetches, cacheFetchSeconds, cacheRequests } from '../cdn/metrics.ts';
import { MetricSet, type MetricDeclaration, type MetricView } from '../core/metrics.ts';
import * as player from '../player/metrics.ts';
import { PLAYER_SLIS } from '../player/slis.ts';
import { findSli, SLIS } from './sli.ts';

/** A metric, its labels, and what is added to it or observed. */
type Fact = readonly [MetricDeclaration, readonly string[], number];

function viewOf(...facts: readonly Fact[]): MetricView {
  const set = new MetricSet();
  for (const [metric, labels, value] of facts) {
    const handle = set.bind(metric, ...labels);
    if (metric.kind === 'tally') set.observe(handle, value);
    else set.add(handle, value);
  }
  return set.view(0);
}

function compute(name: string, ...facts: readonly Fact[]): number | undefined {
  return findSli(name)!.compute(viewOf(...facts));
}

describe('indicators', () => {
  test('have no value when nothing was observed', () => {
    for (const sli of SLIS) expect([sli.name, sli.compute(viewOf())]).toEqual([sli.name, undefined]);
  });

  test('of players say what they are counted over, all but sums', () => {
    const bare = PLAYER_SLIS.filter(({ over }) => over === undefined);
    expect(bare.map(({ name }) => name)).toEqual(['delivered_bytes']);
  });

  test('have names of their own, and are found by them', () => {
    expect(new Set(SLIS.map((sli) => sli.name)).size).toBe(SLIS.length);
    expect(SLIS.every((sli) => findSli(sli.name) === sli)).toBe(true);
    expect(findSli('x')).toBeUndefined();
  });

  test('of start latency are quantiles over sessions that started', () => {
    const starts = [1, 2, 3, 4, 5].map((seconds): Fact => [player.startupSeconds, [], seconds]);
    expect(compute('playback_start_seconds_p50', ...starts)).toBe(3);
    expect(compute('playback_start_seconds_p99', ...starts)).toBeCloseTo(4.96, 12);
  });

  test('of play, worked by hand', () => {
    const facts: readonly Fact[] = [
      [player.stallSeconds, [], 3], [player.watchSeconds, [], 1200], [player.stalls, [], 4],
      [player.playedSeconds, [], 1190], [player.playedBits, [], 4.76e9], [player.switches, [], 7],
      [player.sessionsEnded, ['finished'], 6], [player.sessionsEnded, ['left'], 2],
      [player.sessionsEnded, ['failed'], 1], [player.sessionsEnded, ['leftBeforeStart'], 3],
    ];
    expect(compute('rebuffer_rate_percent', ...facts)).toBe(0.25);
    expect(compute('stalls_per_hour', ...facts)).toBeCloseTo((4 * 3600) / 1190, 12);
    expect(compute('playback_bitrate', ...facts)).toBe(4e6);
    expect(compute('quality_switches_per_minute', ...facts)).toBeCloseTo((7 * 60) / 1190, 12);
    expect(compute('playback_failure_rate', ...facts)).toBe(1 / 12);
    expect(compute('exit_before_start_rate', ...facts)).toBe(0.25);
  });

  test('of caches, worked by hand', () => {
    const request = (tier: string, result: string, n: number) => [cacheRequests, [tier, result], n] as const;
    const facts = [
      request('edge', 'hit', 80), request('edge', 'coalesced', 5), request('edge', 'miss', 13),
      request('edge', 'error', 2), request('regional', 'hit', 9), request('regional', 'coalesced', 1),
      request('regional', 'miss', 4), request('regional', 'error', 2),
      // Five went on to the origin, of which one failed.
      [cacheFetches, ['edge'], 15], [cacheFetches, ['regional'], 5],
      [cacheBytes, ['regional', 'miss'], 5e6], [cacheBytes, ['edge', 'miss'], 13e6],
      [cacheFetchSeconds, ['edge'], 9], [cacheFetchSeconds, ['regional'], 0.25],
    ] as const;
    expect(compute('cdn_availability', ...facts)).toBe(0.98);
    expect(compute('cache_hit_rate', ...facts)).toBe(0.95);
    expect(compute('edge_hit_rate', ...facts)).toBe(0.8);
    expect(compute('regional_hit_rate', ...facts)).toBe(9 / 16);
    expect(compute('origin_fetch_latency_ms', ...facts)).toBe(250);
    expect(compute('origin_bytes', ...facts)).toBe(5e6);
  });

  test('of zero are zero, not nothing, once something was observed', () => {
    expect(compute('rebuffer_rate_percent', [player.watchSeconds, [], 10])).toBe(0);
    expect(compute('origin_bytes', [cacheRequests, ['edge', 'hit'], 1])).toBe(0);
    expect(compute('delivered_bytes', [player.sessionsStarted, [], 1])).toBe(0);
    expect(compute('cdn_availability', [cacheRequests, ['edge', 'hit'], 1])).toBe(1);
  });
});
