import { describe, expect, test } from 'vitest';
import { comparePaired } from '../models/core/comparison.ts';
import { loadScenario } from '../scenarios/load.ts';
import { memoryFiles } from '../scenarios/memory-files.fixture.ts';
import { packPlan, unpackPlan } from '../scenarios/packed-plan.ts';
import { observed, outcomeOf, planOf, total } from './plan.fixture.ts';
import { VideoRun } from './video-run.ts';

const FARM = `weir: 1
name: farm
title: A small farm
run: { duration: 1h, warmup: 15min }
upload:
  arrivals: { peak: 1/s }
  uplink: { median: 50 Mbps, mean: 60 Mbps }
transcode:
  codecs: [{ codec: h264 }]
  farm: { kind: pool, workers: 70 }
`;

/** One video of a minute in 1080p, on its way after 1 s, without anything random. */
const BY_HAND = `weir: 1
name: by-hand
title: One video
run: { duration: 2h, sampleEvery: 1min }
upload:
  arrivals: { peak: 0.000001/h, imports: [{ at: 1s, videos: 1 }] }
  duration: { law: constant, value: 60s }
  sources: [{ name: hd, share: 100%, height: 1080, frames: 30, bitrate: 8 Mbps }]
  complexity: 0
  uplink: { median: 8 Mbps, mean: 8 Mbps }
  api: { latency: 100ms, failures: 0% }
  part: { size: 20 MB, failures: 0% }
  abandoned: 0%
  views: { median: 20000, sigma: 0, settle: 1h }
transcode:
  chunk: 20s
  ladder:
    - { name: 360p, bitrate: 800 kbps, height: 360 }
    - { name: 1080p, bitrate: 5 Mbps, height: 1080 }
    - { name: 2160p, bitrate: 14 Mbps, height: 2160 }
  codecs: [{ codec: h264 }, { codec: vp9, afterViews: 10000 }]
  poison: 0%
  farm:
    { kind: pool, workers: 4, start: 1s, pixelRate: 62208000, decodeRate: 1e15, variation: 0, failures: 0% }
`;

describe('one video, worked by hand', () => {
  const outcome = outcomeOf(planOf(BY_HAND));

  test('is uploaded in three parts of 20 MB over a line of 8 Mbps, with a call before and one after', () => {
    expect(observed(outcome, 'upload_size_bytes')).toEqual([60_000_000]);
    expect(observed(outcome, 'upload_duration_seconds')[0]).toBeCloseTo(60.2, 4);
    expect(total(outcome, 'upload_api_calls_total', { result: 'ok' })).toBe(3);
  });

  test('is encoded to the rungs it has, the lowest first, in chunks of 20 s on four workers', () => {
    // A second of 1080p30 takes a second; 360p a ninth of that. Probe and split take 2.12 s. Four workers
    // take the three chunks of 360p (1 s + 20 s / 9) and one of 1080p (21 s); the other two start then.
    const [low, high] = [1 + 20 / 9, 1 + 20 / 9 + 21];
    expect(observed(outcome, 'transcoding_duration_seconds', { resolution: '360p' })[0]).toBeCloseTo(low, 4);
    expect(observed(outcome, 'transcoding_duration_seconds', { resolution: '1080p' })[0])
      .toBeCloseTo(high, 4);
    expect(observed(outcome, 'transcoding_duration_seconds', { resolution: '2160p' })).toEqual([]);
    // Package 1.06 s, validate 0.53 s, publish 1.12 s; then prewarm 0.5 s and notify 0.2 s.
    const prepared = 1 + 1 + 0.002 * 60;
    expect(observed(outcome, 'transcoding_first_playable_seconds')[0]).toBeCloseTo(prepared + low + 2.71, 4);
    expect(observed(outcome, 'transcoding_ready_seconds')[0]).toBeCloseTo(prepared + high + 3.41, 4);
    expect(outcome.slis['transcoding_within_sla']).toBe(1);
  });

  test('gets VP9 when half of its 20,000 views have come in, and its raw file goes after that', () => {
    // 1 - exp(-t / 1 h) = 1/2: 41.6 min after it was ready.
    expect(total(outcome, 'transcoding_jobs_completed', { codec: 'vp9' })).toBe(2);
    expect(total(outcome, 'transcoding_stage_runs_total', { stage: 'clean' })).toBe(1);
    const early = outcomeOf(planOf(BY_HAND, ['run.duration=43min']));
    expect(total(early, 'transcoding_jobs_submitted_total', { codec: 'vp9' })).toBe(0);
    const later = outcomeOf(planOf(BY_HAND, ['run.duration=45min']));
    expect(total(later, 'transcoding_jobs_submitted_total', { codec: 'vp9' })).toBe(2);
  });

  test('with one decode for all rungs is one job a codec, and decodes a source once', () => {
    const shared = outcomeOf(planOf(BY_HAND, ['transcode.decode=shared']));
    expect(total(shared, 'transcoding_jobs_completed')).toBe(2);
    expect(total(shared, 'transcoding_output_seconds_total')).toBe(240);
    expect(total(outcome, 'transcoding_jobs_completed')).toBe(4);
  });
});

