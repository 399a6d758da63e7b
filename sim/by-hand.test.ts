import type { CacheNodeState } from '../models/cdn/node-state.ts';
import { describe, expect, test } from 'vitest';
import { BY_HAND, observed, outcomeOf, planOf, total } from './plan.fixture.ts';
import type { PlaybackState } from './playback.ts';
import { ROW } from './slot-rows.ts';
import { VideoRun, type VideoRunState } from './video-run.ts';

/*
 * A request takes half a round trip (10 ms) to the edge and half of one back; a miss adds the origin's 150
 * ms, the
 * crossing of the regional uplink at 50 Mbps, the regional's 25 ms and the crossing of the edge's uplink at
 * 100 Mbps;
 * the edge's 5 ms come always; the last byte comes after the crossing of the viewer's own link at 8 Mbps.
 * Master playlist: 200 bytes = 1600 bits: 32 us, 16 us and 200 us. Playlist of the rendition: 422 bytes =
 * 3376 bits: 68 us (67.52 rounded up), 34 us and 422 us. Segment: 3.2 Mbit: 64, 32 and 400 ms.
 */
const MASTER_MISS = 10_000 + 150_000 + 32 + 25_000 + 16 + 5000 + 10_000 + 200;
const PLAYLIST_MISS = 10_000 + 150_000 + 68 + 25_000 + 34 + 5000 + 10_000 + 422;
const SEGMENT_MISS = 10_000 + 150_000 + 64_000 + 25_000 + 32_000 + 5000 + 10_000 + 400_000;
const PLAYLISTS_MISS = MASTER_MISS + PLAYLIST_MISS;
const MASTER_HIT = 10_000 + 5000 + 10_000 + 200;
const PLAYLISTS_HIT = MASTER_HIT + 10_000 + 5000 + 10_000 + 422;
const SEGMENT_HIT = 10_000 + 5000 + 10_000 + 400_000;

describe('one viewer on a constant link', () => {
  const outcome = outcomeOf(planOf(BY_HAND));

  test('receives every segment at the microsecond worked out by hand', () => {
    const first = PLAYLISTS_MISS + SEGMENT_MISS;
    expect(arrivals(outcome, 0)).toEqual([MASTER_MISS, PLAYLISTS_MISS, first, first + SEGMENT_MISS,
      first + 2 * SEGMENT_MISS]);
  });

  test('starts with the first segment, plays it all without a stall, and is finished', () => {
    expect(outcome.sessions).toEqual([{
      replication: 0, session: 0, startSeconds: 1, network: 'a', video: 0, outcome: 'finished',
      startupSeconds: (PLAYLISTS_MISS + SEGMENT_MISS) / 1e6, playedSeconds: 12, stallCount: 0,
      stallSeconds: 0,
      meanBitrate: 800_000, switches: 0, segments: 3, abandoned: 0, qoeLin: expect.closeTo(0.8, 9), qoeLog: 0,
    }]);
    expect(total(outcome, 'watch_seconds_total')).toBeCloseTo((PLAYLISTS_MISS + SEGMENT_MISS) / 1e6 + 12, 9);
  });

  test('misses in both tiers, whose fetches take what the links and latencies say', () => {
    expect(total(outcome, 'cache_requests_total', { tier: 'edge', result: 'miss' })).toBe(5);
    expect(total(outcome, 'cache_requests_total', { tier: 'regional', result: 'miss' })).toBe(5);
    expect(observed(outcome, 'cache_fetch_seconds', { tier: 'regional' }))
      .toEqual([0.150032, 0.150068, 0.214, 0.214, 0.214]);
    expect(observed(outcome, 'cache_fetch_seconds', { tier: 'edge' }))
      .toEqual([0.175048, 0.175102, 0.271, 0.271, 0.271]);
    expect(total(outcome, 'cache_bytes_total', { tier: 'regional', result: 'miss' })).toBe(1_200_622);
    expect(total(outcome, 'cache_used_bytes', { tier: 'edge' })).toBe(1_200_622);
  });
});

