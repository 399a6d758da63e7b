import { describe, expect, test } from 'vitest';
import { diskFiles, findScenario } from '../cli/files.ts';
import { buildPlan } from '../scenarios/build.ts';
import { loadScenario } from '../scenarios/load.ts';
import type { ScenarioPlan } from '../scenarios/plan.ts';
import { VideoRun } from '../sim/video-run.ts';

const SETTINGS = [
  'run.duration=15min', 'run.warmup=5min', 'audience.networks[0].traces=networks/fcc-sd',
  'audience.networks[1].viewersPerLink=2',
];

describe('a run that is saved and restored', () => {
  test.each([0, 1, 2000, 8000, 20_000])('after %i events goes on byte for byte', (events) => {
    const plan = planOf();
    const straight = new VideoRun(plan, 0);
    finish(straight);
    const first = new VideoRun(plan, 0);
    first.advance(events);
    // The clone stands for a file or another thread: nothing may be shared with the run that was saved.
    const saved = structuredClone(first.save());
    finish(first);
    const second = new VideoRun(plan, 0);
    second.advance(777);
    second.restore(saved);
    finish(second);
    expect(second.finish()).toEqual(straight.finish());
    expect(first.finish().fingerprint).toBe(second.finish().fingerprint);
  });

  test.each([1500, 12_000])('with caches of slices goes on byte for byte after %i events', (events) => {
    const plan = planOf('cdn.edge.behaviour.preset=nginx-slice', 'cdn.edge.behaviour.slice=100 kB',
      'cdn.regional.behaviour.range=slice', 'cdn.regional.behaviour.slice=300 kB', 'cdn.claims.edge=30%');
    const straight = new VideoRun(plan, 0);
    finish(straight);
    const first = new VideoRun(plan, 0);
    first.advance(events);
    const saved = structuredClone(first.save());
    finish(first);
    const second = new VideoRun(plan, 0);
    second.advance(777);
    second.restore(saved);
    finish(second);
    expect(second.finish()).toEqual(straight.finish());
  });

  const cases = ['chunk', 'rendition'].flatMap((fidelity) =>
    [0, 3000, 20_000].map((events) => [fidelity, events] as const));
  test.each(cases)(
    'that transcodes at %s fidelity goes on byte for byte after %i events', (fidelity, events) => {
      const plan = transcodingPlan(`transcode.fidelity=${fidelity}`, 'transcode.queue.order=fair');
      const straight = new VideoRun(plan, 0);
      finish(straight);
      const first = new VideoRun(plan, 0);
      first.advance(events);
      const saved = structuredClone(first.save());
      finish(first);
      const second = new VideoRun(plan, 0);
      second.advance(777);
      second.restore(saved);
      finish(second);
      expect(second.finish()).toEqual(straight.finish());
      expect(first.finish().fingerprint).toBe(second.finish().fingerprint);
    });

  test('branches into as many futures as are asked for, each its own', () => {
    const plan = planOf();
    const warm = new VideoRun(plan, 0);
    warm.advance(10_000);
    const saved = warm.save();
    const outcomes = ['20ms', '20ms', '300ms'].map((latency) => {
      const branch = new VideoRun(planOf(`cdn.origin.latency=${latency}`), 0);
      branch.restore(saved);
      finish(branch);
      return branch.finish();
    });
    expect(outcomes[1]).toEqual(outcomes[0]);
    expect(outcomes[2]!.fingerprint).not.toBe(outcomes[0]!.fingerprint);
    // The same viewers come in both futures: only the network behind the caches differs.
    const starts = outcomes.map(({ sessions }) =>
      sessions.map((row) => [row.session, row.startSeconds, row.video]));
    expect(starts[2]!.sort(byNumber)).toEqual(starts[0]!.sort(byNumber));
    expect(outcomes[2]!.slis['origin_fetch_latency_ms']).toBeGreaterThan(300);
    expect(outcomes[0]!.slis['origin_fetch_latency_ms']).toBeLessThan(200);
  });

  test('of another shape is refused', () => {
    const saved = new VideoRun(planOf(), 0).save();
    const other = new VideoRun(planOf('cdn.edge.nodes=7'), 0);
    expect(() => other.restore(saved)).toThrow('CDN of the same shape');
  });
});

function planOf(...more: readonly string[]): ScenarioPlan {
  const file = findScenario('evening-peak')!;
  return buildPlan(loadScenario(file, diskFiles, [...SETTINGS, ...more]), diskFiles);
}

function transcodingPlan(...more: readonly string[]): ScenarioPlan {
  const settings = ['run.duration=40min', 'run.warmup=5min', 'upload.arrivals.peak=1/s',
    'upload.arrivals.bursts={rate: 10/h, uploads: 20}', 'upload.part.failures=5%', 'upload.abandoned=10%',
    'upload.arrivals.imports=[{at: 10min, videos: 50}]', 'transcode.farm.failures=5%',
    'transcode.farm.workers=90', 'transcode.farm.resize=[{at: 20min, workers: 60}]',
    'transcode.queue.admission={most: 100, refuse: {}}',
    'upload.links={traces: networks/ghent-4g, direction: 40%, together: 4}'];
  const file = findScenario('transcode-day')!;
  return buildPlan(loadScenario(file, diskFiles, [...settings, ...more]), diskFiles);
}

function finish(run: VideoRun): void {
  while (!run.advance(100_000));
}

function byNumber(a: readonly (number | string)[], b: readonly (number | string)[]): number {
  return Number(a[0]) - Number(b[0]);
}