describe('uploads of one user', () => {
  const durations = (imports: string, ...settings: string[]) => {
    const both = [`upload.arrivals.imports=[${imports}]`, ...settings];
    return observed(outcomeOf(planOf(BY_HAND, both)), 'upload_duration_seconds').toSorted((a, b) => a - b);
  };

  test('that begin together take twice the time on the line they share, and none longer without it', () => {
    // 60 MB each at 8 Mbps, with a call before and one after.
    const shared = durations('{at: 1s, videos: 2, uplink: 8 Mbps}');
    expect(shared[0]).toBeCloseTo(120.2, 3);
    expect(shared[1]).toBeCloseTo(120.2, 3);
    for (const seconds of durations('{at: 1s, videos: 2}')) expect(seconds).toBeCloseTo(60.2, 3);
  });

  test('of which one comes later: what was sent alone counts', () => {
    // The first has 30 MB through when the second comes, 30 s later; they share until 90 s, when the second
    // has 30 MB as well, and the rest of it takes 30 s alone: 90 s each.
    const [first, second] = durations('{at: 1s, videos: 2, over: 1min, uplink: 8 Mbps}');
    expect([first, second].map((seconds) => Number(seconds!.toFixed(2)))).toEqual([90.2, 90.2]);
  });

  test('of which parts fail are sent again over the same line, and none is lost', () => {
    const imports = '{at: 1s, videos: 40, over: 10min, uplink: 50 Mbps}';
    const broken = durations(imports, 'upload.part.failures=20%', 'upload.part.tries=50');
    expect(broken).toHaveLength(40);
    const sum = (all: readonly number[]) => all.reduce((total, one) => total + one, 0);
    expect(sum(broken)).toBeGreaterThan(sum(durations(imports)));
    // 40 videos of 60 MB at 50 Mbps take 384 s in all: whoever is last cannot be done before.
    expect(broken.at(-1)).toBeGreaterThan(9.8);
  });

  test('as creators upload them: a thousand users share more than a million do', () => {
    const median = (users: number, more: readonly string[] = []) => {
      const settings = [`upload.creators.users=${users}`, 'upload.arrivals.peak=2/s', 'run.duration=30min',
        'run.warmup=0s', ...more];
      return outcomeOf(planOf(FARM, settings)).slis['upload_duration_seconds_p50']!;
    };
    const alone = median(1_000_000);
    expect(median(20) / alone).toBeGreaterThan(1.5);
    expect(median(20, ['upload.creators.sharedLine=false']) / alone).toBeCloseTo(1, 1);
  });

  test('go on from a saved state as if nothing had been', () => {
    const settings = ['upload.creators.users=20', 'run.duration=10min', 'run.warmup=0s',
      'upload.part.failures=5%'];
    const whole = new VideoRun(planOf(FARM, settings), 0);
    whole.advance(Infinity);
    const first = new VideoRun(planOf(FARM, settings), 0);
    first.advance(1500);
    const second = new VideoRun(planOf(FARM, settings), 0);
    second.restore(structuredClone(first.save()));
    second.advance(Infinity);
    expect(second.fingerprint).toBe(whole.fingerprint);
  });
});

describe('uploads over lines as measured', () => {
  const over = (...settings: string[]) =>
    planOf(BY_HAND, ['upload.links={traces: link.csv, direction: 50%}', ...settings]);

  test('three parts of 20 MB at half of 8 Mbps take 40 s and a round trip of 20 ms each', () => {
    const [seconds] = observed(outcomeOf(over()), 'upload_duration_seconds');
    expect(seconds).toBeCloseTo(120 + 3 * 0.02 + 0.2, 4);
    const [shared] = observed(outcomeOf(over('upload.links.together=3')), 'upload_duration_seconds');
    expect(shared).toBeCloseTo(120 + 0.02 + 0.2, 4);
  });

  test('are the same when the plan was packed for a thread', () => {
    const settings = ['upload.links={traces: link.csv}'];
    const unpacked = unpackPlan(structuredClone(packPlan(planOf(FARM, settings))));
    expect(outcomeOf(unpacked).fingerprint).toBe(outcomeOf(planOf(FARM, settings)).fingerprint);
  });

  test('a file that is not there is told at its place', () => {
    const text = FARM.replace('  uplink:', '  links: { traces: networks/nowhere }\n  uplink:');
    expect(() => planOf(text)).toThrow(/x\.yaml:7:12: upload\.links\.traces.*there is no networks\/nowhere/);
  });
});

