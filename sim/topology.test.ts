import { describe, expect, test } from 'vitest';
import { HashRing } from '../models/cdn/topology/hash-ring.ts';
import { prefetched } from '../models/cdn/topology/metrics.ts';
import { buildPlan } from '../scenarios/build.ts';
import { loadScenario } from '../scenarios/load.ts';
import { memoryFiles } from '../scenarios/memory-files.fixture.ts';
import { BY_HAND_ONE as BY_HAND, CONSTANT, outcomeOf, planOf, total } from './plan.fixture.ts';
import { VideoRun } from './video-run.ts';

const S = 1e6;
/**
 * Two cities 5 degrees apart on the equator: 556 km, 11.69 ms of round trip at 2.1 times the straight line.
 */
const CITIES = 'city,country,region,latitude,longitude,population\nA,WW,west,0,0,50\nB,WW,west,0,5,20\n';
const WAY_US = 11_684;

function planIn(settings: readonly string[]) {
  const files = memoryFiles({ 'x.yaml': BY_HAND, 'link.csv': CONSTANT, 'cities.csv': CITIES });
  const place = 'geography={cities: cities.csv}';
  return buildPlan(loadScenario('x.yaml', files, [place, ...settings]), files);
}

describe('distance', () => {
  test('is in the round trip to the edge and to the parents, to the microsecond', () => {
    // One edge, in A, where the regional and the origin are too: who comes from B has the way once a request.
    const near = outcomeOf(planIn([])).sessions[0]!;
    const far = [1, 2, 3, 4, 5, 6].map((seed) => outcomeOf(planIn([`run.seed=${seed}`])).sessions[0]!)
      .find((row) => row.startupSeconds !== near.startupSeconds)!;
    const base = outcomeOf(planOf(BY_HAND)).sessions[0]!.startupSeconds!;
    const times = [near.startupSeconds!, far.startupSeconds!].sort((a, b) => a - b);
    expect(times[0]).toBeCloseTo(base, 9);
    expect(times[1]).toBeCloseTo(base + (2 * WAY_US) / S, 5);
  });

  test('counts who is within 100 ms of an edge', () => {
    const near = outcomeOf(planIn([]));
    expect(total(near, 'sessions_routed_total', { within100ms: 'yes' })).toBe(1);
  });
});

describe('a shield', () => {
  const two = ['audience.networks=[{name: a, traces: link.csv}, {name: b, traces: link.csv}]',
    'audience.assignment=inTurn', 'audience.arrivals.at=[1s, 20s]', 'cdn.edge.nodes=40',
    'cdn.regional.nodes=40'];

  test('takes what regionals miss off the origin: the second viewer elsewhere is served by it', () => {
    const without = outcomeOf(planOf(BY_HAND, two));
    const behind = outcomeOf(planOf(BY_HAND, [...two, 'cdn.shield.enabled=true']));
    expect(total(without, 'origin_requests_total', { result: 'ok' })).toBe(8);
    expect(total(behind, 'origin_requests_total', { result: 'ok' })).toBe(4);
    expect(total(behind, 'cache_requests_total', { tier: 'shield', result: 'hit' })).toBe(4);
  });

  test('is passed by while it is off', () => {
    const off = 'content.operations=[{what: shield, at: 10s, on: false}]';
    const outcome = outcomeOf(planOf(BY_HAND, [...two, 'cdn.shield.enabled=true', off]));
    expect(total(outcome, 'origin_requests_total', { result: 'ok' })).toBe(8);
    expect(total(outcome, 'cache_requests_total', { tier: 'shield' })).toBe(4);
  });
});