describe('answers as the bytes come', () => {
  const STREAM = ['edge', 'regional'].map((tier) => `cdn.${tier}.behaviour.preset=varnish`);
  // The first byte takes the latencies and the round trip alone; the last follows at the rate of the
  // slowest link.
  const FIRST_BYTE = 10_000 + 150_000 + 25_000 + 5000 + 10_000;

  test('the viewer\'s link is the slowest: the crossings of the others cost nothing', () => {
    const outcome = outcomeOf(planOf(BY_HAND, STREAM));
    const playlists = FIRST_BYTE + 200 + FIRST_BYTE + 422;
    const first = playlists + FIRST_BYTE + 400_000;
    expect(arrivals(outcome, 0)).toEqual([0, 1, 2].map((n) => first + n * (FIRST_BYTE + 400_000))
      .toSpliced(0, 0, FIRST_BYTE + 200, playlists));
    const fetches = (tier: string) => observed(outcome, 'cache_fetch_seconds', { tier });
    expect(fetches('regional')).toEqual([0.150032, 0.150068, 0.214, 0.214, 0.214]);
    // The edge has the last byte when the regional has had it, 25 ms later.
    expect(fetches('edge')).toEqual([0.175032, 0.175068, 0.239, 0.239, 0.239]);
  });

  test('the regional uplink is the slowest: the viewer waits for the last byte to come', () => {
    // 4 Mbps: 800 ms for a segment, 400 and 844 us for the playlists.
    const outcome = outcomeOf(planOf(BY_HAND, [...STREAM, 'cdn.regional.uplink=4 Mbps']));
    const first = FIRST_BYTE + 400 + FIRST_BYTE + 844 + FIRST_BYTE + 800_000;
    expect(arrivals(outcome, 0)[2]).toBe(first);
    expect(outcome.sessions[0]!.startupSeconds).toBe(first / 1e6);
  });

  test('a viewer who leaves while they come leaves nothing behind', () => {
    for (const watch of ['100ms', '200ms', '240ms', '300ms', '500ms', '700ms', '900ms']) {
      const run = new VideoRun(planOf(BY_HAND, [...STREAM, 'cdn.regional.uplink=4 Mbps',
        `audience.watch.value=${watch}`, 'audience.arrivals.at=[1s, 2s, 3s]']), 0);
      run.advance(Infinity);
      const { viewers, cdn } = run.save().parts['playback'] as PlaybackState;
      expect(viewers.requests.rows - viewers.requests.free.length).toBe(0);
      for (const node of cdn.nodes) {
        const { requests } = node as CacheNodeState;
        expect(requests.rows - requests.free.length).toBe(0);
      }
    }
  });

  test('one edge asks for what another has under way: it follows the regional tier\'s fetch', () => {
    const settings = [...STREAM, 'cdn.edge.nodes=40', 'audience.arrivals.at=[1s, 1.01s]'];
    const outcome = outcomeOf(planOf(BY_HAND, settings));
    expect(total(outcome, 'cache_requests_total', { tier: 'regional', result: 'miss' })).toBe(5);
    expect(total(outcome, 'cache_requests_total', { tier: 'regional', result: 'coalesced' })).toBe(5);
    // 10 ms behind, and so gets the manifest 10 ms earlier after asking; then it asks at the same time.
    const [first, second] = outcome.sessions.map((row) => row.startupSeconds!);
    expect(second).toBeCloseTo(first! - 0.01, 9);
  });
});

