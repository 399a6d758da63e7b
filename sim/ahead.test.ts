import { describe, expect, test } from 'vitest';
import type { ReplicationOutcome } from '../models/operations/run-summary.ts';
import { Catalogue } from '../models/storage/catalogue.ts';
import { RandomStreams } from '../models/core/rng.ts';
import type { WatchedPlan } from '../scenarios/plan.ts';
import { keepsAll } from './keeps-all.ts';
import { BY_HAND, outcomeOf, planOf, total } from './plan.fixture.ts';

/*
 * Where edges have room for all there is, the answer to a request for what an edge holds is worked out before
 * its time, without an event. A run with room for a little less than all, which no edge comes to hold, has
 * an event for each request: both must be the same.
 */
const TOWN = [
  'catalogue.videos=30', 'catalogue.length.value=3min', 'audience.watch={law: exponential, mean: 2min}',
  'audience.arrivals={law: poisson, peak: 2/s}', 'audience.startupPatience=measured', 'run.duration=8min',
  'run.sampleEvery=30s', 'player.stallPatience=9s',
  'catalogue.ladder=[{name: low, bitrate: 400 kbps, height: 240}, {name: mid, bitrate: 1 Mbps, height: 480},'
    + ' {name: high, bitrate: 3 Mbps, height: 720}]',
  'cdn.edge={nodes: 3, uplink: 400 Mbps}', 'cdn.regional={nodes: 2}',
];
const LINE = 'duration_ms,kbps,latency_ms\n7000,6000,20\n3000,0,60\n9000,1500,200\n';
/** All there is: 30 videos of 45 segments, 4.4 Mbps, with three playlists and a master each. */
const ALL = 30 * (45 * (4.4e6 * 4 / 8) + 3 * (320 + 34 * 45) + 50 + 3 * 150);

const townOf = (settings: readonly string[], capacity: number) =>
  planOf(BY_HAND, [...TOWN, ...settings, `cdn.edge.capacity=${capacity} B`], LINE);

describe('answers that are known ahead', () => {
  test.each<readonly [string, readonly string[]]>([
    ['of plain viewers', []],
    ['of viewers who pause, seek and play at other speeds', [
      'audience.pauses={every: {law: constant, value: 40s}, length: {law: constant, value: 20s}, most: 2}',
      'audience.seeks={every: {law: constant, value: 30s}, by: {law: constant, value: 60s}, back: 0.5,'
        + ' most: 2}',
      'audience.speeds=[{rate: 1}, {rate: 1.5}]',
    ]],
    ['with manifests that expire and URLs that do', [
      'content.manifestTtl=20s', 'content.signedUrls={lifetime: 45s}',
    ]],
    ['over transit networks and slow starts', [
      'cdn.peering={share: 60%}', 'audience.networks[0].slowStart={}',
    ]],
    ['beside viewers who share a line', [
      'audience.networks=[{name: a, traces: link.csv, share: 50%},'
        + ' {name: b, traces: link.csv, share: 50%, viewersPerLink: 2}]',
    ]],
    ['of content that is fetched before', [
      'content.operations=[{what: prefetch, at: 100s, count: 9}, {what: upload, at: 60s, video: 1}]',
    ]],
  ])('%s are those of their time', (_name, settings) => {
    const ahead = outcomeOf(townOf(settings, ALL));
    const inTime = outcomeOf(townOf(settings, ALL - 1));
    expect(total(inTime, 'cache_evictions_total')).toBe(0);
    expect(inTime.sessions.length).toBeGreaterThan(700);
    expect(new Set(inTime.sessions.map(({ outcome }) => outcome)).size).toBeGreaterThan(2);
    expect(ahead.sessions).toEqual(inTime.sessions);
    expect(ahead.logs).toEqual(inTime.logs);
    expect(ahead.events).toBeLessThan(0.95 * inTime.events);
    sameFigures(ahead, inTime);
  });
});

/** Sums of the same terms in another order. */
function sameFigures(a: ReplicationOutcome, b: ReplicationOutcome): void {
  const close = (one: number, other: number, name: string) => {
    if (one === other || (Number.isNaN(one) && Number.isNaN(other))) return;
    expect(Math.abs(one - other), `${name}: ${one} and ${other}`).toBeLessThanOrEqual(1e-9 * Math.abs(other));
  };
  expect(Object.keys(a.slis)).toEqual(Object.keys(b.slis));
  for (const [name, value] of Object.entries(a.slis)) close(value, b.slis[name]!, name);
  expect(a.metrics.length).toBe(b.metrics.length);
  a.metrics.forEach(({ declaration, value, observations }, i) => {
    close(value, b.metrics[i]!.value, declaration.name);
    if (observations !== undefined && 'values' in observations) {
      expect(observations, declaration.name).toEqual(b.metrics[i]!.observations);
    }
  });
  expect(a.series.length).toBe(b.series.length);
  a.series.forEach(({ value, metric, seconds }, i) => {
    close(value, b.series[i]!.value, `${metric} at ${seconds}`);
  });
}

test('all there is takes what it takes, and no more than is looked at', () => {
  const bytesOf = (settings: readonly string[]) => {
    const plan = planOf(BY_HAND, [...TOWN, ...settings]) as WatchedPlan;
    return new Catalogue(plan.scenario.catalogue, plan.sizeTables, new RandomStreams(1, 0)).mostBytes();
  };
  expect(bytesOf([])).toBe(ALL);
  expect(bytesOf(['catalogue.videos=1001'])).toBe(Infinity);
});

test.each([
  ['cdn.edge.servers=2'], ['cdn.edge.server={nic: 10 Gbps}'], ['cdn.edge.memory={capacity: 1 GB}'],
  ['cdn.edge.admission={rule: secondHit}'], ['cdn.outages=[{at: 1min, duration: 1min}]'],
  ['content.operations=[{what: purge, at: 1min, video: 0}]'], ['cdn.edge.capacity=1 GB'],
  ['faults=[{kind: placeDown, at: 1min, duration: 1min, place: 0}]'],
])('no answer is certain with %s', (setting) => {
  const planned = townOf([], ALL) as WatchedPlan;
  const other = planOf(BY_HAND, [...TOWN, `cdn.edge.capacity=${ALL} B`, setting], LINE) as WatchedPlan;
  const [certain, open] = [planned, other].map((plan) =>
    keepsAll(plan, new Catalogue(plan.scenario.catalogue, plan.sizeTables, new RandomStreams(1, 0))));
  expect([certain, open]).toEqual([true, false]);
});