describe('content', () => {
  const again = (at: string, ...more: string[]) => outcomeOf(planOf(BY_HAND,
    ['audience.arrivals.at=[1s, 30s]', `content.operations=[${at}]`, 'content.purgeDelay=0s',
      'run.duration=2min', ...more]));
  const atEdge = (outcome: ReturnType<typeof outcomeOf>, result: string) =>
    total(outcome, 'cache_requests_total', { tier: 'edge', result });

  test('that has not changed is held', () => {
    expect(atEdge(again('{what: shield, at: 5s, on: false}'), 'hit')).toBe(4);
  });

  test('whose metadata change loses its manifest, in every tier, and no segment', () => {
    const outcome = again('{what: metadata, at: 20s, video: 0}');
    expect([atEdge(outcome, 'hit'), atEdge(outcome, 'miss')]).toEqual([3, 5]);
    expect(total(outcome, 'content_purged_objects_total', { tier: 'edge' })).toBe(1);
    expect(total(outcome, 'content_purged_objects_total', { tier: 'regional' })).toBe(1);
  });

  test('that is purged by a prefix is fetched again as far as the prefix goes', () => {
    expect(atEdge(again('{what: purge, at: 20s, video: 0}'), 'hit')).toBe(0);
    expect(atEdge(again('{what: purge, at: 20s, video: 0, part: only}'), 'hit')).toBe(1);
    expect(atEdge(again('{what: purge, at: 20s, video: 0, part: manifest}'), 'hit')).toBe(3);
    expect(atEdge(again('{what: purge, at: 20s, video: 1}'), 'hit')).toBe(4);
  });

  test('that is deleted answers 404, and the session fails', () => {
    const outcome = again('{what: delete, at: 20s, video: 0}');
    expect(outcome.sessions.map((row) => row.outcome)).toEqual(['finished', 'failed']);
    expect(total(outcome, 'origin_requests_total', { result: 'missing' })).toBe(1);
    expect(total(outcome, 'playback_errors', { error_type: 'notFound' })).toBe(1);
  });

  test('that is uploaded later is not there before', () => {
    const outcome = again('{what: upload, at: 20s, video: 0}');
    expect(outcome.sessions.map((row) => row.outcome)).toEqual(['failed', 'finished']);
  });

  test('that is reprocessed has its manifest back before anybody asks, and its segments when they do', () => {
    const outcome = again('{what: reprocess, at: 20s, video: 0}');
    expect([atEdge(outcome, 'hit'), atEdge(outcome, 'miss')]).toEqual([1, 7]);
    expect(total(outcome, 'content_prefetched_objects_total', { tier: 'edge' })).toBe(1);
  });

  test('T13 is filled in the small hours of each place, and goes on the next night', () => {
    // C is six hours ahead of A; at 600 bps the next segment is asked for after an hour and a half.
    const cities = CITIES.replace('B,WW,west,0,5', 'C,WW,east,0,90');
    const files = memoryFiles({ 'x.yaml': BY_HAND, 'link.csv': CONSTANT, 'cities.csv': cities });
    const fill = 'content.operations=[{what: prefetch, at: 0s, part: only, rate: 600bps,'
      + ' window: {from: 2h, to: 4h}}]';
    const plan = buildPlan(loadScenario('x.yaml', files, ['geography={cities: cities.csv, startsAt: 19h}',
      'cdn.edge.nodes=2', 'run.duration=30h', 'run.sampleEvery=1h', 'audience.arrivals.at=[29h]', fill,
    ]), files);
    const run = new VideoRun(plan, 0);
    const filledBy = (hour: number) => {
      run.advanceTo(hour * 3600 * S);
      return run.total(prefetched);
    };
    // In C it is 1 o'clock at first, 2 after an hour; in A it is 19 o'clock, and 2 after seven hours.
    expect([0.9, 1.01, 2.9, 6.9, 7.01, 8.9, 24.9].map(filledBy)).toEqual([0, 2, 3, 3, 5, 6, 6]);
    expect(filledBy(25.1)).toBe(7);
  });

  test('that is prefetched is there for the first viewer', () => {
    const outcome = outcomeOf(planOf(BY_HAND, ['audience.arrivals.at=[20s]',
      'content.operations=[{what: prefetch, at: 1s}]']));
    expect([atEdge(outcome, 'hit'), atEdge(outcome, 'miss')]).toEqual([4, 0]);
    expect(outcome.sessions[0]!.startupSeconds).toBeCloseTo(0.0252 + 0.425, 6);
  });

  test('is fresh for as long as the origin says: manifests apart from segments', () => {
    const outcome = again('', 'content.manifestTtl=10s');
    expect([atEdge(outcome, 'hit'), atEdge(outcome, 'revalidated')]).toEqual([3, 0]);
    const short = again('', 'content.manifestTtl=10s', 'cdn.edge.behaviour.grace=0s',
      'cdn.edge.behaviour.revalidate=1h');
    expect(atEdge(short, 'revalidated')).toBe(1);
    expect(atEdge(again('', 'content.manifestTtl=1min'), 'hit')).toBe(4);
  });

  test('behind signed URLs is refused when they have expired: a player renews them, or fails', () => {
    const slow = ['audience.arrivals.at=[1s]', 'content.signedUrls={lifetime: 1500ms}', 'run.duration=2min'];
    const renewing = outcomeOf(planOf(BY_HAND, slow));
    expect(total(renewing, 'edge_forbidden_total')).toBeGreaterThan(0);
    expect(renewing.sessions[0]!.outcome).toBe('finished');
    const failing = outcomeOf(planOf(BY_HAND, [...slow, 'content.signedUrls.renew=false']));
    expect(failing.sessions[0]!.outcome).toBe('failed');
    expect(total(failing, 'playback_errors', { error_type: 'forbidden' })).toBe(1);
  });
});

