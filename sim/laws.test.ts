import { describe, expect, test } from 'vitest';
import { Observations } from '../models/core/observations.ts';
import { Zipf } from '../models/core/zipf.ts';
import { outcomeOf, planOf, total } from './plan.fixture.ts';

/** Twenty minutes of viewers on a link that is now too slow, now fast; then they have time to leave. */
const CROWD = `weir: 1
name: crowd
title: A crowd
run: { duration: 2h, sampleEvery: 1s, seed: 5 }
catalogue: { videos: 30, length: { law: lognormal, mean: 4min, median: 3min } }
audience:
  arrivals:
    law: poisson
    peak: 30/min
    shape: [{ at: 20min, level: 1 }, { at: 21min, level: 0 }]
  networks: [{ name: a, traces: link.csv, viewersPerLink: 3 }]
  watch: { law: exponential, mean: 3min }
  startupPatience: endless
cdn:
  edge: { nodes: 3, capacity: 800 MB }
  regional: { nodes: 2, capacity: 2 GB }
`;
const VARYING = 'duration_ms,kbps,latency_ms\n30000,20000,20\n20000,300,80\n10000,4000,40\n7000,0,40\n';

describe('conservation, over a crowd that has come and gone', () => {
  const outcome = outcomeOf(planOf(CROWD, [], VARYING));
  const edge = (result: string) => total(outcome, 'cache_requests_total', { tier: 'edge', result });
  const regional = (result: string) => total(outcome, 'cache_requests_total', { tier: 'regional', result });

  test('the crowd is one: sessions, stalls, evictions and shared fetches occur', () => {
    expect(outcome.sessions.length).toBeGreaterThan(400);
    expect(total(outcome, 'stalls_total')).toBeGreaterThan(100);
    expect(total(outcome, 'cache_evictions_total', { tier: 'edge' })).toBeGreaterThan(100);
    expect(edge('coalesced')).toBeGreaterThan(0);
    expect(outcome.sessions.some((row) => row.outcome === 'leftStalled')).toBe(true);
  });

  test('sessions that started have ended, in the way their rows say', () => {
    expect(total(outcome, 'sessions_started_total')).toBe(outcome.sessions.length);
    expect(total(outcome, 'sessions_active')).toBe(0);
    for (const how of ['finished', 'left', 'leftStalled', 'leftBeforeStart', 'failed']) {
      const rows = outcome.sessions.filter((row) => row.outcome === how);
      expect(total(outcome, 'sessions_ended_total', { outcome: how }), how).toBe(rows.length);
    }
  });

  test('what an edge misses is asked of a regional node, and what that misses of the origin', () => {
    expect(regional('hit') + regional('coalesced') + regional('miss')).toBe(edge('miss'));
    expect(total(outcome, 'cache_requests_total', { result: 'error' })).toBe(0);
    const fetches = outcome.metrics.filter((metric) => metric.declaration.name === 'cache_fetch_seconds');
    const fetched = (tier: string) => Observations.restore(
      fetches.find((metric) => metric.labels['tier'] === tier)!.observations!,
    ).count;
    expect(fetched('edge')).toBe(edge('miss'));
    expect(fetched('regional')).toBe(regional('miss'));
  });

  test('bytes that a tier fetched are those its parent answered with', () => {
    const asked = total(outcome, 'cache_bytes_total', { tier: 'edge', result: 'miss' });
    expect(total(outcome, 'cache_bytes_total', { tier: 'regional' })).toBe(asked);
  });

  test('segments, their media and their bytes are counted alike by viewers and metrics', () => {
    const segments = outcome.sessions.reduce((sum, row) => sum + row.segments, 0);
    expect(total(outcome, 'video_quality_level')).toBe(4 * segments);
    const bitsOf: Readonly<Record<string, number>> =
      { '360p': 3.2e6, '720p': 11.2e6, '1080p': 20e6, '4k': 56e6 };
    const bytes = Object.entries(bitsOf)
      .reduce((sum, [resolution, bits]) => sum + (total(outcome, 'video_quality_level',
        { resolution }) / 4) * (bits / 8), 0);
    expect(total(outcome, 'delivered_bytes_total')).toBe(bytes);
    // Viewers leave with segments and manifests under way: the edge has sent more than arrived.
    expect(total(outcome, 'cache_bytes_total', { tier: 'edge' })).toBeGreaterThan(bytes);
  });

  test('time is what rows say it is', () => {
    const sum = (of: (row: (typeof outcome.sessions)[number]) => number) =>
      outcome.sessions.reduce((s, row) => s + of(row), 0);
    expect(total(outcome, 'played_seconds_total')).toBeCloseTo(sum((row) => row.playedSeconds), 3);
    expect(total(outcome, 'stall_seconds_total')).toBeCloseTo(sum((row) => row.stallSeconds), 3);
    expect(total(outcome, 'stalls_total')).toBe(sum((row) => row.stallCount));
    expect(total(outcome, 'quality_switches_total')).toBe(sum((row) => row.switches));
  });

  test('Little: viewers on average times the time are the sum of their stays', () => {
    const stays = outcome.sessions
      .reduce((sum, row) => sum + (row.startupSeconds ?? 0) + row.playedSeconds + row.stallSeconds, 0);
    expect(total(outcome, 'watch_seconds_total')).toBeCloseTo(stays, 3);
    // Counted a second apart, the gauge is right to half a viewer a change.
    const active = outcome.series.filter((point) => point.metric === 'sessions_active');
    expect(active).toHaveLength(7201);
    const area = active.reduce((sum, point) => sum + point.value, 0);
    expect(Math.abs(area - stays) / stays).toBeLessThan(0.005);
  });

  test('at the end of a run viewers are still there: started = ended + active, and their rows say so', () => {
    const cut = outcomeOf(planOf(CROWD, ['run.duration=10min'], VARYING));
    const active = total(cut, 'sessions_active');
    expect(active).toBeGreaterThan(10);
    expect(cut.sessions.filter((row) => row.outcome === 'watching')).toHaveLength(active);
    expect(total(cut, 'sessions_started_total')).toBe(total(cut, 'sessions_ended_total') + active);
    expect(cut.sessions).toHaveLength(total(cut, 'sessions_started_total'));
    const stays = cut.sessions.reduce((sum, row) => {
      const stay = row.startupSeconds === null ? 600 - row.startSeconds
        : row.startupSeconds + row.playedSeconds + row.stallSeconds;
      return sum + stay;
    }, 0);
    expect(total(cut, 'watch_seconds_total')).toBeCloseTo(stays, 3);
  });

  test('a warm-up takes out exactly what happened in it', () => {
    const whole = outcomeOf(planOf(CROWD, ['run.duration=20min'], VARYING));
    const start = outcomeOf(planOf(CROWD, ['run.duration=8min'], VARYING));
    const rest = outcomeOf(planOf(CROWD, ['run.duration=20min', 'run.warmup=8min'], VARYING));
    for (const name of ['sessions_started_total', 'watch_seconds_total', 'stall_seconds_total',
      'delivered_bytes_total',
      'cache_requests_total', 'stalls_total', 'played_bits_total']) {
      expect(total(rest, name), name).toBeCloseTo(total(whole, name) - total(start, name), 3);
    }
    expect(total(rest, 'sessions_active')).toBe(total(whole, 'sessions_active'));
  });
});

