import { describe, expect, test } from 'vitest';
import { abrParams } from '../models/player/abr/registry.ts';
import { actionParams, type ActionParams } from '../models/operations/runbook/params.ts';
import { buildPlan } from '../scenarios/build.ts';
import { loadScenario } from '../scenarios/load.ts';
import { memoryFiles } from '../scenarios/memory-files.fixture.ts';
import type { ScenarioPlan } from '../scenarios/plan.ts';
import { BY_HAND, CONSTANT, planOf, total } from './plan.fixture.ts';
import { VideoRun } from './video-run.ts';

const MIN = 60_000_000;
const EVENING = [
  'run.duration=12min', 'monitoring={scrapeEvery: 6s, rules: []}', 'catalogue.videos=30',
  'player.abr={rule: throughput}',
  'catalogue.length={law: constant, value: 2min}', 'audience.arrivals={law: poisson, peak: 20/min}',
  'catalogue.ladder=[{name: low, bitrate: 800 kbps, height: 360}, {name: mid, bitrate: 2 Mbps, height: 720}, '
    + '{name: high, bitrate: 4 Mbps, height: 1080}]',
];
const DO = (action: string, rest: Readonly<Record<string, unknown>> = {}): ActionParams =>
  actionParams.parse({ action, ...rest });

/** Gains of a metric from one minute to another. */
function gains(plan: ScenarioPlan, acts: ReadonlyArray<readonly [number, ActionParams]>) {
  const run = new VideoRun(plan, 0);
  for (const [minute, action] of acts) {
    run.advanceTo(minute * MIN);
    run.act(action);
  }
  run.advance(Infinity);
  const outcome = run.finish();
  const gained = (metric: string, labels: string, from: number, to: number) => {
    const series = outcome.scrapes!.filter((one) => one.metric === metric
      && (labels === '' || Object.values(one.labels).includes(labels)));
    expect(series.length, `${metric} ${labels}`).toBeGreaterThan(0);
    const at = (minute: number) => series.reduce((sum, { seconds, values }) =>
      sum + (values[seconds.findLastIndex((one) => one <= minute * 60)] ?? 0), 0);
    return at(to) - at(from);
  };
  return { outcome, gained };
}

describe('what players are asked for', () => {
  test('a cap of the ladder holds for what is asked for from then on, and is undone', () => {
    const { gained } = gains(planOf(BY_HAND, EVENING), [
      [4, DO('ladderCap', { height: 720 })], [8, DO('ladderCap', { on: false })],
    ]);
    const high = (from: number, to: number) => gained('video_quality_level', 'high', from, to);
    expect(high(1, 4)).toBeGreaterThan(1000);
    expect(high(4.2, 8)).toBe(0);
    expect(high(8.2, 12)).toBeGreaterThan(1000);
  });

  test('no rule chooses above a cap that comes in the middle of its sessions', () => {
    const rules = abrParams.options.map(({ shape }) => shape.rule.value).filter((rule) => rule !== 'fixed');
    expect(rules).toContain('shaka');
    for (const rule of rules) {
      const settings = [...EVENING, `player.abr={rule: ${rule}}`, 'run.duration=6min'];
      const { gained } = gains(planOf(BY_HAND, settings), [
        [2, DO('ladderCap', { height: 360 })], [4, DO('ladderCap', { on: false })],
      ]);
      const fetched = (rendition: string) => gained('video_quality_level', rendition, 2.5, 4);
      expect(fetched('high') + fetched('mid'), rule).toBe(0);
    }
  });

  test('fewer segments ahead leave less to throw away, and play starts with less', () => {
    const plan = planOf(BY_HAND,
      [...EVENING, 'player.startBuffer=16s', 'audience.watch={law: constant, value: 30s}']);
    const before = gains(plan, []).outcome;
    const after = gains(plan, [[0, DO('prebuffer', { segments: 2 })]]).outcome;
    const start = (outcome: typeof before) => outcome.slis['playback_start_seconds_p50']!;
    expect(start(after)).toBeLessThan(0.7 * start(before));
    // Who leaves after 30 s has fetched 30 s and what is ahead: 30 s more, or 8 s.
    const perSession = (outcome: typeof before) =>
      total(outcome, 'segments_fetched_total') / total(outcome, 'playback_starts_total');
    expect(perSession(before)).toBeGreaterThan(13);
    expect(perSession(after)).toBeLessThan(10.5);
  });
});

