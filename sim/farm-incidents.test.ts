import { describe, expect, test } from 'vitest';
import { outcomeOf, planOf, total } from './plan.fixture.ts';
import { VideoRun } from './video-run.ts';

/** A steady stream of equal videos on a farm that is half busy, of one kind or of machines. */
const farmOf = (farm: string, fidelity = 'chunk') => `weir: 1
name: farm
title: A farm
run: { duration: 70min, warmup: 10min, sampleEvery: 1min }
upload:
  arrivals: { peak: 0.2/s }
  duration: { law: constant, value: 2min }
  uplink: { median: 50 Mbps, mean: 55 Mbps }
transcode:
  fidelity: ${fidelity}
  chunk: 30s
  codecs: [{ codec: h264 }]
  farm: ${farm}
monitoring: { rules: [] }
`;
const POOL = '{ kind: pool, workers: 14, failures: 0% }';
const FLEET = '{ kind: fleet, failures: 0%, pools: [{ name: sure, machine: g6.xlarge, machines: 5 }, '
  + '{ name: spot, machine: g6.xlarge, machines: 5, market: spot }] }';
const run = (text: string, ...settings: string[]) => outcomeOf(planOf(text, settings));
const book = (...steps: string[]) => `runbooks=[{name: a, steps: [${steps.join(', ')}]}]`;
const at = (minute: number, action: string) =>
  `{when: "time() > ${minute * 60 - 1}", after: 0s, do: {${action}}}`;
const crash = (rest: string) => `faults=[{kind: workerCrashes, at: 20min, duration: 40min, ${rest}}]`;

const FARMS = [
  ['a pool', farmOf(POOL)], ['a pool by renditions', farmOf(POOL, 'rendition')], ['a fleet', farmOf(FLEET)],
] as const;

describe.each(FARMS)('workers of %s that crash', (_name, text) => {
  const well = run(text);
  const left = run(text, crash('share: 40%'));

  test('lose what they take on, which is done elsewhere: the books balance', () => {
    expect(total(well, 'transcoding_failures', { reason: 'lost' })).toBe(0);
    expect(total(left, 'transcoding_failures', { reason: 'lost' })).toBeGreaterThan(100);
    const half = (outcome: typeof left) => outcome.slis['transcoding_ready_seconds_p50']!;
    expect(half(left)).toBeGreaterThan(half(well));
    expect(total(left, 'uploads_started_total')).toBe(total(well, 'uploads_started_total'));
  });

  test('for a deploy are well once it is taken back; replacing them mends nothing', () => {
    const back = run(text, crash('share: 40%'), book(at(25, 'action: rollback')));
    const replaced = run(text, crash('share: 40%'), book(at(25, 'action: replaceWorkers')));
    const lost = (outcome: typeof left) => total(outcome, 'transcoding_failures', { reason: 'lost' });
    expect(lost(back)).toBeLessThan(0.4 * lost(left));
    expect(lost(replaced)).toBe(lost(left));
  });

  test('for their hardware go on crashing until they are replaced', () => {
    const fault = crash('share: 40%, cause: hardware');
    const lost = (...settings: string[]) =>
      total(run(text, fault, ...settings), 'transcoding_failures', { reason: 'lost' });
    const nobody = lost();
    expect(lost(book(at(25, 'action: rollback')))).toBe(nobody);
    expect(lost(book(at(25, 'action: replaceWorkers, coldStart: 1min')))).toBeLessThan(0.4 * nobody);
  });

  test('are saved and restored', () => {
    const plan = planOf(text, [crash('share: 40%'), book(at(25, 'action: scaleWorkers, factor: 1.5'),
      at(26, 'action: skipProblematic'), at(30, 'action: prioritise, order: srpt'),
      at(40, 'action: requeueFailed'))]);
    const first = new VideoRun(plan, 0);
    first.advanceTo(27 * 60e6);
    const second = new VideoRun(plan, 0);
    second.restore(structuredClone(first.save()));
    second.advance(Infinity);
    expect(second.finish()).toEqual(outcomeOf(plan));
  });
  });

test('of a pool, as many of the idle workers crash as of all: their share of the attempts is right', () => {
  // Crashed work is noticed after the time that a chunk takes on average, so that nobody is idle more often.
  const equal = 'pixelRate: 1e15, decodeRate: 1e15, start: 5s, variation: 0';
  const outcome = run(farmOf(`{ kind: pool, workers: 14, failures: 0%, ${equal} }`),
    'faults=[{kind: workerCrashes, at: 0s, duration: 2h, share: 50%, crashAfter: 1ms, noticedAfter: 5s}]',
    'transcode.queue.tries=100', 'transcode.queue.backoff=0s');
  // Four chunks a job, of each of which every other try is lost.
  const lost = total(outcome, 'transcoding_failures', { reason: 'lost' });
  expect(lost / (lost + total(outcome, 'transcoding_jobs_completed') * 4)).toBeCloseTo(0.5, 1);
});

describe('GPUs that break', () => {
  const fault = 'faults=[{kind: gpuFailures, at: 20min, duration: 40min, share: 50%}]';

  test('attract work and fail it, as a black hole does, until they are replaced or repaired', () => {
    const left = run(farmOf(FLEET), fault);
    const replaced = run(farmOf(FLEET), fault, book(at(25, 'action: replaceWorkers')));
    const failed = (outcome: typeof left) => total(outcome, 'transcoding_failures', { reason: 'hardware' });
    expect(failed(left)).toBeGreaterThan(500);
    expect(failed(replaced)).toBeLessThan(0.3 * failed(left));
    expect(replaced.slis['transcoding_within_sla']!).toBeGreaterThan(left.slis['transcoding_within_sla']!);
  });
});

