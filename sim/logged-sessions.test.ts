import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { loggedP1203 } from '../models/player/p1203.ts';
import { outcomeOf, planOf } from './plan.fixture.ts';
import { VideoRun } from './video-run.ts';

/** Viewers who stall, pause, resume in the middle, leave early and give transfers up. */
const CROWD = `weir: 1
name: crowd
title: Viewers of all kinds
run: { duration: 20min, sampleEvery: 1min, seed: 5, logs: 200 }
catalogue:
  videos: 5
  length: { law: constant, value: 90s }
  ladder:
    - { name: 360p, bitrate: 800 kbps, height: 360 }
    - { name: 720p, bitrate: 2.8 Mbps, height: 720 }
    - { name: 1080p, bitrate: 5 Mbps, height: 1080 }
audience:
  arrivals: { law: poisson, peak: 8/min }
  networks: [{ name: slow, traces: link.csv, viewersPerLink: 2 }, { name: own, traces: link.csv }]
  watch: { law: exponential, mean: 1min }
  pauses: { every: { law: exponential, mean: 40s }, length: { law: exponential, mean: 10s } }
  resume: { share: 50%, from: { law: uniform, low: 0s, high: 60s } }
player: { abr: { rule: bolae }, abandonment: true }
`;
const VARYING = 'duration_ms,kbps,latency_ms\n4000,6000,20\n9000,600,60\n3000,12000,20\n';

/** The form that itu_p1203 reads. */
const second = z.number().min(0).multipleOf(0.001);
const input = z.strictObject({
  I11: z.strictObject({
    streamId: z.number(),
    segments: z.array(z.strictObject({
      bitrate: z.number().positive(), codec: z.literal('aaclc'), duration: second, start: second,
    })).length(1),
  }),
  I13: z.strictObject({
    streamId: z.number(),
    segments: z.array(z.strictObject({
      bitrate: z.number().positive(), codec: z.literal('h264'), duration: second, fps: z.number().positive(),
      resolution: z.string().regex(/^\d+x\d+$/), start: second,
    })).min(1),
  }),
  I23: z.strictObject({ streamId: z.number(), stalling: z.array(z.tuple([second, second])).min(1) }),
  IGen: z.strictObject({
    device: z.enum(['pc', 'mobile']), displaySize: z.string().regex(/^\d+x\d+$/), viewingDistance: z.string(),
  }),
});

describe('logged sessions as input of P.1203', () => {
  const plan = planOf(CROWD, [], VARYING);
  const outcome = outcomeOf(plan);
  const pairs = outcome.logs.map((log) =>
    ({ log, row: outcome.sessions.find(({ session }) => session === log.session)! }));
  const inputs = pairs.flatMap(({ log, row }) => {
    const made = loggedP1203(log, ['h264']);
    return typeof made === 'string' ? [] : [{ made, log, row }];
  });

  test('there are many, with stalls and without, and those who saw nothing are left out', () => {
    expect(outcome.logs.length).toBeGreaterThan(100);
    expect(inputs.filter(({ row }) => row.stallCount > 0).length).toBeGreaterThan(30);
    expect(inputs.filter(({ row }) => row.stallCount === 0).length).toBeGreaterThan(10);
    expect(inputs.some(({ row }) => row.outcome === 'watching')).toBe(true);
    expect(inputs.some(({ row }) => row.abandoned > 0)).toBe(true);
    const none = pairs.filter(({ log }) => typeof loggedP1203(log, ['h264']) === 'string');
    expect(none.every(({ row }) => row.startupSeconds === null)).toBe(true);
  });

  test('have the form of the reference implementation, segments one after the other', () => {
    for (const { made } of inputs) {
      expect(input.safeParse(made).error).toBeUndefined();
      let at = 0;
      for (const { start, duration } of made.I13.segments) {
        expect(start).toBeCloseTo(at, 3);
        at = start + duration;
      }
      expect(made.I11.segments[0]!.duration).toBeCloseTo(at, 3);
      for (const [position] of made.I23.stalling) expect(position).toBeLessThanOrEqual(at + 1e-3);
    }
  });

  test('have the start, the media, the rates and the stalls of the session\'s row', () => {
    for (const { made, row } of inputs) {
      const [loading, ...stalls] = made.I23.stalling;
      expect(loading).toEqual([0, expect.closeTo(row.startupSeconds!, 3)]);
      expect(stalls.length).toBe(row.stallCount);
      const stalled = stalls.reduce((sum, [, length]) => sum + length, 0);
      expect(Math.abs(stalled - row.stallSeconds)).toBeLessThan(0.0006 * (stalls.length + 1));
      const { segments } = made.I13;
      const media = segments.reduce((sum, { duration }) => sum + duration, 0);
      expect(media).toBeCloseTo(row.playedSeconds, 2);
      const kbits = segments.reduce((sum, { bitrate, duration }) => sum + bitrate * duration, 0);
      expect(Math.abs(kbits / media / (row.meanBitrate / 1e3) - 1)).toBeLessThan(1e-3);
    }
  });

  test('one of another codec or with seeks is left out with the reason', () => {
    const [{ log }] = inputs as [(typeof inputs)[number]];
    expect(loggedP1203(log, ['av1'])).toBe('its codec is not H.264');
    const shown = { ...log.shown!, seeks: 1 };
    expect(loggedP1203({ ...log, shown }, ['h264'])).toBe('its viewer seeked');
    const { shown: _shown, ...older } = log;
    expect(loggedP1203(older, ['h264'])).toBe('its record is of an earlier version');
  });

  test('are the same after the run was saved and restored', () => {
    const first = new VideoRun(plan, 0);
    first.advance(4000);
    const second = new VideoRun(plan, 0);
    second.restore(structuredClone(first.save()));
    second.advance(Infinity);
    expect(second.finish().logs).toEqual(outcome.logs);
  });
});
