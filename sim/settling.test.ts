import { expect, test } from 'vitest';
import type { ReplicationOutcome } from '../models/operations/run-summary.ts';
import { settlingWarning } from './settling.ts';
import type { ScenarioPlan } from '../scenarios/plan.ts';

const MINUTE = 60e6;

test('a hit rate that has settled within the warm-up is not warned of', () => {
  expect(settlingWarning(plan(20), [outcome(rising(10, 120))])).toBeUndefined();
});

test('one that settles later is, with the time at which it did', () => {
  expect(settlingWarning(plan(20), [outcome(rising(40, 120)), outcome(rising(40, 120))]))
    .toMatch(/^The cache hit rate settled after \d+ min \(MSER-5\), the warm-up is 20 min/);
});

test('one that rises to the end makes the run too short', () => {
  expect(settlingWarning(plan(20), [outcome(rising(120, 120))]))
    .toMatch('still settling when the run of 120 min');
});

test('too few windows tell nothing', () => {
  expect(settlingWarning(plan(0), [outcome(rising(3, 12))])).toBeUndefined();
  expect(settlingWarning(plan(0), [outcome([])])).toBeUndefined();
});

/** A hit rate a minute that climbs from 0 to 0.9 in so many minutes and then wavers a little. */
function rising(minutes: number, length: number): number[] {
  return Array.from({ length }, (_, i) => 0.9 * Math.min(1, i / minutes) + 0.004 * Math.sin(i * 2.3));
}

function outcome(values: readonly number[]): ReplicationOutcome {
  const series = values.map((value, i) => ({
    seconds: 60 * (i + 1), metric: 'sli:cache_hit_rate', labels: '', value,
  }));
  return {
    slis: {}, metrics: [], series, sessions: [], logs: [], fingerprint: '', events: 0,
    simulatedSeconds: 0, warnings: [],
  };
}

function plan(warmupMinutes: number): ScenarioPlan {
  const run = { warmup: warmupMinutes * MINUTE, sampleEvery: MINUTE, duration: 120 * MINUTE };
  return { scenario: { run } } as ScenarioPlan;
}
