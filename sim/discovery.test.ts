import { describe, expect, test } from 'vitest';
import type { ReplicationOutcome } from '../models/operations/run-summary.ts';
import { outcomeOf, planOf, total } from './plan.fixture.ts';
import { VideoRun } from './video-run.ts';

const WATCHED = `weir: 1
name: home
title: Viewers who open a home page, search, and watch
run: { duration: 40min, sampleEvery: 1min }
catalogue: { videos: 5, ladder: [{ name: only, bitrate: 800 kbps, height: 360 }] }
audience:
  arrivals: { law: poisson, peak: 60/min }
  networks: [{ name: a, traces: link.csv }]
cdn: { edge: { nodes: 2 } }
search: { shards: 4, copies: 2, threads: 2, perSession: 0.5 }
recommendations: { instances: 4, threads: 2, perSession: 2.25 }
`;
const started = (outcome: ReplicationOutcome) => total(outcome, 'sessions_started_total');

describe('viewers', () => {
  test('open home pages and search as often as they are said to', () => {
    const outcome = outcomeOf(planOf(WATCHED));
    const viewers = started(outcome);
    expect(viewers).toBeGreaterThan(2200);
    const deviations = (counted: number, mean: number, variance: number) =>
      Math.abs(counted - viewers * mean) / Math.sqrt(viewers * variance);
    expect(deviations(total(outcome, 'searches_total'), 0.5, 0.25)).toBeLessThan(4);
    // The last viewers have not opened all of their pages yet.
    expect(deviations(total(outcome, 'recommendations_total') + 30 * 1.25, 2.25, 0.1875)).toBeLessThan(4);
  });

  test('watch just what they would have watched without', () => {
    const { search: _search, recommendations: _recommendations, ...rest } = planOf(WATCHED).scenario;
    const without = { ...planOf(WATCHED), scenario: rest };
    const rows = ({ sessions }: ReplicationOutcome) => sessions;
    expect(rows(outcomeOf(planOf(WATCHED)))).toEqual(rows(outcomeOf(without)));
  });

  test('of a crowd do so too, and who is turned away does not', () => {
    const herd = 'faults=[{kind: herd, at: 10min, duration: 20min, factor: 2}]';
    const outcome = outcomeOf(planOf(WATCHED, [herd]));
    const share = total(outcome, 'searches_total') / started(outcome);
    expect(started(outcome)).toBeGreaterThan(4000);
    expect(share).toBeGreaterThan(0.46);
    expect(share).toBeLessThan(0.54);
    const closed = outcomeOf(planOf(WATCHED, ['monitoring={rules: []}',
      'runbooks=[{name: a, steps: [{when: vector(1) > 0, after: 0s, do: {action: staticPage}}]}]']));
    expect(total(closed, 'sessions_turned_away_total')).toBeGreaterThan(2000);
    expect(total(closed, 'searches_total')).toBeLessThan(100);
  });
});

const ALONE = `weir: 1
name: alone
title: Search and recommendations
run: { duration: 30min, warmup: 2min, sampleEvery: 1min }
search:
  shards: 4
  copies: 2
  threads: 2
  service: { law: exponential, mean: 10ms }
  cache: { hits: 30%, warm: 1min }
  hedge: { after: 60ms }
  timeout: 300ms
  others: { queries: 100/s }
recommendations: { instances: 3, threads: 2, others: { queries: 100/s } }
monitoring: { rules: [] }
`;
const FAULTS = 'faults=['
  + '{kind: searchSlow, at: 5min, duration: 15min, factor: 20, shard: 1, copies: 2, ramp: 1min}, '
  + '{kind: searchNodeLoss, at: 7min, duration: 9min, copies: 1}, {kind: searchCacheFlush, at: 8min}, '
  + '{kind: rankingSlow, at: 6min, duration: 15min, factor: 4}, '
  + '{kind: rankingLoss, at: 10min, duration: 5min, instances: 2}, {kind: featureCacheFlush, at: 12min}]';
