import { beforeAll, describe, expect, test } from 'vitest';
import { diskFiles, findScenario } from '../cli/files.ts';
import { comparePaired } from '../models/core/comparison.ts';
import { incidentsOf } from '../models/operations/incident-summary.ts';
import type { ReplicationOutcome } from '../models/operations/run-summary.ts';
import { buildPlan } from '../scenarios/build.ts';
import { loadScenario } from '../scenarios/load.ts';
import { VideoRun } from '../sim/video-run.ts';

/** What a library scenario of delivery is expected to show: who finds out, how soon, and what helps. */
interface Expectation {
  readonly scenario: string;
  /** The indicator that the fault hurts, and the least that it costs unattended, in its own unit. */
  readonly sli: string;
  readonly cost: number;
  /** The alert that finds out, at the latest so long after the onset in every replication. [s] */
  readonly alert: string;
  readonly within: number;
  /** Other alerts that tell of it, with the same limit. */
  readonly also?: Readonly<Record<string, number>>;
  /** Steps of runbooks that are done in every replication, all others in none. */
  readonly steps?: readonly string[];
  /** Degraded levels that are entered in every replication, all others in none. */
  readonly levels?: readonly number[];
  /** Evenings it takes to tell; 3 unless given. */
  readonly seeds?: number;
}

const EXPECTED: readonly Expectation[] = [
  { scenario: 'edge-down', sli: 'cdn_availability', cost: 0.005, alert: 'CdnErrorsHigh', within: 120,
    steps: ['reroute'] },
  { scenario: 'object-store-outage', sli: 'cdn_availability', cost: 0.002, alert: 'CdnErrorsHigh',
    within: 300, steps: ['failoverOrigin'] },
  { scenario: 'store-region-outage', sli: 'cdn_availability', cost: 0.005, alert: 'CdnErrorsHigh',
    within: 300, steps: ['multiRegionRead'] },
  { scenario: 'origin-overload', sli: 'cdn_availability', cost: 0.02, alert: 'OriginBandwidthHigh',
    within: 420, steps: ['shield', 'scaleOrigin'], seeds: 4 },
  { scenario: 'bad-deploy', sli: 'cdn_availability', cost: 0.02, alert: 'CdnErrorsHigh', within: 180,
    steps: ['rollback'] },
  { scenario: 'key-expiry', sli: 'playback_failure_rate', cost: 0.2, alert: 'CdnErrorsHigh', within: 120,
    steps: ['rollback'] },
  { scenario: 'lossy-edge', sli: 'rebuffer_rate_percent', cost: 1, alert: 'RebufferRateHigh', within: 120,
    steps: ['reroute', 'announce provider', 'announce statusPage', 'announce incident'] },
  { scenario: 'short-ttl', sli: 'cache_hit_rate', cost: 0.3, alert: 'CacheHitRateLow', within: 240,
    steps: ['prewarm', 'rollback'] },
  { scenario: 'broken-video', sli: 'playback_failure_rate', cost: 0.02, alert: 'PlaybackErrorsHigh',
    within: 300, steps: ['hideVideo', 'retranscode'] },
  { scenario: 'high-load', sli: 'rebuffer_rate_percent', cost: 3, alert: 'OriginBandwidthHigh', within: 420,
    levels: [1] },
  { scenario: 'retry-storm', sli: 'cdn_availability', cost: 0.2, alert: 'CdnErrorsHigh', within: 180,
    also: { OriginCpuHigh: 420 }, levels: [2, 3, 4] },
];