test.each([1080, 2160])('one decode for all rungs up to %ip is worth 1.2 to 1.3, as published', (height) => {
  const settings = [`upload.sources=[{name: one, share: 100%, height: ${height}, bitrate: 40 Mbps}]`,
    'transcode.farm.workers=2000', 'transcode.farm.start=0s'];
  const work = (decode: string) => {
    const outcome = outcomeOf(planOf(FARM, [...settings, `transcode.decode=${decode}`]));
    const media = total(outcome, 'transcoding_output_seconds_total');
    return outcome.slis['transcoding_worker_utilisation']! / media;
  };
  const gain = work('perRung') / work('shared');
  expect(gain).toBeGreaterThan(1.17);
  expect(gain).toBeLessThan(1.33);
});

test('videos that find the queue full are parked, and none is lost', () => {
  const settings = ['upload.arrivals.imports=[{at: 1min, videos: 400}]', 'transcode.farm.workers=60',
    'run.duration=3h', 'run.warmup=0s', 'upload.arrivals.peak=0.1/s', 'transcode.farm.failures=0%'];
  const free = outcomeOf(planOf(FARM, settings));
  const held = outcomeOf(planOf(FARM, [...settings, 'transcode.queue.admission={most: 50}']));
  expect(free.slis['transcoding_jobs_queued_peak']).toBeGreaterThan(500);
  // A video in the last place brings up to four jobs.
  expect(held.slis['transcoding_jobs_queued_peak']).toBeLessThan(54);
  for (const outcome of [free, held]) {
    const readable = total(outcome, 'transcoding_videos_total', { outcome: 'ready' });
    expect(readable).toBeGreaterThan(0.98 * total(outcome, 'uploads_completed_total'));
  }
  expect(total(held, 'transcoding_videos_parked')).toBeGreaterThan(0);
});

test.each([
  ['patient creators', [], 0],
  ['creators who come again once', ['upload.api.refusals=1'], 1],
])('uploads are refused while the queue is full, come again, and none vanishes: %s', (_who, more, least) => {
  const settings = ['upload.arrivals={peak: 0.000001/h, imports: [{at: 1min, videos: 600, over: 20min}]}',
    'transcode.farm.workers=12', 'run={duration: 20h, warmup: 0s}', 'upload.abandoned=10%',
    'upload.part.failures=10%',
    'upload.part.tries=2', 'transcode.poison=5%', 'transcode.farm.failures=20%', 'transcode.queue.tries=3',
    'transcode.queue.admission={most: 50, refuse: {retryAfter: 1min}}', ...more];
  const outcome = outcomeOf(planOf(FARM, settings));
  const ended = (reason: string) => total(outcome, 'uploads_failed_total', { reason });
  const reasons = ['api', 'refused', 'parts', 'expired', 'tooLarge', 'abandoned'];
  const completed = total(outcome, 'uploads_completed_total');
  const failed = reasons.reduce((sum, reason) => sum + ended(reason), 0);
  expect(total(outcome, 'upload_api_calls_total', { result: 'refused' })).toBeGreaterThan(100);
  expect(total(outcome, 'uploads_started_total')).toBe(600);
  expect(completed + failed).toBe(600);
  expect(failed).toBe(total(outcome, 'uploads_failed_total'));
  expect(ended('refused') >= least && (least > 0 || ended('refused') === 0)).toBe(true);
  expect([ended('abandoned') > 0, ended('parts') > 0, completed > 100]).toEqual([true, true, true]);
  // And what was completed became a video, or is known not to have.
  const became = ['ready', 'incomplete', 'unreadable'].map((how) =>
    total(outcome, 'transcoding_videos_total', { outcome: how }));
  expect(became.reduce((sum, videos) => sum + videos, 0)).toBe(completed);
});

test('a farm that loses tries, and uploads nobody can read: whatever fails, the books balance', () => {
  const outcome = outcomeOf(planOf(FARM, ['transcode.farm.failures=30%', 'transcode.poison=5%',
    'transcode.queue.tries=2', 'transcode.farm.workers=200']));
  expect(total(outcome, 'transcoding_videos_total', { outcome: 'unreadable' })).toBeGreaterThan(50);
  expect(total(outcome, 'transcoding_videos_total', { outcome: 'incomplete' })).toBeGreaterThan(500);
  expect(outcome.slis['transcoding_within_sla']).toBeLessThan(0.8);
  expect(total(outcome, 'transcoding_chunks_set_aside_total')).toBeGreaterThan(500);
});