/** A thousand videos of one segment each, one visit after the other; every visit has its row. */
const CHE = `weir: 1
name: che
title: Che's approximation
run: { duration: 49000s, warmup: 10000s, sampleEvery: 1h, seed: 11 }
catalogue:
  videos: 1000
  popularity: { law: zipf, exponent: 0.8 }
  length: { law: constant, value: 1s }
  ladder: [{ name: only, bitrate: 800 kbps, height: 360 }]
audience:
  arrivals: { law: poisson, peak: 1/s }
  networks: [{ name: a, traces: link.csv }]
  watch: { law: constant, value: 1s }
cdn:
  edge: { latency: 0s, uplink: 10 Gbps, capacity: 40035400 B }
  regional: { latency: 0s, uplink: 10 Gbps, capacity: 40035400 B }
  origin: { latency: 0s }
player: { playlists: one }
`;
const FAST = 'duration_ms,kbps,latency_ms\n1000,1000000,0\n';

describe('hit ratios of caches of a tenth of the catalogue', () => {
  const outcome = outcomeOf(planOf(CHE, [], FAST));

  test('one tier is within 0.01 of what Che computes', () => {
    // A manifest is asked for with its segment, so 100 pairs are 100 objects of Che's.
    expect(Math.abs(outcome.slis['edge_hit_rate']! - cheHitRatio(1000, 0.8, 100))).toBeLessThan(0.01);
  });

  test('the second tier, of equal size, is nearly useless, and far from what its size promises', () => {
    // With a single leaf the formula is off by a hundredth: it takes the leaf's misses for independent.
    const expected = cheParentHitRatio(1000, 0.8, 100, 100);
    expect(Math.abs(outcome.slis['regional_hit_rate']! - expected)).toBeLessThan(0.02);
    expect(outcome.slis['regional_hit_rate']).toBeLessThan(0.05);
    expect(outcome.slis['cache_hit_rate']! - outcome.slis['edge_hit_rate']!).toBeLessThan(0.03);
  });

  test('both are, request for request, those of two plain LRU lists that see the same visits', () => {
    const all = outcomeOf(planOf(CHE, ['run.warmup=0s'], FAST));
    const visits = [...all.sessions].sort((x, y) => x.session - y.session).map((row) => row.video);
    expect(plainTiers(visits, 100)).toEqual(['edge', 'regional']
      .map((tier) => total(all, 'cache_requests_total', { tier, result: 'hit' })));
  });

  test('an unbounded second tier misses every object once', () => {
    const unbounded = outcomeOf(planOf(CHE, ['cdn.regional.policy=unbounded', 'run.warmup=0s'], FAST));
    expect(total(unbounded, 'cache_requests_total', { tier: 'regional', result: 'miss' }))
      .toBe(2 * new Set(unbounded.sessions.map((row) => row.video)).size);
  });
});