describe('an outage', () => {
  const settings = ['cdn.edge.nodes=2', 'run.duration=2min', 'audience.arrivals.at=[1s, 2s, 3s, 4s, 5s, 6s]',
    'player.retryDelay=1s', 'player.retries=30', 'run.seed=2'];

  test('of an edge moves its viewers once it is known, and they play to the end', () => {
    const outage = 'cdn.outages=[{at: 2500ms, duration: 1min, place: 0}]';
    const outcome = outcomeOf(planOf(BY_HAND, [...settings, outage]));
    expect(outcome.sessions.every((row) => row.outcome === 'finished')).toBe(true);
    expect(total(outcome, 'sessions_rerouted_total')).toBeGreaterThan(0);
    const late = outcomeOf(planOf(BY_HAND, [...settings, outage, 'cdn.routing.detection=20s']));
    const stalled = (run: typeof outcome) => run.sessions.reduce((sum, row) => sum + row.stallSeconds, 0);
    expect(stalled(late)).toBeGreaterThan(stalled(outcome));
  });

  test('of the only regional sends edges to the origin once it is known', () => {
    const outage = 'cdn.outages=[{tier: regional, at: 500ms, duration: 1min}]';
    const outcome = outcomeOf(planOf(BY_HAND, [...settings, outage, 'cdn.routing.detection=0s']));
    expect(total(outcome, 'cache_requests_total', { tier: 'regional' })).toBe(0);
    expect(total(outcome, 'origin_requests_total', { result: 'ok' })).toBe(8);
    const unknown = outcomeOf(planOf(BY_HAND, [...settings, outage]));
    expect(total(unknown, 'cache_requests_total', { tier: 'edge', result: 'error' })).toBeGreaterThan(0);
    expect(unknown.sessions.every((row) => row.outcome === 'finished')).toBe(true);
  });
});

