import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { diskFiles, HOME } from '../cli/files.ts';
import { comparePaired } from '../models/core/comparison.ts';
import { incidentsOf } from '../models/operations/incident-summary.ts';
import type { ReplicationOutcome } from '../models/operations/run-summary.ts';
import { buildPlan } from '../scenarios/build.ts';
import { loadScenario } from '../scenarios/load.ts';
import { VideoRun } from '../sim/video-run.ts';

/** What a library scenario of the pipeline is expected to show: who finds out, how soon, and what helps. */
export interface Expectation {
  readonly scenario: string;
  /** The indicator that the fault hurts, and the least that it costs unattended, in its own unit. */
  readonly sli: string;
  readonly cost: number;
  /** The alert that finds out, at the latest after so long in every replication. [s] */
  readonly alert: string;
  readonly within: number;
  /** Actions that are done, the others' conditions not coming true, and what those expected that say so. */
  readonly steps: readonly string[];
  readonly settings?: readonly string[];
}

const SEEDS = 3;

/** Tests that the scenarios show what is expected of them, over a few seeds. */
export function testRehearsals(expected: readonly Expectation[]): void {
  describe.each(expected)('$scenario', testRehearsal);
}

function testRehearsal({ scenario, sli, cost, alert, within, steps, settings = [] }: Expectation): void {
  const worlds: Record<string, ReplicationOutcome[]> = {};
  beforeAll(() => {
    worlds['noFault'] = outcomes(scenario, [...settings, 'faults=[]', 'runbooks=[]']);
    worlds['nobody'] = outcomes(scenario, [...settings, 'runbooks=[]']);
    worlds['runbook'] = outcomes(scenario, settings);
  }, 120_000);

  test(`is found out by ${alert}, and nothing is where there is no fault`, () => {
    for (const { faults, alerts } of worlds['nobody']!) {
      const fired = alerts!.changes.find((change) => change.alert === alert && change.to === 'firing');
      const after = fired!.at / 1e6 - faults![0]!.fromSeconds;
      expect(after).toBeGreaterThan(0);
      expect(after).toBeLessThan(within);
    }
    const warm = planOf(scenario, settings).scenario.run.warmup;
    const fired = worlds['noFault']!.flatMap(({ alerts }) =>
      alerts!.changes.filter(({ at, to }) => to === 'firing' && at > warm).map((change) => change.alert));
    expect(fired).toEqual([]);
  });

  test('the fault costs, and the runbook is better than nobody, by paired intervals', () => {
    const values = (world: string) => worlds[world]!.map(({ slis }) => slis[sli]!);
    const worse = comparePaired(values('noFault'), values('nobody'));
    expect(Math.abs(worse.difference.value)).toBeGreaterThan(cost);
    expect(worse.verdict).not.toMatch(/inconclusive|identical/);
    const better = comparePaired(values('nobody'), values('runbook'));
    expect(better.verdict).not.toMatch(/inconclusive|identical/);
    expect(Math.sign(better.difference.value)).toBe(-Math.sign(worse.difference.value));
  });

  test(`the runbook does ${steps.join(', ')}, and what it expects comes true`, () => {
    const { steps: all = [] } = incidentsOf(worlds['runbook']!);
    const done = all.filter(({ doneIn }) => doneIn > 0);
    expect(done.map(({ action, doneIn }) => [action, doneIn])).toEqual(steps.map((step) => [step, SEEDS]));
    const { runbooks } = planOf(scenario, settings).scenario;
    const expectations = runbooks.flatMap((book) => book.steps).map((step) => step.expect);
    for (const [i, { action, doneIn, workedIn }] of all.entries()) {
      if (doneIn > 0 && expectations[i] !== undefined) expect([action, workedIn]).toEqual([action, SEEDS]);
    }
  });
}

function planOf(name: string, settings: readonly string[]) {
  const path = join(HOME, 'scenarios', 'library', `${name}.yaml`);
  return buildPlan(loadScenario(path, diskFiles, settings), diskFiles);
}

/** What scenarios come to that differ in nothing but their names, as most do without their faults. */
const known = new Map<string, ReplicationOutcome[]>();

function outcomes(name: string, settings: readonly string[]): ReplicationOutcome[] {
  const plan = planOf(name, settings);
  const key = JSON.stringify({ ...plan.scenario, name: '', title: '', description: '' });
  const found = known.get(key) ?? Array.from({ length: SEEDS }, (_, replication) => {
    const run = new VideoRun(plan, replication);
    run.advance(Infinity);
    return run.finish();
  });
  known.set(key, found);
  return found;
}