describe.each(EXPECTED)('$scenario', (expected) => {
  const { scenario, sli, cost, alert, within, also = {}, steps = [], levels = [], seeds = 3 } = expected;
  const worlds: Record<string, ReplicationOutcome[]> = {};
  beforeAll(() => {
    worlds['noFault'] = outcomes(scenario, ['faults=[]', 'runbooks=[]', 'degraded=[]'], seeds);
    worlds['nobody'] = outcomes(scenario, ['runbooks=[]', 'degraded=[]'], seeds);
    worlds['attended'] = outcomes(scenario, [], seeds);
  }, 120_000);

  test(`is found out by ${alert}, and nothing is where there is no fault`, () => {
    for (const { faults, alerts } of worlds['nobody']!) {
      const onset = faults![0]!.fromSeconds;
      for (const [name, limit] of Object.entries({ [alert]: within, ...also })) {
        const fired = alerts!.changes.find((change) =>
          change.alert === name && change.to === 'firing' && change.at / 1e6 > onset);
        expect(fired!.at / 1e6 - onset, name).toBeLessThan(limit);
      }
    }
    const { warmup } = planOf(scenario, []).scenario.run;
    const fired = worlds['noFault']!.flatMap(({ alerts }) => alerts!.changes.filter((change) =>
      change.alert === alert && change.to === 'firing' && change.at > warmup));
    expect(fired).toEqual([]);
  });

  test('costs, and what is done about it is better than nothing, by paired intervals', () => {
    const values = (world: string) => worlds[world]!.map(({ slis }) => slis[sli]!);
    const worse = comparePaired(values('noFault'), values('nobody'));
    expect(Math.abs(worse.difference.value)).toBeGreaterThan(cost);
    expect(worse.verdict).not.toMatch(/inconclusive|identical/);
    const better = comparePaired(values('nobody'), values('attended'));
    expect(better.verdict).not.toMatch(/inconclusive|identical/);
    expect(Math.sign(better.difference.value)).toBe(-Math.sign(worse.difference.value));
  });

  const done = [...steps, ...levels.map((level) => `level ${level}`)].join(', ');
  test(`has ${done} done, after the onset`, () => {
    const { steps: reports = [], levels: entered = [] } = incidentsOf(worlds['attended']!);
    expect(reports.filter(({ doneIn }) => doneIn > 0).map(({ action, doneIn }) => [action, doneIn]))
      .toEqual(steps.map((action) => [action, seeds]));
    expect(entered.filter(({ enteredIn }) => enteredIn > 0).map(({ level, enteredIn }) => [level, enteredIn]))
      .toEqual(levels.map((level) => [level, seeds]));
    for (const outcome of worlds['attended']!) {
      const onset = outcome.faults![0]!.fromSeconds * 1e6;
      for (const { doneAt } of outcome.steps!) expect(doneAt).toBeGreaterThan(onset);
      for (const { enteredAt } of outcome.levels!) expect(enteredAt).toBeGreaterThan(onset);
    }
  });
});

describe('region-partition', () => {
  test('is found out, harms the region that is cut off, and no region that has a site of its own', () => {
    const [cut] = outcomes('region-partition', [], 1);
    const fired = cut!.alerts!.changes.find(({ alert, to }) => alert === 'CdnErrorsHigh' && to === 'firing');
    expect(fired!.at / 1e6 - cut!.faults![0]!.fromSeconds).toBeLessThan(240);
    expect(cut!.slis['cdn_availability']).toBeLessThan(0.998);
    const [two] = outcomes('region-partition', ['cdn.origin.sites=2'], 1);
    expect(two!.slis['cdn_availability']).toBe(1);
  });
});

test('an expired key makes the platform show a static page, and open again by itself', () => {
  const [outcome] = outcomes('key-expiry', ['runbooks=[]', 'degraded=[{file: degraded/platform.yaml}]'], 1);
  const level = outcome!.levels!.find((one) => one.level === 4)!;
  expect(level.entered).toBeGreaterThan(1); // it opens to see, and closes again, while the key is expired
  expect(level.leftAt).toBeLessThan(80 * 60e6);
  const turnedAway = outcome!.metrics.find(({ declaration }) =>
    declaration.name === 'sessions_turned_away_total')!.value;
  const perMinute = turnedAway / (level.spent / 60e6);
  expect(perMinute).toBeGreaterThan(25);
  expect(perMinute).toBeLessThan(35); // 30 viewers a minute come
});

function planOf(name: string, settings: readonly string[]) {
  return buildPlan(loadScenario(findScenario(name)!, diskFiles, settings), diskFiles);
}

function outcomes(name: string, settings: readonly string[], seeds: number): ReplicationOutcome[] {
  const plan = planOf(name, settings);
  return Array.from({ length: seeds }, (_, replication) => {
    const run = new VideoRun(plan, replication);
    run.advance(Infinity);
    return run.finish();
  });
}