describe('what is told by region and by place', () => {
  const settings = ['cdn.edge.nodes=2',
    'cdn.peering={share: 50%, transitRtt: 0ms, transitItem: far, item: near}',
    'cdn.regional.egress=wave', 'run.duration=4min', 'run.warmup=20s', 'content.operations=[]',
    'audience.arrivals.at=[1s, 2s, 25s, 26s, 27s, 28s, 60s, 61s, 62s, 63s, 64s, 65s]',
    'cdn.outages=[{at: 61500ms, duration: 2s, place: 1}]',
    'cdn.routing={detection: 1s, acrossRegions: true}'];
  const outcome = outcomeOf(placesPlan(settings));
  const sum = (name: string, labels: Record<string, string> = {}) => total(outcome, name, labels);

  test('T15 adds up to what the tier did, errors among it, and by kind of link to what was sent', () => {
    expect(sum('edge_requests_total')).toBe(sum('cache_requests_total', { tier: 'edge' })
      + sum('edge_lost_requests_total'));
    expect(sum('edge_requests_total', { result: 'hit' }))
      .toBe(sum('cache_requests_total', { tier: 'edge', result: 'hit' }));
    expect(sum('edge_link_bytes_total')).toBe(sum('edge_sent_bytes_total'));
    expect(sum('edge_link_bytes_total', { link: 'transit' })).toBeGreaterThan(0);
    expect(sum('edge_link_bytes_total', { link: 'peering' })).toBeGreaterThan(0);
    for (const region of ['west', 'east']) {
      expect(sum('edge_requests_total', { region })).toBeGreaterThan(0);
    }
  });

  test('T15 is the sum of what each place did, from the end of the warm-up on', () => {
    const edges = outcome.places!.filter(({ tier }) => tier === 'edge');
    expect(edges.map(({ city, region }) => [city, region])).toEqual([['A', 'west'], ['C', 'east']]);
    for (const { region, requests, hits, errors, bytes, hitBytes } of edges) {
      expect(requests).toBe(sum('edge_requests_total', { region }));
      expect(hits).toBe(sum('edge_requests_total', { region, result: 'hit' }));
      expect(errors).toBe(sum('edge_requests_total', { region, result: 'error' }));
      expect(bytes).toBe(sum('edge_sent_bytes_total', { region }));
      expect(hitBytes).toBe(sum('edge_hit_bytes_total', { region }));
    }
    const [regional] = outcome.places!.filter(({ tier }) => tier === 'regional');
    expect(regional!.requests).toBe(sum('cache_requests_total', { tier: 'regional' }));
  });

  test('T15 is what is paid for, by link and by tier', () => {
    const gb = (part: string) => sum('usage_total', { part });
    expect(gb('transit')).toBeCloseTo(sum('edge_link_bytes_total', { link: 'transit' }) / 1e9, 12);
    expect(gb('peering')).toBeCloseTo(sum('edge_link_bytes_total', { link: 'peering' }) / 1e9, 12);
    expect(gb('regional')).toBeCloseTo(sum('cache_bytes_total', { tier: 'regional' }) / 1e9, 12);
  });

  test('T15 survives being saved in the middle', () => {
    const first = new VideoRun(placesPlan(settings), 0);
    first.advanceTo(40 * S);
    const second = new VideoRun(placesPlan(settings), 0);
    second.restore(structuredClone(first.save()));
    second.advance(Infinity);
    expect(second.finish()).toEqual(outcome);
  });
});

/** Two cities of two regions. */
function placesPlan(settings: readonly string[]) {
  const cities = CITIES.replace('B,WW,west,0,5,20', 'C,WW,east,0,90,50');
  const files = memoryFiles({ 'x.yaml': BY_HAND, 'link.csv': CONSTANT, 'cities.csv': cities });
  return buildPlan(loadScenario('x.yaml', files, ['geography={cities: cities.csv}', ...settings]), files);
}

describe('a server that goes down alone', () => {
  // A video of a hundred segments, watched twice; the second time one of four servers has gone.
  const LONG = BY_HAND.replace('value: 12s', 'value: 400s');
  const settings = ['cdn.edge.servers=4', 'cdn.hashing.epsilon=100', 'run.duration=30min',
    'audience.arrivals.at=[1s, 800s]', 'cdn.routing.detection=20s'];
  const gone = (at: string) => `cdn.outages=[{at: ${at}, duration: 15min, place: 0, server: 2}]`;

  test('T14 moves its own keys and no other, and loses nothing once it is known', () => {
    const outcome = outcomeOf(planOf(LONG, [...settings, gone('700s')]));
    // Names are given in the order of asking: the manifest, then the segments.
    const ring = new HashRing(4, 100);
    const own = Array.from({ length: 101 }, (_, object) =>
      ring.serverOf(object, new Float64Array(4), 0, 0, new Uint8Array(4), 4))
      .filter((server) => server === 2);
    expect(own.length).toBeGreaterThan(10);
    expect(total(outcome, 'cache_requests_total', { tier: 'edge', result: 'miss' })).toBe(101 + own.length);
    expect(total(outcome, 'cache_requests_total', { tier: 'edge', result: 'hit' })).toBe(101 - own.length);
    expect(total(outcome, 'edge_lost_requests_total')).toBe(0);
  });

  test('T14 by a fault goes and comes back as by an outage', () => {
    const fault = 'faults=[{kind: serverDown, at: 700s, duration: 15min, place: 0, server: 2}]';
    const results = (outage: string) => {
      const outcome = outcomeOf(planOf(LONG, [...settings, outage]));
      return ['hit', 'miss'].map((result) => total(outcome, 'edge_requests_total', { result }));
    };
    expect(results(fault)).toEqual(results(gone('700s')));
    const { faults } = outcomeOf(planOf(LONG, [...settings, fault]));
    expect(faults![0]).toMatchObject({ kind: 'serverDown', scope: 'edge, place 0, server 2' });
  });

  test('T14 loses requests for its keys until then, and viewers play on', () => {
    const outcome = outcomeOf(planOf(LONG, [...settings, gone('820s')]));
    const lost = total(outcome, 'edge_lost_requests_total');
    expect(lost).toBeGreaterThan(0);
    expect(lost).toBeLessThan(25); // in twenty seconds, a second each
    expect(outcome.sessions.every((row) => row.outcome === 'finished')).toBe(true);
    const answered = total(outcome, 'cache_requests_total', { tier: 'edge' });
    expect(answered).toBe(202);
  });

  test('T14 that was the last of its place sends children of the place elsewhere', () => {
    const outcome = outcomeOf(planOf(BY_HAND, ['cdn.routing.detection=0s', 'audience.arrivals.at=[20s]',
      'cdn.outages=[{tier: regional, at: 10s, duration: 1h, server: 0}]']));
    expect(outcome.sessions[0]).toMatchObject({ outcome: 'finished' });
    expect(total(outcome, 'cache_requests_total', { tier: 'regional' })).toBe(0);
    expect(total(outcome, 'origin_requests_total', { result: 'ok' })).toBe(4);
  });
});

