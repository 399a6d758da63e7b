import { describe, expect, test } from 'vitest';
import { outcomeOf, planOf, total } from './plan.fixture.ts';
import { VideoRun } from './video-run.ts';

/** Two hundred uploads within a quarter of an hour, at the end of which all of them have had their time. */
const UPLOADS = `weir: 1
name: uploads
title: Uploads
run: { duration: 90min, sampleEvery: 1min }
upload:
  arrivals: { peak: 0.000001/d, imports: [{ at: 1min, videos: 200, over: 15min }] }
  duration: { law: constant, value: 2min }
  uplink: { median: 20 Mbps, mean: 22 Mbps }
  abandoned: 0%
transcode:
  fidelity: rendition
  chunk: 1min
  codecs: [{ codec: h264 }]
  farm: { kind: pool, workers: 100 }
monitoring: { rules: [] }
`;
const OUTAGE = 'faults=[{kind: uploadStoreOutage, at: 5min, duration: 12min}]';
const ERRORS = 'faults=[{kind: uploadApiErrors, at: 5min, duration: 12min, share: 70%}]';
const KEEP = 'runbooks=[{name: keep, steps: [{when: "sum(upload_parts_refused_total) '
  + '+ sum(upload_api_calls_total{result=\\"error\\"}) > 0", after: 0s, do: {action: queueUploads}}]}]';

describe('an outage of the object store', () => {
  test('costs the uploads whose parts come while it lasts, and no other', () => {
    const outcome = outcomeOf(planOf(UPLOADS, [OUTAGE]));
    const failed = total(outcome, 'uploads_failed_total', { reason: 'parts' });
    expect(failed).toBeGreaterThan(100);
    expect(failed).toBeLessThan(180);
    expect(total(outcome, 'uploads_completed_total')).toBe(200 - failed);
    // Each of them had five tries, all of which the store refused.
    expect(total(outcome, 'upload_parts_refused_total')).toBeGreaterThanOrEqual(5 * failed);
  });

  test('of a share of parts costs few uploads: each part has five tries', () => {
    const outcome = outcomeOf(planOf(UPLOADS, [OUTAGE.replace('12min}', '12min, share: 20%}')]));
    expect(total(outcome, 'upload_parts_refused_total')).toBeGreaterThan(30);
    expect(total(outcome, 'uploads_completed_total')).toBeGreaterThan(195);
  });

  test('interrupts a long transfer and keeps what had come of it', () => {
    const one = [
      'upload.arrivals.imports=[{at: 1s, videos: 1}]', 'upload.duration.value=20min',
      'upload.part.failures=0%', 'upload.uplink={median: 8 Mbps, mean: 8 Mbps}',
      'upload.sources=[{name: a, share: 100%, height: 720, bitrate: 8 Mbps}]',
    ];
    // 1.2 GB over 8 Mbps take 20 min; the store is away for three seconds, and one part is sent again.
    const short = 'faults=[{kind: uploadStoreOutage, at: 10min, duration: 3s}]';
    const seconds = (settings: readonly string[]) =>
      outcomeOf(planOf(UPLOADS, [...one, ...settings])).slis['upload_duration_seconds_p50']!;
    const lost = seconds([short]) - seconds([]);
    expect(lost).toBeGreaterThan(0);
    expect(lost).toBeLessThan(63.2); // a part, 1.2 GB / 19, takes 63.2 s
  });
});

const DOWN = [['the object store', OUTAGE], ['the API', ERRORS]] as const;

describe.each(DOWN)('accepted while %s is down', (_what, fault) => {
  const outcome = outcomeOf(planOf(UPLOADS, [fault, KEEP]));

  test('uploads are kept, handed on when it is well, and none is lost', () => {
    const failed = total(outcome, 'uploads_failed_total');
    expect(failed).toBeLessThan(20); // those that had failed before anybody acted
    expect(total(outcome, 'uploads_completed_total')).toBe(200 - failed);
    expect(total(outcome, 'uploads_deferred_total')).toBeGreaterThan(0);
    expect(total(outcome, 'transcoding_stage_runs_total', { stage: 'probe' })).toBe(200 - failed);
    expect(total(outcome, 'transcoding_videos_total')).toBe(200 - failed);
  });

  test('a run that is saved while they are kept, and restored, ends the same', () => {
    const plan = planOf(UPLOADS, [fault, KEEP]);
    const first = new VideoRun(plan, 0);
    first.advanceTo(11 * 60e6);
    const second = new VideoRun(plan, 0);
    second.restore(structuredClone(first.save()));
    second.advance(Infinity);
    expect(second.finish()).toEqual(outcome);
  });
});

