import { describe, expect, test } from 'vitest';
import { lossyRate } from '../models/network/tcp-loss.ts';
import { BY_HAND, outcomeOf, planOf, total } from './plan.fixture.ts';
import { VideoRun } from './video-run.ts';

const MIN = 60_000_000;
/** Without faults, from press of play to first frame: by-hand.test.ts. */
const STARTUP = 0.2002_48 + 0.2005_24 + 0.696;
const BITS = [1600, 3376, 3_200_000];
const faulty = (...faults: readonly string[]) => planOf(BY_HAND, [`faults=[${faults.join(', ')}]`]);
const startup = (...faults: readonly string[]) => outcomeOf(faulty(...faults)).sessions[0]!.startupSeconds;

describe('a way through the network', () => {
  test('to the edge that takes 100 ms longer delays each of three requests by so much', () => {
    expect(startup('{kind: network, at: 0s, duration: 1min, latency: 100ms}')).toBeCloseTo(STARTUP + 0.3, 6);
  });

  test('from the regional to the origin, too, and from the edge to the regional; they add up', () => {
    const fault = (way: string, ms: number) =>
      `{kind: network, way: ${way}, at: 0s, duration: 1min, latency: ${ms}ms}`;
    expect(startup(fault('regional', 40))).toBeCloseTo(STARTUP + 3 * 0.04, 6);
    expect(startup(fault('edge', 10), fault('regional', 40))).toBeCloseTo(STARTUP + 3 * 0.05, 6);
    expect(startup(fault('shield', 40))).toBeCloseTo(STARTUP, 6);
  });

  test('that loses packets lets bytes through no faster than TCP sends them', () => {
    const rate = lossyRate(20_000, 0.02);
    const saved = BITS.reduce((sum, bits) => sum + bits / 8e6, 0);
    const paced = BITS.reduce((sum, bits) => sum + bits / rate, 0);
    expect(startup('{kind: network, at: 0s, duration: 1min, loss: 2%}'))
      .toBeCloseTo(STARTUP - saved + paced, 4);
    // On the way of the edge to its parent the uplink's crossing is what is paced, over no distance at all.
    const between = lossyRate(0, 0.03);
    const crossing = BITS.reduce((sum, bits) => sum + Math.max(0, bits / between - bits / 100e6), 0);
    expect(startup('{kind: network, way: edge, at: 0s, duration: 1min, loss: 3%}'))
      .toBeCloseTo(STARTUP + crossing, 4);
  });

  test('that recovers half way lets the rest through at the rate of the line', () => {
    // The segment is asked for 1.4008 s into the run; the fault ends when some of it has come.
    const outcome = outcomeOf(planOf(BY_HAND, [
      'faults=[{kind: network, at: 1.39s, duration: 0.54s, loss: 50%}]',
    ]));
    const rate = lossyRate(20_000, 0.5);
    const firstByte = STARTUP - 0.4;
    const pacedS = 0.93 - firstByte;
    expect(outcome.sessions[0]!.startupSeconds)
      .toBeCloseTo(0.93 + (3_200_000 - rate * pacedS) / 8e6, 3);
  });
});

describe('a crowd', () => {
  const crowded = (fault: string) => outcomeOf(planOf(BY_HAND, [
    'run.duration=20min', 'catalogue.videos=20', 'audience.arrivals={law: poisson, peak: 30/min}',
    ...(fault === '' ? [] : [`faults=[${fault}]`]),
  ]));
  const usual = crowded('');

  test('comes on top of the usual viewers, who wish what they would have', () => {
    const herd = crowded('{kind: herd, at: 5min, duration: 5min, factor: 4, rise: 0s}');
    const own = herd.sessions.filter(({ session }) => session < 1e9);
    const wishes = (rows: typeof own) => rows.map(({ session, video, startSeconds }) =>
      `${session} ${video} ${startSeconds}`).sort();
    expect(wishes(own)).toEqual(wishes([...usual.sessions]));
    const crowd = herd.sessions.filter(({ session }) => session >= 1e9);
    expect(crowd.length).toBeGreaterThan(600 - 5 * Math.sqrt(600));
    expect(crowd.length).toBeLessThan(600 + 5 * Math.sqrt(600));
    expect(Math.min(...crowd.map(({ startSeconds }) => startSeconds))).toBeGreaterThanOrEqual(300);
    expect(Math.max(...crowd.map(({ startSeconds }) => startSeconds))).toBeLessThan(600);
  });

  test('of a hot video comes for that video alone', () => {
    const hot = crowded('{kind: hotVideo, at: 5min, duration: 5min, factor: 2, video: 17}');
    const crowd = hot.sessions.filter(({ session }) => session >= 1e9);
    expect(crowd.length).toBeGreaterThan(200);
    expect(new Set(crowd.map(({ video }) => video))).toEqual(new Set([17]));
  });
});

