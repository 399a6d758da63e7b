import { describe, expect, test } from 'vitest';
import { hierarchyForecast, zipfProbabilities } from '../models/cdn/analysis/che.ts';
import { outcomeOf, planOf, total } from './plan.fixture.ts';

/** Videos of one segment of 1 s (100,000 bytes) and a manifest of 354 bytes, on links of a Gbit/s. */
const SHORT = `weir: 1
name: short
title: One segment a video
run: { duration: 100000s, warmup: 1000s, sampleEvery: 6h, seed: 7 }
catalogue:
  videos: 1
  popularity: { law: zipf, exponent: 0.8 }
  length: { law: constant, value: 1s }
  segment: 1s
  ladder: [{ name: only, bitrate: 800 kbps, height: 360 }]
audience:
  arrivals: { law: poisson, peak: 1/s }
  networks: [{ name: a, traces: link.csv }]
  watch: { law: constant, value: 1s }
  startupPatience: endless
cdn:
  edge: { latency: 0s, uplink: 100 Gbps }
  regional: { latency: 0s, uplink: 100 Gbps }
  origin: { latency: 0s }
`;
const FAST = 'duration_ms,kbps,latency_ms\n1000,1000000,0\n';

describe('an object that expires, asked for at rate l, fetched in L, fresh for T from its answer on', () => {
  // Renewal theory: a cycle is 1/l until somebody asks, L to fetch, T fresh.
  test.each([[10, 0.5], [6, 0.2]])('T %i s, L %f s: hits, waits and misses in their shares', (T, L) => {
    const own = 'behaviour: { preset: ideal, coalesce: wait, deliver: whole, grace: 0s, revalidate: 0s }';
    // The regional holds nothing: what it passes on is counted once.
    const text = SHORT.replace('edge: {', `edge: { ${own},`)
      .replace('regional: {', 'regional: { capacity: 1 B,').replace('origin: { latency: 0s }',
        `origin: { latency: ${L * 1000}ms }`).replace('cdn:', `content: { segmentTtl: ${T}s }\ncdn:`);
    const outcome = outcomeOf(planOf(text, [], FAST));
    const of = (result: string) => total(outcome, 'cache_requests_total', { tier: 'edge', result });
    const cycles = of('miss');
    const measured = 99_000;
    expect(cycles).toBeGreaterThan(5000);
    // What is not a segment, such as manifests, never expires and is a hit.
    const segments = total(outcome, 'video_quality_level');
    const others = total(outcome, 'cache_requests_total', { tier: 'edge' }) - segments;
    expect(Math.abs(segments / measured - 1)).toBeLessThan(0.02);
    const shares = [of('hit') - others, of('coalesced'), of('miss')].map((count) => count / segments);
    const cycle = 1 + T + L;
    [T / cycle, L / cycle, 1 / cycle].forEach((share, i) => {
      expect(Math.abs(shares[i]! / share - 1), `share ${i}`).toBeLessThan(0.035);
    });
    // The origin is asked once a cycle.
    expect(Math.abs(cycles / measured / (1 / cycle) - 1)).toBeLessThan(0.02);
  });
});

test('two equal LRU tiers in series are nearly useless: 5.1 % at the parent, not 20 %', () => {
  // N 100,000, exponent 0.8, C 1000, ten leaves: 0.050710 in a plain simulation, 0.050397 by the formula.
  const capacity = 1000 * (100_000 + 354);
  const text = SHORT.replace('videos: 1\n', 'videos: 100000\n')
    .replace('edge: {', `edge: { nodes: 10, capacity: ${capacity} B,`)
    .replace('regional: {', `regional: { capacity: ${capacity} B,`);
  const outcome = outcomeOf(planOf(text, ['run.duration=20000s', 'run.warmup=6000s',
    'audience.arrivals.peak=10/s'], FAST));
  const forecast = hierarchyForecast(zipfProbabilities(100_000, 0.8), 1000, 1000, 10);
  expect(forecast.parentHitRatio).toBeCloseTo(0.050397, 4);
  expect(Math.abs(outcome.slis['edge_hit_rate']! - forecast.leafHitRatio)).toBeLessThan(0.004);
  expect(Math.abs(outcome.slis['regional_hit_rate']! - 0.05071)).toBeLessThan(0.004);
});

describe('conservation through four tiers, with purges, prefetches and expiry', () => {
  const text = SHORT.replace('videos: 1\n', 'videos: 300\n').replace('value: 1s }\n  segment',
    'value: 8s }\n  segment').replace('watch: { law: constant, value: 1s }',
    'watch: { law: constant, value: 6s }');
  const outcome = outcomeOf(planOf(text, ['run.duration=4000s', 'run.warmup=0s',
    'audience.arrivals={law: poisson, peak: 2/s, shape: [{at: 3000s, level: 1}, {at: 3001s, level: 0}]}',
    'cdn.edge={nodes: 8, servers: 2, capacity: 20 MB}', 'cdn.regional={nodes: 4, capacity: 40 MB}',
    'cdn.shield={enabled: true, capacity: 100 MB}', 'content.segmentTtl=15min',
    'content.operations=[{what: reprocess, at: 20min, video: 0},'
      + ' {what: prefetch, at: 30min, video: 5, count: 20}]',
  ], FAST));
  const bytes = (tier: string, ...results: string[]) => results.reduce((sum, result) =>
    sum + total(outcome, 'cache_bytes_total', { tier, result }), 0);
  const answered = (tier: string) => total(outcome, 'cache_bytes_total', { tier });

  test('bytes out of a tier are those it got in and those it had: hits, stale and shared ones', () => {
    for (const [tier, parent] of [['edge', 'regional'], ['regional', 'shield']] as const) {
      const own = bytes(tier, 'hit', 'stale', 'revalidated', 'coalesced');
      expect(own).toBeGreaterThan(0);
      expect(answered(tier) - own).toBe(bytes(tier, 'miss', 'pass'));
      // Background renewals and prefetches bring bytes in that nobody waited for.
      expect(answered(parent)).toBeGreaterThanOrEqual(bytes(tier, 'miss', 'pass'));
    }
  });

  test('what the tiers fetch is what their parents answer, request for request', () => {
    const fetches = (tier: string) => total(outcome, 'cache_fetches_total', { tier });
    const requests = (tier: string) => total(outcome, 'cache_requests_total', { tier });
    expect(requests('regional')).toBe(fetches('edge'));
    expect(requests('shield')).toBe(fetches('regional'));
    expect(total(outcome, 'origin_requests_total')).toBe(fetches('shield'));
  });

  test('indicators are made of the same counts', () => {
    const { slis } = outcome;
    const edge = total(outcome, 'cache_requests_total', { tier: 'edge' });
    expect(slis['cache_hit_rate']).toBeCloseTo(1 - total(outcome, 'origin_requests_total') / edge, 9);
    const gbps = (8e-9 * total(outcome, 'edge_sent_bytes_total')) / total(outcome, 'cdn_seconds_total');
    expect(slis['edge_bandwidth_gbps']).toBeCloseTo(gbps, 9);
    expect(total(outcome, 'edge_sent_bytes_total')).toBe(answered('edge'));
    expect(slis['cdn_ttfb_ms_p99']).toBeGreaterThanOrEqual(slis['cdn_ttfb_ms_p50']!);
  });
});