test('as a degraded level, queueing is entered by what is seen, and left when the store is well', () => {
  const level = '{level: 3, name: uploads are queued, when: "sum(rate(upload_parts_refused_total[1m])) > 0", '
    + 'do: [{action: queueUploads}], hold: 2min}';
  const outcome = outcomeOf(planOf(UPLOADS, [OUTAGE, `degraded=[{levels: [${level}]}]`]));
  const failed = total(outcome, 'uploads_failed_total');
  expect(failed).toBeLessThan(20);
  expect(total(outcome, 'transcoding_videos_total')).toBe(200 - failed);
  expect(total(outcome, 'uploads_deferred_total')).toBeGreaterThan(50);
});

test('the hour of a video that was kept counts from its acceptance', () => {
  const kept = outcomeOf(planOf(UPLOADS, [OUTAGE, KEEP, 'transcode.sla={least: 5min, perMedia: 0}']));
  const direct = outcomeOf(planOf(UPLOADS, ['transcode.sla={least: 5min, perMedia: 0}']));
  expect(direct.slis['transcoding_within_sla']).toBe(1);
  expect(kept.slis['transcoding_within_sla']).toBeLessThan(0.8);
});

describe('an import', () => {
  const IMPORT = 'faults=[{kind: importBurst, at: 20min, videos: 50, duration: 1min}]';

  test('brings its videos, and leaves the uploads of others as they are', () => {
    const [without, withIt] = [outcomeOf(planOf(UPLOADS)), outcomeOf(planOf(UPLOADS, [IMPORT]))];
    expect(total(withIt, 'uploads_started_total')).toBe(total(without, 'uploads_started_total') + 50);
    const longer = total(withIt, 'transcoding_ready_media_seconds_total')
      - total(without, 'transcoding_ready_media_seconds_total');
    expect(longer).toBeCloseTo(50 * 120, 6);
  });

  test('that is under way is saved and restored', () => {
    const plan = planOf(UPLOADS, [IMPORT.replace('1min', '10min')]);
    const first = new VideoRun(plan, 0);
    first.advanceTo(25 * 60e6);
    const second = new VideoRun(plan, 0);
    second.restore(structuredClone(first.save()));
    second.advance(Infinity);
    expect(second.finish()).toEqual(outcomeOf(plan));
  });
});

test('errors of one call are those of that call', () => {
  const fault = 'faults=[{kind: uploadApiErrors, at: 0s, duration: 80min, share: 100%, call: metadata}]';
  const outcome = outcomeOf(planOf(UPLOADS, [fault, 'upload.api.failures=0%']));
  // Three tries of the title of each video: without one a video is still a video.
  expect(total(outcome, 'upload_api_calls_total', { result: 'error' })).toBe(600);
  expect(total(outcome, 'uploads_completed_total')).toBe(200);
});

test('a deploy that is taken back may come again', () => {
  const fault = 'faults=[{kind: uploadApiErrors, at: 0s, duration: 80min, share: 60%}]';
  const step = (minute: number, on: boolean) =>
    `{when: "time() > ${minute * 60 - 1}", after: 0s, do: {action: rollback, on: ${on}}}`;
  const errors = (...steps: string[]) => {
    const book = `runbooks=[{name: a, steps: [${steps.join(', ')}]}]`;
    return total(outcomeOf(planOf(UPLOADS, [fault, book])), 'upload_api_calls_total', { result: 'error' });
  };
  const [back, again] = [errors(step(6, true)), errors(step(6, true), step(11, false))];
  expect(again).toBeGreaterThan(1.5 * back);
  expect(again).toBeLessThan(errors(step(80, true)));
});

test('faults of parts that are not there are told with their place', () => {
  expect(() => planOf(UPLOADS, ['faults=[{kind: placeDown, at: 1s, duration: 1s}]']))
    .toThrow(/faults\[0\]\.kind: expected "audience" beside it.*nothing that placeDown breaks/);
});