describe('an origin that is full', () => {
  test('refuses with 503 who would wait too long, and players come back', () => {
    const outcome = outcomeOf(planOf(BY_HAND, ['cdn.edge.nodes=40', 'cdn.regional.nodes=40',
      'audience.arrivals.at=[1s, 1s, 1s, 1s, 1s, 1s, 1s, 1s]', 'cdn.origin.requestsPerS=1/s',
      'player.retries=100', 'run.duration=10min']));
    expect(total(outcome, 'origin_requests_total', { result: 'refused' })).toBeGreaterThan(0);
    expect(outcome.sessions.every((row) => row.outcome === 'finished')).toBe(true);
  });

  test('sends no faster than it can: a segment of 400,000 bytes takes 3.2 s at 1 Mbps', () => {
    const [slow, fast] = [['cdn.origin.bandwidth=1Mbps'], []].map((settings) =>
      outcomeOf(planOf(BY_HAND, settings)).sessions[0]!.startupSeconds!);
    // The manifest of 422 bytes takes 3.4 ms more; what follows overlaps with the uplinks.
    expect(slow! - fast!).toBeGreaterThan(3.2 - 0.5);
    expect(slow! - fast!).toBeLessThan(3.3);
  });
});

test('a server that sends 1 Mbps makes the second answer wait behind the first', () => {
  const settings = ['audience.arrivals.at=[1s, 1s]', 'cdn.edge.server.nic=1Mbps', 'run.duration=20s'];
  const outcome = outcomeOf(planOf(BY_HAND, settings));
  const [first, second] = outcome.sessions.map((row) => row.startupSeconds!);
  expect(Math.abs(second! - first!) - 3.2).toBeLessThan(0.01);
  expect(outcome.warnings.join()).toContain('Servers saturated: 1 edge server sent all');
});

test('servers of a place share objects, and a run of them is restored like any other', () => {
  const settings = ['cdn.edge.servers=4', 'cdn.hashing.epsilon=100', 'audience.arrivals.at=[1s, 20s, 40s]',
    'run.duration=2min', 'cdn.shield.enabled=true',
    'cdn.providers=[{name: a, share: 50%}, {name: b, share: 50%}]',
    'content.manifestTtl=15s', 'content.operations=[{what: prefetch, at: 18s, rate: 1Mbps}]',
    'cdn.outages=[{at: 21s, duration: 5s, place: 0}, {at: 30s, duration: 20s, server: 1}]',
    'cdn.edge.server={appliance: oca-2016-flash}'];
  const plan = planIn(settings);
  const straight = outcomeOf(plan);
  const first = new VideoRun(plan, 0);
  first.advance(60);
  const saved = structuredClone(first.save());
  const second = new VideoRun(plan, 0);
  second.restore(saved);
  second.advance(Infinity);
  expect(second.finish()).toEqual(straight);
  const one = outcomeOf(planOf(BY_HAND, ['cdn.edge.servers=4', 'cdn.hashing.epsilon=100',
    'audience.arrivals.at=[1s, 20s]']));
  expect(total(one, 'cache_requests_total', { tier: 'edge', result: 'hit' })).toBe(4);
});
