import { expect, test } from 'vitest';
import type { Provenance } from '../models/core/run-record.ts';
import { simulate } from './experiment.ts';
import { simulateInParallel } from './parallel.ts';
import { BY_HAND, outcomeOf, planOf } from './plan.fixture.ts';
import { mergeShards, shardsOf } from './shards.ts';
import { VideoRun } from './video-run.ts';

const NOWHERE: Provenance = {
  scenarioFile: 'x', version: '0', gitRevision: '', node: '', scenarioDigest: '', streamDerivation: 1,
  inputs: [], parameters: [], unvalidated: [],
};
const TOWN = [
  'catalogue.videos=60', 'catalogue.length.value=3min', 'audience.watch={law: exponential, mean: 2min}',
  'audience.arrivals={law: poisson, peak: 1/s}', 'audience.startupPatience=measured', 'run.duration=6min',
  'run.warmup=90s', 'run.sampleEvery=20s', 'cdn.edge={nodes: 7, capacity: 30 MB}',
  'cdn.regional={nodes: 3, capacity: 60 MB}',
  'audience.networks=[{name: a, traces: link.csv}, {name: b, traces: link.csv, share: 20%}]',
];
const LINE = 'duration_ms,kbps,latency_ms\n7000,6000,20\n3000,0,60\n9000,1500,200\n';
const plan = planOf(BY_HAND, TOWN, LINE);

test('three regions simulated apart are the whole simulated at once', () => {
  expect(shardsOf(plan)).toBe(3);
  const whole = outcomeOf(plan);
  const merged = mergeShards(plan, [0, 1, 2].map((index) => {
    const run = new VideoRun(plan, 0, { index, count: 3 });
    run.advance(Infinity);
    return run.finishShard();
  }));
  expect(merged.sessions).toEqual(whole.sessions);
  expect(merged.logs).toEqual(whole.logs);
  expect(merged.sessions.length).toBeGreaterThan(300);
  expect(Object.keys(merged.slis)).toEqual(Object.keys(whole.slis));
  for (const [name, value] of Object.entries(whole.slis)) {
    expect(Math.abs(merged.slis[name]! - value), name).toBeLessThanOrEqual(1e-9 * Math.abs(value));
  }
  expect(merged.series.length).toBe(whole.series.length);
  whole.series.forEach((point, i) => {
    const { value, ...where } = merged.series[i]!;
    expect({ ...where, value: 0 }).toEqual({ ...point, value: 0 });
    expect(Math.abs(value - point.value), JSON.stringify(where))
      .toBeLessThanOrEqual(1e-9 * Math.abs(point.value) + 1e-9);
  });
});

test('the record does not depend on the number of threads, nor on there being any', async () => {
  const records = [
    await simulate(plan, { provenance: NOWHERE }),
    ...await Promise.all([1, 2, 4].map((workers) =>
      simulateInParallel(plan, { provenance: NOWHERE, workers }))),
  ].map(({ document, ...bulk }) => ({ ...bulk, document: { ...document, wallSeconds: 0 } }));
  for (const record of records.slice(1)) expect(record).toEqual(records[0]);
  expect(records[0]!.document.replications).toBe(1);
});

test.each([
  'cdn.shield.enabled=true', 'cdn.origin.bandwidth=1 Gbps', 'cdn.edge.server.nic=10 Gbps',
  'audience.networks[0].viewersPerLink=2', 'cdn.regional.nodes=1', 'cdn.regional.nodes=8',
  'cdn.outages=[{at: 1min, duration: 1min, place: 0}]',
])('%s leaves nothing to simulate apart', (setting) => {
  expect(shardsOf(planOf(BY_HAND, [...TOWN, setting], LINE))).toBe(1);
});
