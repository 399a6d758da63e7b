import { assert } from '../models/core/assert.ts';
import { buildPlan } from '../scenarios/build.ts';
import { loadScenario } from '../scenarios/load.ts';
import { memoryFiles } from '../scenarios/memory-files.fixture.ts';
import type { ScenarioPlan } from '../scenarios/plan.ts';
import type { ReplicationOutcome } from '../models/operations/run-summary.ts';
import { VideoRun } from './video-run.ts';

/** A constant link of 8 Mbps with a round trip of 20 ms. */
export const CONSTANT = 'duration_ms,kbps,latency_ms\n1000,8000,20\n';

/**
 * One video of three segments of 4 s at 800 kbps (400,000 bytes each, manifest 422 bytes) and nothing random:
 * every figure of it can be worked out by hand.
 */
export const BY_HAND = `weir: 1
name: by-hand
title: Worked out by hand
run: { duration: 1min, sampleEvery: 1s }
catalogue:
  videos: 1
  length: { law: constant, value: 12s }
  ladder: [{ name: only, bitrate: 800 kbps, height: 360 }]
audience:
  arrivals: { law: fixed, at: [1s] }
  networks: [{ name: a, traces: link.csv }]
  watch: { law: constant, value: 1h }
  startupPatience: endless
cdn:
  edge: { latency: 5ms, uplink: 100 Mbps, behaviour: { preset: store-and-forward } }
  regional: { latency: 25ms, uplink: 50 Mbps, behaviour: { preset: store-and-forward } }
  origin: { latency: 150ms }
`;

/** The same with a single manifest: four requests a viewer. */
export const BY_HAND_ONE = `${BY_HAND}player: { playlists: one }\n`;

/** The plan of a scenario in a text, over one trace. */
export function planOf(text: string, settings: readonly string[] = [], trace = CONSTANT): ScenarioPlan {
  const files = memoryFiles({ 'x.yaml': text, 'link.csv': trace });
  return buildPlan(loadScenario('x.yaml', files, settings), files);
}

/** Runs one replication to its end. */
export function outcomeOf(plan: ScenarioPlan, replication = 0): ReplicationOutcome {
  const run = new VideoRun(plan, replication);
  run.advance(Infinity);
  return run.finish();
}

/** Sum of a metric over all label sets that contain `labels`. */
export function total(outcome: ReplicationOutcome, name: string, labels: Readonly<Record<string,
  string>> = {}): number {
  const wanted = Object.entries(labels);
  return outcome.metrics
    .filter((metric) => metric.declaration.name === name
      && wanted.every(([label, value]) => metric.labels[label] === value))
    .reduce((sum, metric) => sum + metric.value, 0);
}

/** Observations of a tally of the outcome, few enough to be kept, ascending. */
export function observed(
  outcome: ReplicationOutcome,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): readonly number[] {
  const wanted = Object.entries(labels);
  return outcome.metrics
    .filter((metric) => metric.declaration.name === name
      && wanted.every(([label, value]) => metric.labels[label] === value))
    .flatMap(({ observations }) => {
      assert(observations !== undefined && 'values' in observations, 'a tally of few observations', { name });
      return observations.values;
    });
}