test('a connection is opened by two round trips and comes up to its rate window by window', () => {
  const slow = "audience.networks=[{name: a, traces: link.csv, slowStart: {initialWindow: '10000 B'}}]";
  // 100 Mbps and 20 ms: of the 400,000 bytes, 10, 20, 40, 80 and 160 kB take a round trip each, at which the
  // line could carry 250 kB; the 90 kB that are left take 7.2 ms. Four seconds later it begins anew, except
  // for the second segment, which is asked for at once: its window is 320 kB by then.
  const outcome = outcomeOf(planOf(BY_HAND, [slow], 'duration_ms,kbps,latency_ms\n1000,100000,20\n'));
  const master = 40_000 + MASTER_MISS - 200 + 16;
  const playlist = master + PLAYLIST_MISS - 422 + 34;
  const first = playlist + SEGMENT_MISS - 400_000 + 5 * 20_000 + 7_200;
  expect(arrivals(outcome, 0).slice(0, 4))
    .toEqual([master, playlist, first, first + SEGMENT_MISS - 400_000 + 32_000]);
});

test('a second viewer hits at the edge', () => {
  const networks = 'audience.networks=[{name: a, traces: link.csv}, {name: b, traces: link.csv}]';
  const settings = [networks, 'audience.assignment=inTurn', 'audience.arrivals.at=[1s, 20s]'];
  const outcome = outcomeOf(planOf(BY_HAND, settings));
  expect(arrivals(outcome, 1)).toEqual([MASTER_HIT,
    ...[0, 1, 2, 3].map((segments) => PLAYLISTS_HIT + segments * SEGMENT_HIT)]);
  expect(outcome.sessions[1]!.startupSeconds).toBeCloseTo((PLAYLISTS_HIT + SEGMENT_HIT) / 1e6, 9);
  expect(total(outcome, 'cache_requests_total', { tier: 'edge', result: 'hit' })).toBe(5);
  expect(total(outcome, 'cache_requests_total', { tier: 'regional' })).toBe(5);
});

test('a viewer of another edge node hits at the regional tier', () => {
  const settings = ['cdn.edge.nodes=40', 'audience.arrivals.at=[1s, 20s]'];
  const outcome = outcomeOf(planOf(BY_HAND, settings));
  // The routing stream sends these two viewers to different nodes.
  expect(total(outcome, 'cache_requests_total', { tier: 'regional', result: 'hit' })).toBe(5);
  const viaRegional = PLAYLISTS_MISS + SEGMENT_MISS - 3 * 150_000 - 32 - 68 - 64_000;
  expect(outcome.sessions[1]!.startupSeconds).toBeCloseTo(viaRegional / 1e6, 9);
});

test('two viewers who ask at once share one fetch, and their link half and half', () => {
  const settings = ['audience.arrivals.at=[1s, 1s]', 'audience.networks[0].viewersPerLink=2'];
  const outcome = outcomeOf(planOf(BY_HAND, settings));
  const startup = (PLAYLISTS_MISS + 200 + 422 + SEGMENT_MISS + 400_000) / 1e6;
  expect(outcome.sessions.map((row) => row.startupSeconds)).toEqual([startup, startup]);
  expect(total(outcome, 'cache_requests_total', { tier: 'edge', result: 'coalesced' })).toBe(5);
  expect(total(outcome, 'cache_requests_total', { tier: 'regional' })).toBe(5);
});

test('viewers on links of their own do not share', () => {
  const outcome = outcomeOf(planOf(BY_HAND, ['audience.arrivals.at=[1s, 1s]']));
  const startup = (PLAYLISTS_MISS + SEGMENT_MISS) / 1e6;
  expect(outcome.sessions.map((row) => row.startupSeconds)).toEqual([startup, startup]);
});

