import { describe, expect, test } from 'vitest';
import type { ReplicationOutcome } from '../models/operations/run-summary.ts';
import { BY_HAND_ONE, observed, outcomeOf, planOf, total } from './plan.fixture.ts';
import { VideoRun } from './video-run.ts';

/** A database that answers after exactly so long. */
const answering = (ms: number, rest = '') => {
  const always = `{law: constant, value: ${ms}ms}`;
  return `metadata={read: ${always}, write: ${always}, network: 0s${rest}}`;
};

describe('a page, worked by hand', () => {
  const startup = (settings: readonly string[]) =>
    observed(outcomeOf(planOf(BY_HAND_ONE, settings)), 'startup_seconds')[0]!;

  test('makes a start later by the time of its query, and nothing else', () => {
    expect(startup([answering(300)]) - startup([])).toBeCloseTo(0.3, 6);
    const cached = answering(300, ', cache: {hits: 100%}, cacheLatency: 7ms');
    expect(startup([cached]) - startup([])).toBeCloseTo(0.007, 6);
  });

  test('that is not there in time is asked for again, as long as the player tries', () => {
    const slow = (until: string) => ['run.duration=3min', answering(300, ', timeout: 1s'),
      `faults=[{kind: databaseSlow, at: 0s, duration: ${until}, factor: 100}]`];
    const [once, never] = ['1500ms', '2min'].map((until) => outcomeOf(planOf(BY_HAND_ONE, slow(until)))) as
      [ReplicationOutcome, ReplicationOutcome];
    expect(total(once, 'metadata_queries_total', { result: 'timeout' })).toBe(1);
    expect(observed(once, 'startup_seconds')[0]).toBeGreaterThan(1.3);
    expect(total(never, 'metadata_queries_total', { result: 'timeout' })).toBeGreaterThan(1);
    expect(never.slis['playback_failure_rate']).toBe(1);
    expect(total(never, 'cache_requests_total')).toBe(0);
  });

  test('that a viewer does not wait for is given up with the viewer', () => {
    const outcome = outcomeOf(planOf(BY_HAND_ONE.replace('endless', 'measured'), [
      answering(50_000, ', timeout: 2min'), 'audience.arrivals={law: fixed, at: [1s, 2s, 3s]}',
      'run.duration=55s',
    ]));
    expect(outcome.slis['exit_before_start_rate']).toBe(1);
    expect(total(outcome, 'cache_requests_total')).toBe(0);
  });
});

const BOTH = `weir: 1
name: both
title: Viewers, uploads and the database that both ask
run: { duration: 30min, sampleEvery: 1min }
catalogue: { videos: 5, ladder: [{ name: only, bitrate: 800 kbps, height: 360 }] }
audience:
  arrivals: { law: poisson, peak: 20/min }
  networks: [{ name: a, traces: link.csv }]
cdn: { edge: { nodes: 2 } }
upload:
  arrivals: { peak: 10/min }
  duration: { law: constant, value: 20s }
  uplink: { median: 20 Mbps, mean: 22 Mbps }
transcode:
  fidelity: rendition
  codecs: [{ codec: h264 }]
  farm: { kind: pool, workers: 20 }
metadata:
  connections: 1
  replicas: 2
  reads: primary
  read: { law: exponential, mean: 10ms }
  others: { reads: 20/s, writes: 2/s }
monitoring: { rules: [] }
`;
const FAULTS = 'faults=['
  + '{kind: databaseSlow, at: 5min, duration: 15min, factor: 50, nodes: primary, ramp: 1min}, '
  + '{kind: replicaLoss, at: 7min, duration: 9min}, {kind: placeDown, at: 8min, duration: 5min, place: 0}, '
  + '{kind: uploadApiErrors, at: 4min, duration: 3min, share: 50%}]';
const BOOK = 'runbooks=[{name: a, steps: ['
  + '{when: "sum(metadata_queries_total{result=\\"timeout\\"}) > 50", after: 3min, '
  + 'do: {action: failoverToReplica}}, {when: sum(edge_lost_requests_total) > 5, after: 1min, '
  + 'do: {action: reroute}}]}]';

describe('viewers and uploads with one database', () => {
  test('a title takes a write, and a completion takes one', () => {
    const alone = ['metadata.others.writes=1/d', 'metadata.others.reads=1/d'];
    const outcome = outcomeOf(planOf(BOTH, [...alone, 'upload.api.failures=0%']));
    const written = total(outcome, 'metadata_queries_total', { kind: 'write' });
    const completed = total(outcome, 'uploads_completed_total');
    // Two for each that is complete; a completion or a title may be under way at the end.
    expect(written).toBeGreaterThanOrEqual(2 * completed - 1);
    expect(written).toBeLessThanOrEqual(2 * completed + 2);
    // One for each viewer, who has started by the end unless they came just before it.
    const starts = total(outcome, 'playback_starts_total');
    const read = total(outcome, 'metadata_queries_total', { kind: 'read' });
    expect(read).toBeGreaterThanOrEqual(starts);
    expect(read).toBeLessThanOrEqual(starts + 3);
  });

  test('faults and remedies of both parts are pulled by their own levers in one run', () => {
    const left = outcomeOf(planOf(BOTH, [FAULTS]));
    const mended = outcomeOf(planOf(BOTH, [FAULTS, BOOK]));
    expect(mended.slis['metadata_success_rate']!).toBeGreaterThan(left.slis['metadata_success_rate']!);
    expect(mended.steps!.map(({ action, state }) => [action, state]))
      .toEqual([['failoverToReplica', 'done'], ['reroute', 'done']]);
    expect(mended.faults!.map(({ kind, scope }) => `${kind} ${scope}`)).toEqual([
      'databaseSlow primary', 'replicaLoss all', 'placeDown edge, place 0', 'uploadApiErrors all']);
  });

  test.each([4.5, 6, 9])('saved after %d minutes and restored, a run ends the same', (minutes) => {
    const plan = planOf(BOTH, [FAULTS, BOOK]);
    const first = new VideoRun(plan, 0);
    first.advanceTo(minutes * 60e6);
    const second = new VideoRun(plan, 0);
    second.restore(structuredClone(first.save()));
    second.advance(Infinity);
    expect(second.finish()).toEqual(outcomeOf(plan));
  });
});

test('a database alone is a scenario: Erlang C of the others', () => {
  const alone = `weir: 1
name: alone
title: A database
run: { duration: 20min, warmup: 1min }
metadata:
  replicas: 1
  connections: 2
  read: { law: exponential, mean: 10ms }
  network: 0s
  others: { reads: 100/s }
`;
  const outcome = outcomeOf(planOf(alone));
  expect(outcome.slis['metadata_success_rate']).toBe(1);
  expect(Object.keys(outcome.slis).every((name) => name.startsWith('metadata_'))).toBe(true);
  // M/M/2 at half load: a time inside has the median of a mixture, near 8.6 ms.
  expect(outcome.slis['metadata_query_ms_p50']).toBeGreaterThan(8);
  expect(outcome.slis['metadata_query_ms_p50']).toBeLessThan(10);
});