describe('Che, as published', () => {
  test.each([[10_000, 0.8, 100, 0.156625], [10_000, 0.8, 1000, 0.43666], [10_000, 1, 1000, 0.675602]])(
    'N %i, exponent %f, capacity %i: %f', (n, exponent, capacity, ratio) => {
      expect(cheHitRatio(n, exponent, capacity)).toBeCloseTo(ratio, 5);
    });

  test('two equal tiers, N 100,000, exponent 0.8, capacity 1000: 0.0504 at the parent', () => {
    expect(cheParentHitRatio(100_000, 0.8, 1000, 1000, 10)).toBeCloseTo(0.050397, 4);
  });
});

/** Hits of two LRU lists in series, of manifests and segments, each list with room for `pairs` of both. */
function plainTiers(visits: readonly number[], pairs: number): number[] {
  const edge = new Set<string>();
  const regional = new Set<string>();
  const hits = [0, 0];
  const ask = (list: Set<string>, object: string): boolean => {
    const held = list.delete(object);
    list.add(object);
    const bytes = () => [...list].reduce((sum, name) => sum + (name.startsWith('m') ? 354 : 400_000), 0);
    if (!held && list.size > 2 * pairs - 2) while (bytes() > pairs * 400_354) list.delete(list.values()
      .next().value!);
    return held;
  };
  for (const video of visits) {
    for (const object of [`m${video}`, `s${video}`]) {
      if (ask(edge, object)) hits[0]!++;
      else if (ask(regional, object)) hits[1]!++;
    }
  }
  return hits;
}

/** Che, Tung and Wang 2002: sum(1 - e^(-pT)) = C; the hit ratio is sum p (1 - e^(-pT)). */
function cheHitRatio(n: number, exponent: number, capacity: number): number {
  const rates = zipfRates(n, exponent);
  const time = characteristicTime(rates, capacity);
  return rates.reduce((sum, rate) => sum + rate * -Math.expm1(-rate * time), 0);
}

/**
 * Hit ratio of an LRU parent behind `leaves` equal LRU leaves that each see the same popularity, given a
 * leaf's miss (Martina, Garetto and Leonardi, INFOCOM 2014): 1 - exp(-m ((T2 - T1)+ + (K - 1) T2)), m a
 * leaf's miss rate.
 */
function cheParentHitRatio(n: number, exponent: number, leaf: number, parent: number, leaves = 1): number {
  const rates = zipfRates(n, exponent);
  const t1 = characteristicTime(rates, leaf);
  const missRates = rates.map((rate) => rate * Math.exp(-rate * t1));
  const hit = (rate: number, t2: number) => -Math.expm1(-rate * (Math.max(0, t2 - t1) + (leaves - 1) * t2));
  const inParent = (rate: number, t2: number) => -Math.expm1(-rate * leaves * t2);
  const t2 = solve((time) => missRates.reduce((sum, rate) => sum + inParent(rate, time), 0), parent);
  const misses = missRates.reduce((sum, rate) => sum + rate, 0);
  return missRates.reduce((sum, rate) => sum + rate * hit(rate, t2), 0) / misses;
}

function zipfRates(n: number, exponent: number): number[] {
  const rates = Array.from({ length: n }, (_, rank) => (rank + 1) ** -exponent);
  const sum = rates.reduce((total, rate) => total + rate, 0);
  return rates.map((rate) => rate / sum);
}

function characteristicTime(rates: readonly number[], capacity: number): number {
  return solve((time) => rates.reduce((sum, rate) => sum - Math.expm1(-rate * time), 0), capacity);
}

/** Where a growing function reaches a value. */
function solve(of: (x: number) => number, value: number): number {
  let low = 0;
  let high = 1;
  while (of(high) < value) high *= 2;
  for (let i = 0; i < 80; i++) {
    const middle = (low + high) / 2;
    if (of(middle) < value) low = middle;
    else high = middle;
  }
  return low;
}

test('the catalogue is asked for as its exponent says', () => {
  const outcome = outcomeOf(planOf(CHE, ['run.warmup=0s'], FAST));
  const zipf = new Zipf(1000, 0.8);
  const first = outcome.sessions.filter((row) => row.video === 0).length / outcome.sessions.length;
  expect(Math.abs(first - zipf.probability(0))).toBeLessThan(0.005);
});