test('a link slower than the video stalls it as often and as long as worked out by hand', () => {
  // 500 kbps and no latency: a segment takes 6.4 s of the link, 320 us of each 10 Gbps uplink. The first 4
  // s are played while the second segment comes: it is 2.4 s and 640 us late, and so is the third.
  const zero = ['edge', 'regional', 'origin'].map((tier) => `cdn.${tier}.latency=0s`);
  const settings = [...zero, 'cdn.edge.uplink=10 Gbps', 'cdn.regional.uplink=10 Gbps'];
  const outcome = outcomeOf(planOf(BY_HAND, settings, 'duration_ms,kbps,latency_ms\n1000,500,0\n'));
  const manifest = 1 + 1 + 3200 + 1 + 1 + 6752;
  const segment = 320 + 320 + 6_400_000;
  const [row] = outcome.sessions;
  expect(row!.startupSeconds).toBe((manifest + segment) / 1e6);
  expect(row!.stallCount).toBe(2);
  expect(row!.stallSeconds).toBe((2 * (segment - 4_000_000)) / 1e6);
  expect(row!.outcome).toBe('finished');
  const watched = manifest + segment + 2 * (segment - 4_000_000) + 12_000_000;
  expect(outcome.slis['rebuffer_rate_percent']).toBeCloseTo((200 * (segment - 4_000_000)) / watched, 9);
});

test('a viewer who leaves takes the request under way along, and nothing stays behind', () => {
  // It starts after 1.106772 s and leaves 0.3 s later, with a segment on its way from the origin, on the
  // uplink of the regional node, of the edge, or on its own link.
  for (const watch of ['100ms', '200ms', '240ms', '300ms', '500ms']) {
    const run = new VideoRun(planOf(BY_HAND, [`audience.watch.value=${watch}`,
      'audience.arrivals.at=[1s, 2s, 3s]']), 0);
    run.advance(Infinity);
    const { parts, loop } = structuredClone(run.save());
    const { viewers, cdn } = parts['playback'] as PlaybackState;
    const { requests } = viewers;
    expect(requests.rows - requests.free.length).toBe(0);
    const slots = viewers.hosted.length / ROW;
    expect(viewers.free).toHaveLength(slots);
    expect(new Set(viewers.free).size).toBe(slots);
    expect(JSON.stringify(viewers.lines.links).match(/"finishBits":\[[^\]]/)).toBeNull();
    expect(cdn).toBeDefined();
    // Nothing is left to happen but the next sample, which lies beyond the end.
    expect([...loop.list.sequences].filter((sequence) => sequence >= 0)).toHaveLength(0);
    const outcome = run.finish();
    expect(outcome.sessions.map((row) => row.outcome)).toEqual(['left', 'left', 'left']);
    expect(total(outcome, 'sessions_active')).toBe(0);
  }
});

test('an impatient viewer leaves before the start, and the fetch goes on for others', () => {
  const plan = planOf(BY_HAND, ['cdn.origin.latency=3min', 'audience.startupPatience=measured',
    'run.duration=10min']);
  const outcome = outcomeOf(plan);
  expect(outcome.sessions[0]).toMatchObject({ outcome: 'leftBeforeStart', startupSeconds: null,
    segments: 0 });
  expect(total(outcome, 'cache_requests_total', { tier: 'edge', result: 'miss' })).toBe(1);
  expect(outcome.slis['exit_before_start_rate']).toBe(1);
  expect(outcome.slis['playback_start_seconds_p99']).toBeUndefined();
});

test('a run of half a million viewers to come is restored like any other', () => {
  const run = new VideoRun(planOf(BY_HAND, ['audience.arrivals={law: poisson, peak: 9000/s}']), 0);
  run.advance(1000);
  const saved = run.save();
  run.restore(saved);
  const free = ({ parts }: VideoRunState) => (parts['playback'] as PlaybackState).viewers.free;
  expect(free(run.save())).toEqual(free(saved));
});

test('nobody comes: every indicator says that nothing was observed', () => {
  const outcome = outcomeOf(planOf(BY_HAND, ['audience.arrivals.at=[2min]']));
  expect(outcome.sessions).toEqual([]);
  expect(outcome.slis).toEqual({});
});

/** Times from the press of play at which answers came. [us] */
function arrivals(outcome: ReturnType<typeof outcomeOf>, log: number): number[] {
  return outcome.logs[log]!.events.filter((event) => event.kind === 'arrived')
    .map((event) => Math.round(event.seconds * 1e6));
}