// Measured differences: none of the queue and its peak, 0.02 % of jobs, 1 to 1.5 % of waits of seconds. The
// peak of a farm that is busy for four fifths varies so much that 20 replications do not show it.
const REPLICATIONS = [['1min', 40], ['10s', 20]] as const;
test.each(REPLICATIONS)('rendition fidelity agrees with chunk fidelity: %s', (chunk, length) => {
  const settings = [`transcode.chunk=${chunk}`];
  const runs = ['chunk', 'rendition'].map((fidelity) => Array.from({ length }, (_, replication) => {
    const run = new VideoRun(planOf(FARM, [...settings, `transcode.fidelity=${fidelity}`]), replication);
    run.advance(Infinity);
    return run.finish().slis;
  }));
  for (const [sli, bound] of AGREEMENT) {
    const [chunks, renditions] = runs.map((slis) => slis.map((values) => values[sli]!));
    const mean = chunks!.reduce((sum, value) => sum + value, 0) / length;
    const { low, high } = comparePaired(chunks!, renditions!).difference;
    expect(low! / mean, sli).toBeGreaterThan(-bound);
    expect(high! / mean, sli).toBeLessThan(bound);
  }
});

const AGREEMENT = [
  ['transcoding_worker_utilisation', 0.002], ['transcoding_jobs_completed', 0.005],
  ['transcoding_jobs_queued', 0.02], ['transcoding_jobs_queued_peak', 0.02],
  ['transcoding_first_playable_seconds_p50', 0.02], ['transcoding_first_playable_seconds_p95', 0.03],
  ['transcoding_ready_seconds_p50', 0.035], ['transcoding_ready_seconds_p99', 0.08],
] as const;

test('stages with workers of their own wait while those are busy, and keep as many busy', () => {
  // Probe and split, thumbnails, two outs a video: some 10 s of a worker each; 1 a second keeps 10 busy.
  const of = (workers: string) => outcomeOf(planOf(FARM, ['transcode.farm.workers=400', 'run.warmup=5min',
    `transcode.stages.workers=${workers}`]));
  const [few, many] = [of('12'), of('400')];
  const load = few.slis['transcoding_stage_utilisation']! * 12;
  expect(load).toBeGreaterThan(7);
  // What workers are at does not depend on how many there are, while they cope.
  expect(Math.abs(load - many.slis['transcoding_stage_utilisation']! * 400) / load).toBeLessThan(0.01);
  expect(total(many, 'transcoding_stages_waiting')).toBe(0);
  expect(few.slis['transcoding_first_playable_seconds_p50'])
    .toBeGreaterThan(many.slis['transcoding_first_playable_seconds_p50']!);
  const free = outcomeOf(planOf(FARM, ['transcode.farm.workers=400', 'run.warmup=5min']));
  expect(free.slis['transcoding_ready_seconds_p50']).toBe(many.slis['transcoding_ready_seconds_p50']);
  expect(free.slis['transcoding_stage_utilisation']).toBeUndefined();
});

test('the last chunk of a video is as short as what is left, in pixels, time and output', () => {
  // 41 s in chunks of 20 s: two of 20 s and one of 1 s, on one worker, one rung: 21 s, 21 s and 2 s.
  const settings = ['upload.duration.value=41s', 'transcode.farm.workers=1',
    'transcode.codecs=[{codec: h264}]', 'transcode.ladder=[{name: 1080p, bitrate: 5 Mbps, height: 1080}]'];
  for (const fidelity of ['chunk', 'rendition']) {
    const outcome = outcomeOf(planOf(BY_HAND, [...settings, `transcode.fidelity=${fidelity}`]));
    const [seconds] = observed(outcome, 'transcoding_duration_seconds', { resolution: '1080p' });
    // At rendition fidelity each of the three ends on a step of half a second, by chance above or below.
    expect(Math.abs(seconds! - 44)).toBeLessThan(fidelity === 'chunk' ? 1e-3 : 1.5);
    expect(total(outcome, 'transcoding_output_seconds_total')).toBe(41);
    expect(total(outcome, 'transcoding_pixels_total', { state: 'encoded' })).toBe(41 * 30 * 1920 * 1080);
  }
});

test('a scenario with transcode alone has uploads by default, and no parameters of playback', () => {
  const text = FARM.replace(/upload:[^]*transcode:/, 'transcode:');
  const { scenario, parameters } = loadScenario('x.yaml', memoryFiles({ 'x.yaml': text }));
  expect(scenario.upload?.arrivals.peak).toBe(1);
  expect(parameters.filter(({ path }) => /^(catalogue|player|cdn)\b/.test(path))).toEqual([]);
  expect(parameters.some(({ path }) => path === 'upload.part.size')).toBe(true);
});