describe('a broken video', () => {
  const EVENING = [
    'run.duration=20min', 'catalogue.videos=5', 'audience.arrivals={law: poisson, peak: 30/min}',
    'faults=[{kind: brokenVideo, at: 5min, duration: 1h, video: 1}]',
  ];

  test('fails whoever comes for it, and nobody else', () => {
    const { sessions } = outcomeOf(planOf(BY_HAND, EVENING));
    const failed = sessions.filter(({ outcome }) => outcome === 'failed');
    expect(failed.length).toBeGreaterThan(20);
    expect(new Set(failed.map(({ video }) => video))).toEqual(new Set([1]));
    expect(Math.min(...failed.map(({ startSeconds }) => startSeconds))).toBeGreaterThan(280);
  });

  test('is offered to nobody once it is hidden, and plays again once it is encoded anew', () => {
    const run = new VideoRun(planOf(BY_HAND, EVENING), 0);
    run.advanceTo(8 * MIN);
    run.act({ action: 'hideVideo', video: 'worst', on: true });
    run.act({ action: 'retranscode', video: 'worst', takes: 2 * MIN });
    run.advanceTo(13 * MIN);
    run.act({ action: 'hideVideo', video: 'worst', on: false });
    run.advance(Infinity);
    const { sessions } = run.finish();
    const of = (from: number, to: number) => sessions.filter(({ video, startSeconds }) =>
      video === 1 && startSeconds > from * 60 && startSeconds < to * 60);
    expect(of(8, 13)).toEqual([]);
    expect(of(13, 19).length).toBeGreaterThan(10);
    expect(new Set(of(13, 19).map(({ outcome }) => outcome))).not.toContain('failed');
  });
});

describe('a retry storm', () => {
  const SHORT = [
    'run.duration=10min', 'audience.arrivals={law: poisson, peak: 20/min}', 'catalogue.videos=400',
  ];
  const OUTAGE = '{kind: originOutage, at: 0s, duration: 10min, share: 50%}';
  const STORM = '{kind: retryStorm, at: 0s, duration: 10min, retries: 5, every: 100ms}';

  test('asks again before the player hears of it: fewer failures there, more requests here', () => {
    const calm = outcomeOf(planOf(BY_HAND, [...SHORT, `faults=[${OUTAGE}]`]));
    const storm = outcomeOf(planOf(BY_HAND, [...SHORT, `faults=[${OUTAGE}, ${STORM}]`]));
    const requests = (outcome: typeof calm) => total(outcome, 'cache_requests_total', { tier: 'edge' });
    expect(total(storm, 'fetch_retries_total')).toBeLessThan(0.1 * total(calm, 'fetch_retries_total'));
    expect(requests(storm)).toBeGreaterThan(requests(calm));
  });

  test('keeps an origin down that has work with refusing', () => {
    const LIMITS = ['cdn.origin.requestsPerS=4/s', 'cdn.origin.longestWait=500ms'];
    const lost = (...settings: readonly string[]) => {
      const outcome = outcomeOf(planOf(BY_HAND, [...SHORT, ...LIMITS, ...settings]));
      return total(outcome, 'origin_requests_total', { result: 'ok' });
    };
    const fault = `faults=[${STORM.replace('retries: 5', 'retries: 100')}]`;
    expect(lost(fault, 'cdn.origin.refusalWork=80%')).toBeLessThan(0.8 * lost(fault));
  });
});

test('composed faults, saved half way and restored, end byte for byte the same', () => {
  const plan = planOf(BY_HAND, [
    'run.duration=12min', 'catalogue.videos=20', 'audience.arrivals={law: poisson, peak: 30/min}',
    'faults=[{kind: network, at: 3min, duration: 6min, loss: 1%, latency: 20ms, ramp: 1min}, '
      + '{kind: herd, at: 4min, duration: 4min}, {kind: hotVideo, at: 5min, duration: 3min, video: 7}, '
      + '{kind: brokenVideo, at: 2min, duration: 8min, video: 2}, '
      + '{kind: retryStorm, at: 1min, duration: 9min, share: 50%}, '
      + '{kind: originOutage, at: 4min, duration: 3min, share: 40%}]',
  ]);
  const whole = new VideoRun(plan, 0);
  whole.advanceTo(12 * MIN);
  const first = new VideoRun(plan, 0);
  first.advanceTo(6 * MIN);
  const second = new VideoRun(plan, 0);
  second.restore(structuredClone(first.save()));
  second.advanceTo(12 * MIN);
  expect(second.finish()).toEqual(whole.finish());
});
