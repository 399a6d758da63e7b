import { describe, expect, test } from 'vitest';
import { diskFiles, findScenario, libraryScenarios } from '../cli/files.ts';
import { DEFAULT_SLOS } from '../models/operations/slo.ts';
import { buildPlan } from '../scenarios/build.ts';
import { loadScenario } from '../scenarios/load.ts';
import { VideoRun } from '../sim/video-run.ts';

describe.each(libraryScenarios())('the shipped %s', (name) => {
  test('is valid, named after its file, and says what to look for', () => {
    const { scenario } = planOf(name);
    expect(scenario.name).toBe(name);
    expect(scenario.description.length).toBeGreaterThan(100);
    // Commands in a description are to work as they stand.
    for (const [, setting] of scenario.description.matchAll(/--set (\S+?)[),.`]*\s/g)) {
      expect(() => planOf(name, [setting!]), setting).not.toThrow();
    }
  });

  test('runs, cut short', () => {
    const slis = figures(name, ['run.duration=2min', 'run.warmup=0s']);
    const { audience, transcode } = planOf(name).scenario;
    if (audience !== undefined) {
      expect(slis['cdn_availability']).toBeGreaterThan(0.9); // a limited origin refuses cold caches
      expect(slis['playback_bitrate']).toBeGreaterThan(0);
    }
    if (transcode !== undefined) {
      expect(slis['upload_success_rate']).toBe(1);
      expect(slis['transcoding_jobs_completed']).toBeGreaterThan(0);
    }
  });
});

describe('equal-tiers teaches', () => {
  const equal = figures('equal-tiers');

  test('that a second tier of equal size is nearly useless', () => {
    expect(equal['edge_hit_rate']).toBeGreaterThan(0.33);
    expect(equal['regional_hit_rate']).toBeLessThan(0.04);
  });

  test('that one that is larger, or shared by eight edges, earns its keep', () => {
    const larger = figures('equal-tiers', ['cdn.regional.capacity=10GB']);
    expect(larger['regional_hit_rate']).toBeGreaterThan(0.7);
    expect(larger['edge_hit_rate']).toBeCloseTo(equal['edge_hit_rate']!, 2);
    const shared = figures('equal-tiers', ['cdn.edge.nodes=8']);
    expect(shared['regional_hit_rate']).toBeGreaterThan(3 * equal['regional_hit_rate']!);
    expect(shared['regional_hit_rate']).toBeGreaterThan(0.08);
  });
});

describe('search-capacity teaches', () => {
  test('that the target is met by a fifth, of which the average query of a shard is a twentieth', () => {
    const { search_seconds_p99: p99, search_success_rate: answered } = figures('search-capacity');
    // The slowest of fifty lognormals, mean 8 ms, median 5 ms: 154.5 ms at the 99th percentile, and 5 ms.
    expect(p99! / 0.1595).toBeGreaterThan(0.96);
    expect(p99! / 0.1595).toBeLessThan(1.06);
    expect(answered).toBe(1);
  });

  test('that beyond what threads can work off everything is late at once', () => {
    const { search_seconds_p50: p50, search_utilisation: used } =
      figures('search-capacity', ['search.others.queries=2100/s']);
    expect(p50).toBeGreaterThan(0.4);
    expect(used).toBeGreaterThan(0.99);
    expect(used).toBeLessThanOrEqual(1);
  });

  test('that a budget keeps latency whatever happens, and fewer instances nearly all rankings', () => {
    const of = (instances: number) => figures('search-capacity', [`recommendations.instances=${instances}`]);
    const [most, enough, few] = [of(10), of(4), of(2)];
    expect(enough['recommendation_ranked_rate']!).toBeCloseTo(most['recommendation_ranked_rate']!, 2);
    expect(few['recommendation_ranked_rate']!).toBeLessThan(0.7);
    expect(few['recommendation_seconds_p99']!).toBeLessThan(0.0825);
  });
});

test('whole-platform has data for all eight objectives', () => {
  const slis = figures('whole-platform', ['run.duration=20min', 'run.warmup=5min']);
  expect(DEFAULT_SLOS.map(({ sli }) => [sli, Number.isFinite(slis[sli])]))
    .toEqual(DEFAULT_SLOS.map(({ sli }) => [sli, true]));
  expect(planOf('whole-platform').slos).toEqual(DEFAULT_SLOS);
});

describe('household teaches', () => {
  test('that a shared line costs sharpness and stalls, whatever the caches do', () => {
    const [shared, alone] = [figures('household'),
      figures('household', ['audience.networks[0].viewersPerLink=1'])];
    expect(alone['playback_bitrate']! / shared['playback_bitrate']!).toBeGreaterThan(1.25);
    expect(shared['rebuffer_rate_percent']).toBeGreaterThan(alone['rebuffer_rate_percent']!);
    expect(Math.abs(shared['cache_hit_rate']! - alone['cache_hit_rate']!)).toBeLessThan(0.1);
  });
});

describe('busy-cell teaches', () => {
  test('that a plan which holds viewers to a rate is paid with sharpness, not with stalls', () => {
    const [held, lifted] = [figures('busy-cell'),
      figures('busy-cell', ['audience.networks[0].viewerCaps[0].rate=1Gbps'])];
    expect(lifted['playback_bitrate']! / held['playback_bitrate']!).toBeGreaterThan(1.15);
    expect(lifted['delivered_bytes']! / held['delivered_bytes']!).toBeGreaterThan(1.15);
    expect(held['rebuffer_rate_percent']).toBeLessThan(0.1);
    expect(lifted['rebuffer_rate_percent']).toBeLessThan(0.1);
  });
});

describe('football-live teaches', () => {
  const short = ['run.duration=6min', 'run.warmup=3min', 'catalogue.live.playbackRate={min: "1", max: "1"}'];
  const [hls, parts] = [figures('football-live', short), figures('football-live', [...short,
    'catalogue.segment=2s', 'catalogue.live.part=500ms'])];

  test('that latency is the hold-back and the delays, and that a small hold-back is paid with stalls', () => {
    // Three segments or parts and 1.2 s; at one speed up to a segment more, and half of one for the age of
    // playlists (for one viewer in two, stalls and start-up are within that).
    expect(hls['live_latency_seconds_p50']).toBeGreaterThan(13.2);
    expect(hls['live_latency_seconds_p50']).toBeLessThan(13.2 + 4 + 2);
    expect(parts['live_latency_seconds_p50']).toBeGreaterThan(2.7);
    expect(parts['live_latency_seconds_p50']).toBeLessThan(hls['live_latency_seconds_p50']! / 2);
    expect(parts['rebuffer_rate_percent']).toBeGreaterThan(hls['rebuffer_rate_percent']!);
  });

  test('that playlists which caches keep for too long make everybody late', () => {
    const kept = figures('football-live', [...short, 'catalogue.live.playlistTtl=8s']);
    expect(kept['live_latency_seconds_p50']! - hls['live_latency_seconds_p50']!).toBeGreaterThan(2);
    expect(kept['stalls_per_hour']! / hls['stalls_per_hour']!).toBeGreaterThan(1.5);
  });
});

function planOf(name: string, settings: readonly string[] = []) {
  return buildPlan(loadScenario(findScenario(name)!, diskFiles, settings), diskFiles);
}

/** Indicators of the first replication. */
function figures(name: string, settings: readonly string[] = []): Readonly<Record<string, number>> {
  const run = new VideoRun(planOf(name, settings), 0);
  run.advance(Infinity);
  return run.finish().slis;
}