const step = (minute: number, action: string) =>
  `{when: "time() > ${minute * 60 - 1}", after: 0s, do: {action: ${action}}}`;
const BOOK = `runbooks=[{name: a, steps: [${[
  step(9, 'hedgeSearches, after: 30ms'), step(9, 'scaleSearch, copies: 2, takes: 1min'),
  step(11, 'cacheSearches, hits: 50%'), step(8, 'shedSearches, wait: 100ms'),
  step(8, 'deferRecommendations'), step(11, 'deferRecommendations, on: false'),
  step(13, 'scaleRecommendations, instances: 4, takes: 1min'), step(14, 'rollback'),
].join(', ')}]}]`;

describe('search and recommendations', () => {
  test('are a scenario alone, with indicators of their own and of nothing else', () => {
    const { slis, faults } = outcomeOf(planOf(ALONE));
    expect(Object.keys(slis).every((name) => /^(search|recommendation)_/.test(name))).toBe(true);
    expect(slis['search_success_rate']).toBe(1);
    expect(faults).toEqual([]);
  });

  test('break by their faults and are mended by what is done about them', () => {
    const [well, left, mended] = [[], [FAULTS], [FAULTS, BOOK]].map((settings) =>
      outcomeOf(planOf(ALONE, settings))) as [ReplicationOutcome, ReplicationOutcome, ReplicationOutcome];
    for (const sli of ['search_success_rate', 'recommendation_ranked_rate']) {
      expect(left.slis[sli]!).toBeLessThan(well.slis[sli]! - 0.05);
      expect(mended.slis[sli]!).toBeGreaterThan(left.slis[sli]! + 0.02);
    }
    expect(left.faults!.map(({ kind, scope }) => `${kind} ${scope}`)).toEqual([
      'searchSlow shard 1', 'searchNodeLoss all', 'searchCacheFlush all', 'rankingSlow all',
      'rankingLoss all', 'featureCacheFlush all']);
    expect(mended.steps!.every(({ state }) => state === 'done')).toBe(true);
    expect(total(mended, 'searches_total', { result: 'shed' })).toBeGreaterThan(0);
    expect(total(left, 'searches_total', { result: 'shed' })).toBe(0);
    expect(total(mended, 'recommendations_total', { result: 'deferred' })).toBeGreaterThan(10_000);
  });

  test.each([4.5, 8.5, 12, 14.9])('saved after %d minutes and restored, a run ends the same', (minutes) => {
    const plan = planOf(ALONE, [FAULTS, BOOK]);
    const first = new VideoRun(plan, 0);
    first.advanceTo(minutes * 60e6 + 1);
    const second = new VideoRun(plan, 0);
    second.restore(structuredClone(first.save()));
    second.advance(Infinity);
    expect(second.finish()).toEqual(outcomeOf(plan));
  });

  test('a level that is left puts back what the scenario has', () => {
    const level = 'degraded=[{levels: [{level: 1, name: load, when: "vector(time()) > 599 < 1199", '
      + 'hold: 0s, do: [{action: hedgeSearches, after: 5ms}, {action: shedSearches, wait: 0s}, '
      + '{action: deferRecommendations}]}]}]';
    const { series } = outcomeOf(planOf(ALONE, [level]));
    const at = (metric: string, minute: number) =>
      series.find((one) => one.metric === metric && one.seconds === minute * 60)!.value;
    expect(at('sli:search_hedge_rate', 15)).toBeGreaterThan(0.3);
    expect(at('sli:search_hedge_rate', 25)).toBeCloseTo(at('sli:search_hedge_rate', 5), 2);
    expect(at('sli:search_success_rate', 15)).toBeLessThan(0.95);
    expect(at('sli:search_success_rate', 25)).toBe(1);
    expect(at('sli:recommendation_ranked_rate', 15)).toBe(0);
    expect(at('sli:recommendation_ranked_rate', 25)).toBeGreaterThan(0.9);
  });
});