describe('a spot storm', () => {
  const fault = 'faults=[{kind: spotStorm, at: 20min, duration: 30min, share: 100%}]';

  test('takes the spot machines back, gives none while it lasts, and others can be asked for', () => {
    const left = run(farmOf(FLEET), fault);
    expect(total(left, 'transcoding_reclaims_total')).toBe(5);
    const hours = (outcome: typeof left, pool: string) =>
      total(outcome, 'transcoding_machine_seconds_total', { pool }) / 3600;
    // An hour of five machines, less half an hour, a cold start and a notice of two minutes.
    expect(hours(left, 'spot')).toBeGreaterThan(5 * (30 - 6) / 60);
    expect(hours(left, 'spot')).toBeLessThan(5 * (30 + 3) / 60);
    const more = run(farmOf(FLEET), fault, book(at(25, 'action: scaleWorkers, factor: 2, pool: sure')));
    expect(hours(more, 'sure')).toBeGreaterThan(5 + 5 * 0.7);
    const burst = run(farmOf(FLEET), fault, book(at(25, 'action: spotBurst, machines: 9')));
    expect(hours(burst, 'spot')).toBeGreaterThan(hours(left, 'spot') + 9 * 0.2);
  });
});

describe('a deploy of the encoder that fails some videos', () => {
  const fault = 'faults=[{kind: encoderDeploy, at: 20min, duration: 30min, share: 30%}]';
  const text = farmOf(POOL);

  test('fails every try of them, and no other', () => {
    const left = run(text, fault);
    const due = total(left, 'transcoding_videos_total');
    // Three tenths of the videos of half an hour of an hour.
    expect(total(left, 'transcoding_videos_total', { outcome: 'incomplete' }) / due).toBeCloseTo(0.15, 1);
    expect(total(run(text), 'transcoding_videos_total', { outcome: 'incomplete' })).toBe(0);
  });

  test('costs nothing but time if they are skipped, it is taken back, and they are queued again', () => {
    const skip = at(21, 'action: skipProblematic, after: 1');
    const mended = run(text, fault, book(skip, at(28, 'action: rollback'), at(29, 'action: requeueFailed')));
    const left = run(text, fault);
    const lost = (outcome: typeof left) =>
      total(outcome, 'transcoding_videos_total', { outcome: 'incomplete' });
    expect(lost(mended)).toBeLessThan(0.2 * lost(left));
    expect(mended.slis['transcoding_within_sla']!).toBeGreaterThan(0.98);
  });
});

test('more workers come after their cold start, and are there for good', () => {
  const outcome = run(farmOf(POOL), book(at(30, 'action: scaleWorkers, factor: 2, coldStart: 10min'),
    at(50, 'action: spotBurst, machines: 6, coldStart: 0s')));
  // An hour from minute 10: 14 for 30 minutes, 28 for ten, 34 for twenty.
  expect(total(outcome, 'transcoding_workers')).toBeCloseTo((14 * 30 + 28 * 10 + 34 * 20) / 60, 1);
});

describe('notices to creators', () => {
  const text = farmOf(POOL);
  const runs = (outcome: ReturnType<typeof run>, stage: string) =>
    total(outcome, 'transcoding_stage_runs_total', { stage });

  test('that are put off make videos ready sooner by their time, and are all sent in the end', () => {
    const [usual, off, back] = [run(text), run(text, book(at(1, 'action: deferWebhooks'))),
      run(text, book(at(12, 'action: deferWebhooks'), at(30, 'action: deferWebhooks, on: false')))];
    const ready = (outcome: typeof usual) => outcome.slis['transcoding_ready_seconds_p50']!;
    expect(ready(usual) - ready(off)).toBeCloseTo(0.2, 1);
    expect(runs(off, 'notify')).toBeLessThan(0.05 * runs(usual, 'notify'));
    expect(runs(back, 'notify')).toBe(runs(usual, 'notify'));
    expect(runs(back, 'clean')).toBe(runs(usual, 'clean'));
  });

  test('that wait are saved and restored', () => {
    const steps = [at(12, 'action: deferWebhooks'), at(30, 'action: deferWebhooks, on: false')];
    const plan = planOf(text, [book(...steps)]);
    for (const seconds of [1500, 1801]) {
      const first = new VideoRun(plan, 0);
      first.advanceTo(seconds * 1e6);
      const second = new VideoRun(plan, 0);
      second.restore(structuredClone(first.save()));
      second.advance(Infinity);
      expect(second.finish()).toEqual(outcomeOf(plan));
    }
  });
});

test('what a farm does not have is told with its place', () => {
  expect(() => planOf(farmOf(POOL), ['faults=[{kind: gpuFailures, at: 1s, duration: 1s}]']))
    .toThrow(/faults\[0\]\.kind: expected transcode\.farm of kind fleet/);
  expect(() => planOf(farmOf(FLEET), [crash('share: 1%, pool: shure')]))
    .toThrow(/faults\[0\]\.pool: expected a pool of transcode\.farm, got "shure": did you mean "sure"/);
  expect(() => planOf(farmOf(POOL), [book(at(1, 'action: prioritise, tier: partners'))]))
    .toThrow(/do\.tier: expected a tier of upload\.creators, got "partners"/);
});
