import { describe, expect, test } from 'vitest';
import type { ReplicationOutcome } from '../models/operations/run-summary.ts';
import { BY_HAND, observed, outcomeOf, planOf, total } from './plan.fixture.ts';
import { VideoRun } from './video-run.ts';

/** The video of the other tests, filmed while it is watched, at one speed, and viewers who come at times. */
const live = (viewers: readonly number[], ...settings: readonly string[]): string[] => [
  'catalogue.live={length: 1h, playbackRate: {min: "1", max: "1"}}', 'run.duration=5min',
  `audience.arrivals.at=[${viewers.map((at) => `${at}s`).join(', ')}]`, ...settings,
];
const crowd = Array.from({ length: 50 }, (_, i) => 60 + i / 50);
/**
 * Rows and logs in microseconds; media played at other speeds than 1 is a sum of as many terms as somebody
 * looked, and often ends on half of one.
 */
const kept = ({ sessions, logs }: ReplicationOutcome): unknown => JSON.parse(JSON.stringify(
  [sessions.map((row) => ({ ...row, meanBitrate: Math.round(row.meanBitrate) })), logs],
  (_key, value: unknown) => (typeof value === 'number' ? Math.round(value * 1e6 + 0.01) : value)));

describe('a live video', () => {
  test('is as far behind its filming as the place of the first segment and the start-up say', () => {
    const outcome = outcomeOf(planOf(BY_HAND, live([60], 'player.playlists=one')));
    // The manifest comes at about 60.5 s: 1.2 s of delay and 12 s of hold-back lie in the segment of 44 s.
    const latencies = observed(outcome, 'live_latency_seconds');
    expect(latencies.length).toBeGreaterThan(55);
    const expected = 60 + outcome.sessions[0]!.startupSeconds! - 44;
    for (const latency of latencies) expect(latency).toBeCloseTo(expected, 6);
    expect(outcome.sessions[0]).toMatchObject({ stallCount: 0, outcome: 'watching' });
  });

  test.each([['one', []], ['each', ['catalogue.live.part=1s']]])(
    'goes once from the origin to an edge, however many ask at the moment of publication (playlists: %s)',
    (playlists, settings) => {
      const outcome = outcomeOf(planOf(BY_HAND, live(crowd, `player.playlists=${playlists}`, ...settings)));
      expect(total(outcome, 'stalls_total')).toBe(0);
      const fetched = outcome.sessions.map(({ segments }) => segments);
      const ok = total(outcome, 'origin_requests_total', { result: 'ok' });
      // What the first of the crowd begins with, and those after; then manifests: one, or three playlists.
      const manifests = playlists === 'one' ? 1 : 3;
      expect(ok - Math.max(...fetched)).toBeGreaterThanOrEqual(1);
      expect(ok - Math.max(...fetched)).toBeLessThanOrEqual(manifests);
      expect(total(outcome, 'origin_requests_total', { result: 'missing' })).toBe(0);
      expect(total(outcome, 'cache_requests_total', { tier: 'edge', result: 'coalesced' }))
        .toBeGreaterThan(40 * 55);
    });

  test('has playlists that the origin is asked for once a lifetime, and no sooner', () => {
    const playlists = (ttl: string): number => {
      const outcome = outcomeOf(planOf(BY_HAND, live(crowd, `catalogue.live.playlistTtl=${ttl}`)));
      const segments = Math.max(...outcome.sessions.map((row) => row.segments));
      return total(outcome, 'origin_requests_total', { result: 'ok' }) - segments - 1;
    };
    // Four minutes; viewers reload all the time. The regional tier states what is left of a lifetime.
    expect(playlists('2s')).toBeLessThanOrEqual(4 * 60 / 2);
    expect(playlists('2s')).toBeGreaterThan(4 * 60 / 2 / 2);
    expect(playlists('8s')).toBeLessThanOrEqual(4 * 60 / 8 + 1);
  });

  test('is seen later where caches keep its playlists longer, and stalls', () => {
    const [short, long] = ['2s', '20s'].map((ttl) =>
      outcomeOf(planOf(BY_HAND, live(crowd, `catalogue.live.playlistTtl=${ttl}`))));
    expect(short!.slis['live_latency_seconds_p50']!).toBeLessThan(17.7);
    expect(total(short!, 'stalls_total')).toBe(0);
    expect(total(long!, 'stalls_total')).toBeGreaterThan(50);
    expect(long!.slis['live_latency_seconds_p50']!).toBeGreaterThan(20);
  });

  test('ends for all who watch it', () => {
    const outcome = outcomeOf(planOf(BY_HAND, live([60, 61, 62], 'catalogue.live.length=2min')));
    expect(outcome.sessions.map((row) => row.outcome)).toEqual(['finished', 'finished', 'finished']);
  });

  test('stands beside others on demand: those keep their length, and have no latency', () => {
    const both = ['catalogue.videos=2', 'catalogue.live.videos=1', 'catalogue.popularity.law=zipf',
      'catalogue.popularity.exponent=0'];
    const { sessions } = outcomeOf(planOf(BY_HAND, live(crowd, ...both)));
    const onDemand = sessions.filter(({ video }) => video === 1);
    expect(onDemand.length).toBeGreaterThan(10);
    expect(onDemand.length).toBeLessThan(40);
    for (const { outcome, segments } of onDemand) expect([outcome, segments]).toEqual(['finished', 3]);
  });

  test('is not there before it is published: a prefetch finds nothing', () => {
    const ahead = 'content.operations=[{what: prefetch, at: 10s, video: 0, count: 1, segments: 5}]';
    const outcome = outcomeOf(planOf(BY_HAND, live([60], ahead)));
    // Published by 10 s: the segments of 0 s and 4 s.
    expect(total(outcome, 'origin_requests_total', { result: 'missing' })).toBe(3);
  });
});

describe('a run with live videos', () => {
  const town = live([], 'audience.arrivals={law: poisson, peak: 1/s}', 'audience.watch.value=101s',
    'catalogue.live.playbackRate={min: "0.95", max: "1.1"}', 'cdn.edge.nodes=3', 'catalogue.live.window=20s');
  const line = 'duration_ms,kbps,latency_ms\n47000,6000,20\n9000,0,60\n19000,1500,200\n';

  test.each([[1, 'each'], [3, 'each'], [1, 'one']])(
    'is the same however often it is looked at, with %i viewers on a line and playlists: %s',
    (viewersPerLink, playlists) => {
      const settings = [...town, `audience.networks[0].viewersPerLink=${viewersPerLink}`,
        `player.playlists=${playlists}`];
      const [often, never] = ['1s', '5min'].map((step) =>
        outcomeOf(planOf(BY_HAND, [...settings, `run.sampleEvery=${step}`], line)));
      expect(total(never!, 'live_edge_seeks_total')).toBeGreaterThan(2);
      expect(never!.slis['live_off_speed_percent']!).toBeGreaterThan(5);
      expect(kept(often!)).toEqual(kept(never!));
      expect(often!.slis['live_latency_seconds_p99']!)
        .toBeCloseTo(never!.slis['live_latency_seconds_p99']!, 9);
    });

  test('goes on from a saved state as it would have', () => {
    const plan = planOf(BY_HAND, town, line);
    const whole = outcomeOf(plan);
    const first = new VideoRun(plan, 0);
    first.advance(130_500_000);
    const second = new VideoRun(plan, 0);
    second.restore(structuredClone(first.save()));
    second.advance(Infinity);
    expect(kept(second.finish())).toEqual(kept(whole));
  });
});
