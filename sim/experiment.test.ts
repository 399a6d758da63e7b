import { describe, expect, test } from 'vitest';
import type { Provenance, RunRecord } from '../models/core/run-record.ts';
import { simulate, type SimulateOptions } from './experiment.ts';
import { outcomeOf, planOf } from './plan.fixture.ts';

const EVENING = `weir: 1
name: evening
title: An evening
run: { duration: 20min, warmup: 2min, sampleEvery: 1min, replications: 3 }
catalogue: { videos: 40, length: { law: exponential, mean: 5min } }
audience:
  arrivals: { law: poisson, peak: 20/min }
  networks:
    - { name: alone, traces: link.csv, share: 60% }
    - { name: other, traces: link.csv, share: 40% }
  watch: { law: exponential, mean: 3min }
cdn: { edge: { nodes: 3, capacity: 400 MB }, regional: { capacity: 1 GB } }
`;
const TRACE = 'duration_ms,kbps,latency_ms\n30000,20000,20\n20000,900,80\n10000,4000,40\n';
const PROVENANCE: Provenance = {
  scenarioFile: 'x',
  version: '0', gitRevision: 'unknown', node: '24', scenarioDigest: '', streamDerivation: 1, inputs: [],
    parameters: [],
  unvalidated: [],
};

describe('the same seed', () => {
  test('gives the same record, wall time apart', async () => {
    expect(timeless(await run())).toEqual(timeless(await run()));
  });

  test('gives another history with another seed, and with another replication', async () => {
    const [base, other] = [await run(), await run(['run.seed=43'])];
    expect(other.document.fingerprint).not.toBe(base.document.fingerprint);
    expect(plan(0).fingerprint).not.toBe(plan(1).fingerprint);
  });

  test('gives a replication the same history, however many there are', async () => {
    const [one, three] = [await run(['run.replications=1']), await run()];
    const first = (record: RunRecord) => record.sessions.filter((row) => row.replication === 0);
    expect(first(three)).toEqual(first(one));
    expect(one.document.fingerprint).toBe(plan(0).fingerprint);
    expect(three.document.replications).toBe(3);
    expect(three.series.filter((point) => point.replication === 0)).toEqual(one.series);
    expect(three.document.slis['cache_hit_rate']).toMatchObject({ n: 3, low: expect.any(Number) as number });
    expect(one.document.slis['cache_hit_rate']).toMatchObject({ n: 1, low: null, high: null });
  });
});

describe('common random numbers', () => {
  const traits = (settings: readonly string[]) => [...outcomeOf(planOf(EVENING, settings, TRACE)).sessions]
    .sort((a, b) => a.session - b.session)
    .map(({ session, startSeconds, network, video }) => ({ session, startSeconds, network, video }));

  const usual = traits([]);

  test.each([
    ['cdn.edge.capacity=4 GB'], ['cdn.edge.nodes=7'], ['cdn.origin.latency=2s'],
      ['player.abr={rule: fixed, rendition: 1}'],
    ['audience.watch.mean=10min'], ['run.warmup=0s'], ['catalogue.segment=2s'], ['run.sampleEvery=7s'],
  ])('%s leaves who comes when, over which network, for which video', (setting) => {
    expect(traits([setting])).toEqual(usual);
  });

  test('patience and watch time do not change either: without caches in the way nobody behaves otherwise',
    () => {
    // Who watches to the end of their own wish has watched exactly that; both configurations must agree on
    // it.
    const watched = (settings: readonly string[]) =>
      new Map(outcomeOf(planOf(EVENING, settings, TRACE)).sessions
      .filter((row) => row.outcome === 'left').map((row) => [row.session, row.playedSeconds]));
    const [small, large] = [watched([]), watched(['cdn.edge.capacity=40 GB', 'cdn.origin.latency=20ms'])];
    const both = [...small].filter(([session]) => large.has(session));
    expect(both.length).toBeGreaterThan(100);
    for (const [session, seconds] of both) expect(large.get(session)).toBe(seconds);
  });

  test('a longer run begins as the shorter one', () => {
    const [short, long] = [usual, traits(['run.duration=25min'])];
    expect(long.slice(0, short.length)).toEqual(short);
  });
});

describe('a run that is stopped', () => {
  test('reports the replications that were finished, drops the piece, and says so', async () => {
    const whole = await run(['run.replications=2']);
    const record = await run(['run.replications=9'], ({ finished }) => finished === 2);
    expect(record.document).toMatchObject({ complete: false, replications: 2, simulatedSeconds: 1200 });
    expect(record.document.warnings).toEqual(['Stopped early: 2 of 9 replications were finished and are '
      + 'reported.']);
    expect(record.document.slis).toEqual(whole.document.slis);
    expect(record.sessions).toEqual(whole.sessions);
  });

  test('reports the piece when it is all there is', async () => {
    const { document } = await run(['run.duration=4h'], ({ fraction }) => fraction > 0.06);
    expect(document).toMatchObject({ complete: false, replications: 1 });
    expect(document.simulatedSeconds).toBeGreaterThan(1000);
    expect(document.simulatedSeconds).toBeLessThan(14_000);
    expect(document.warnings).toHaveLength(1);
    expect(document.warnings[0])
      .toMatch(/^Stopped early: the figures cover the first \d+ s of 14400 s of one replication\.$/);
    expect(document.slis['cache_hit_rate']!.value).toBeGreaterThan(0);
  });

  test('says when the piece lies in the warm-up', async () => {
    const { document } = await run(['run.duration=40h', 'run.warmup=30h', 'run.replications=1'], () => true);
    expect(document.warnings[0]).toMatch(/of one replication, all of them in the warm-up\.$/);
    expect(document.slis['cache_hit_rate']!.value).toBeGreaterThan(0);
  });

  test('stops between replications that are too short to be cut', async () => {
    const record = await run(['run.duration=1min', 'run.warmup=0s', 'run.replications=5000'],
      ({ finished }) => finished === 3);
    expect(record.document).toMatchObject({ complete: false, replications: 4 });
  });

  test('is complete when it was stopped too late', async () => {
    const record = await run(['run.duration=1min', 'run.warmup=0s', 'run.replications=2'],
      ({ finished }) => finished === 1);
    expect(record.document).toMatchObject({ complete: true, replications: 2, warnings: [] });
  });
});

/** Runs the evening; aborts it as soon as `until` says so. */
async function run(
  settings: readonly string[] = [],
  until: (progress: Parameters<NonNullable<SimulateOptions['onProgress']>>[0]) => boolean = () => false,
): Promise<RunRecord> {
  const controller = new AbortController();
  return simulate(planOf(EVENING, settings, TRACE), {
    provenance: PROVENANCE,
    signal: controller.signal,
    onProgress: (progress) => {
      if (until(progress)) controller.abort();
    },
  });
}

function plan(replication: number) {
  return outcomeOf(planOf(EVENING, [], TRACE), replication);
}

function timeless(record: RunRecord): RunRecord {
  return { ...record, document: { ...record.document, wallSeconds: 0 } };
}