describe('what the origin is asked for', () => {
  test('longer lifetimes of manifests take requests for them off it', () => {
    const plan = planOf(BY_HAND, [...EVENING, 'content.manifestTtl=20s']);
    const requests = (acts: Parameters<typeof gains>[1]) =>
      gains(plan, acts).gained('origin_requests_total', 'ok', 6, 12);
    expect(requests([[2, DO('manifestTtl', { ttl: '5min' })]])).toBeLessThan(0.7 * requests([]));
    expect(requests([[2, DO('manifestTtl')], [3, DO('manifestTtl', { on: false })]]))
      .toBeGreaterThan(0.9 * requests([]));
  });

  test('serving what is cached only asks it nothing: held videos play, others are refused at once', () => {
    const plan = planOf(BY_HAND, [...EVENING, 'catalogue.videos=400', 'content.manifestTtl=20s']);
    const { outcome, gained } = gains(plan, [
      [4, DO('serveCachedOnly')], [8, DO('serveCachedOnly', { on: false })],
    ]);
    expect(gained('origin_requests_total', 'ok', 4, 8)).toBe(0);
    expect(gained('origin_requests_total', 'ok', 8, 12)).toBeGreaterThan(100);
    expect(gained('playback_errors', 'unavailable', 4.5, 8)).toBeGreaterThan(10);
    expect(gained('played_seconds_total', '', 6, 8)).toBeGreaterThan(100);
    expect(gained('cache_requests_total', 'stale', 4, 8)).toBeGreaterThan(20);
    expect(total(outcome, 'playback_errors', { error_type: 'serverError' })).toBe(0);
  });

  test('its capacity, a fault of it and what people add multiply, and each is undone', () => {
    const plan = planOf(BY_HAND, [
      ...EVENING, 'cdn.origin.bandwidth=4 Mbps', 'cdn.origin.longestWait=500ms',
      'faults=[{kind: originOverload, at: 2min, duration: 4min, capacity: 25%}]',
    ]);
    const sent = (acts: Parameters<typeof gains>[1]) =>
      gains(plan, acts).gained('origin_sent_bytes_total', '', 3, 6);
    // What is sent counts when it is taken on: at 1 Mbps the largest segment takes 16 s.
    expect(sent([])).toBeLessThan((1e6 * (180 + 16)) / 8);
    expect(sent([[3, DO('scaleOrigin', { factor: 2 })]])).toBeGreaterThan(1.5 * sent([]));
    expect(sent([[2, DO('scaleOrigin', { factor: 2 })], [3, DO('scaleOrigin', { on: false })]]))
      .toBeLessThan((1e6 * (180 + 16)) / 8);
  });
});

test('a static page meets who comes, and who watches goes on', () => {
  const { outcome, gained } = gains(planOf(BY_HAND, EVENING), [
    [4, DO('staticPage')], [8, DO('staticPage', { on: false })],
  ]);
  expect(gained('sessions_started_total', '', 4, 8)).toBe(0);
  expect(gained('sessions_turned_away_total', '', 4, 8)).toBeGreaterThan(50);
  expect(gained('played_seconds_total', '', 4, 5)).toBeGreaterThan(200);
  const all = total(outcome, 'sessions_turned_away_total') + total(outcome, 'sessions_started_total');
  const open = gains(planOf(BY_HAND, EVENING), []).outcome;
  expect(all).toBe(total(open, 'sessions_started_total'));
});

describe('regions', () => {
  const CITIES = 'city,country,region,latitude,longitude,population\nA,WW,west,0,0,50\nB,WW,east,0,50,50\n';
  const planIn = (...settings: readonly string[]) => {
    const files = memoryFiles({ 'x.yaml': BY_HAND, 'link.csv': CONSTANT, 'cities.csv': CITIES });
    const place = 'geography={cities: cities.csv}';
    return buildPlan(loadScenario('x.yaml', files, [
      place, ...EVENING, 'catalogue.videos=400', 'cdn.edge.nodes=2', 'cdn.regional.nodes=2',
      'cdn.origin.sites=2', ...settings,
    ]), files);
  };
  const errors = (settings: readonly string[], acts: Parameters<typeof gains>[1]) =>
    gains(planIn(...settings), acts).gained('cache_requests_total', 'error', 3, 8);
  const OUT = 'faults=[{kind: originOutage, at: 3min, duration: 5min, region: east}]';

  test('an outage of one region is read around, with the longer way; one of all is not', () => {
    expect(errors([OUT], [])).toBeGreaterThan(100);
    expect(errors([OUT], [[3, DO('multiRegionRead')]])).toBe(0);
    const all = OUT.replace(', region: east', '');
    expect(errors([all], [[3, DO('multiRegionRead')]])).toBeGreaterThan(200);
  });

  test('without a geography sites are taken in turn, and one may be out by its number', () => {
    const plan = planOf(BY_HAND, [
      'cdn.origin.sites=2', 'faults=[{kind: originOutage, at: 0s, duration: 1min, site: 0}]',
    ]);
    expect(gains(plan, []).outcome.sessions[0]!.outcome).toBe('failed');
    const [row] = gains(plan, [[0, DO('multiRegionRead')]]).outcome.sessions;
    expect(row!.startupSeconds).toBeCloseTo(1.096772, 6); // as without a fault: by-hand.test.ts
  });

  test('a region cut off lives from its own site, or, without one, from its caches', () => {
    const cut = 'faults=[{kind: partition, at: 3min, duration: 5min, region: east}]';
    expect(errors([cut], [])).toBe(0);
    const one = errors([cut, 'cdn.origin.sites=1'], []);
    expect(one).toBeGreaterThan(100);
    const played = gains(planIn(cut, 'cdn.origin.sites=1'), []).gained('cache_requests_total', 'hit', 4, 8);
    expect(played).toBeGreaterThan(100);
  });
});
