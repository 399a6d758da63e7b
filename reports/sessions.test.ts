import { expect, test } from 'vitest';
import type { SessionEvent, SessionLog, SessionRow } from '../models/core/run-record.ts';
import { exampleRecord } from '../tests/fixtures/example-record.ts';
import { buildDistributions, curveQuantile, curveShare, networkRows } from './distributions.ts';
import { sessionTimeline, tellingLogs } from './session-timeline.ts';

const { document, sessions } = exampleRecord({ replications: 2, sessions: 1000 });

test('distributions are over all sessions and by network, and mark p99 and the objective', () => {
  const [startup, bitrate] = buildDistributions(document, sessions);
  expect(startup).toMatchObject({ id: 'startup', scale: 'log', unit: 's' });
  expect(startup!.curves.map((curve) => curve.name)).toEqual(['all sessions', '3g', '4g', 'wired']);
  expect(startup!.marks.map((mark) => [mark.kind, mark.value])).toEqual([
    ['percentile', document.slis['playback_start_seconds_p99']!.value], ['bound', 2],
  ]);
  expect(bitrate).toMatchObject({ id: 'session-bitrate', scale: 'linear', marks: [] });
  expect(buildDistributions(document, [])).toEqual([]);
});

test('a curve is read both ways', () => {
  const rows = [1, 2, 3, 4].map((startupSeconds) => ({ ...sessions[0]!, startupSeconds }));
  const curve = buildDistributions(document, rows)[0]!.curves[0]!;
  expect([0.5, 1, 2.5, 9].map((value) => curveShare(curve, value))).toEqual([0, 0.25, 0.5, 1]);
  expect([0.25, 0.5, 0.99].map((share) => curveQuantile(curve, share))).toEqual([1, 2, 4]);
});

test('a network class is told by its own sessions, and one that never started has no start', () => {
  const row = (over: Partial<SessionRow>): SessionRow =>
    ({ ...sessions[0]!, stallCount: 0, stallSeconds: 0, ...over });
  const rows = networkRows([
    row({
      network: 'a', startupSeconds: 1, playedSeconds: 90, stallSeconds: 10, stallCount: 2, meanBitrate: 5,
    }),
    row({ network: 'a', startupSeconds: 3, playedSeconds: 0 }),
    row({ network: 'b', startupSeconds: null, playedSeconds: 0 }),
  ]);
  expect(rows).toEqual([
    {
      network: 'a', sessions: 2, started: 2, startupP50: 2, startupP99: expect.closeTo(2.98), bitrateP50: 5,
      stalledRatio: 0.1, withStalls: 0.5,
    },
    {
      network: 'b', sessions: 1, started: 0, startupP50: null, startupP99: null, bitrateP50: null,
      stalledRatio: null, withStalls: null,
    },
  ]);
});

test('the buffer drains while playing, stays at zero in a stall, and jumps with an arrival', () => {
  const timeline = sessionTimeline(log([
    event(100, 'started', 0), event(101, 'arrived', 4), event(101, 'playing', 4), event(105, 'stalled', 0),
    event(107, 'arrived', 4), event(107, 'resumed', 4), event(108, 'ended', 3),
  ]));
  expect(timeline.duration).toBe(8);
  expect(timeline.stalls).toEqual([{ from: 5, to: 7 }]);
  expect(timeline.buffer.map(({ seconds, value }) => [seconds, value])).toEqual([
    [0, 0], [1, 0], [1, 4], [1, 4], [1, 4], [5, 0], [5, 0], [7, 0], [7, 4], [7, 4], [7, 4], [8, 3], [8, 3],
  ]);
  expect(timeline.summary).toContain('1 stall of 2 s');
});

test('the buffer drains at the rate of play: twice as fast at 2', () => {
  const at = (seconds: number, kind: string, held: number, rate: number): SessionEvent =>
    ({ ...event(seconds, kind, held), rate });
  const timeline = sessionTimeline(log([
    at(0, 'playing', 8, 2), at(3, 'arrived', 4, 0.5), at(5, 'arrived', 5, 2), at(9, 'ended', 0, 2),
  ]));
  expect(timeline.buffer.map(({ seconds, value }) => [seconds, value])).toEqual([
    [0, 8], [3, 2], [3, 4], [5, 3], [5, 5], [7.5, 0], [9, 0], [9, 0],
  ]);
});

test('the buffer does not drain while the viewer pauses, and fills on', () => {
  const timeline = sessionTimeline(log([
    event(0, 'playing', 4), event(1, 'paused', 3), event(5, 'arrived', 7), event(11, 'playing', 7),
    event(13, 'ended', 5),
  ]));
  expect(timeline.buffer.map(({ seconds, value }) => [seconds, value])).toEqual([
    [0, 4], [1, 3], [1, 3], [5, 3], [5, 7], [11, 7], [11, 7], [13, 5], [13, 5],
  ]);
});

test('a session that ends in a stall is stalled to its end', () => {
  const events = [event(0, 'playing', 1), event(1, 'stalled', 0), event(31, 'ended', 0)];
  expect(sessionTimeline(log(events)).stalls).toEqual([{ from: 1, to: 31 }]);
});

test('rates hold until they change, and an unknown rendition has none', () => {
  const at = (seconds: number, rendition: number): SessionEvent =>
    ({ ...event(seconds, 'requested', 0), rendition });
  const timeline = sessionTimeline(log([at(0, -1), at(1, 0), at(2, 0), at(3, 1)]));
  expect(timeline.renditions).toEqual([{ seconds: 1, value: 1e6 }, { seconds: 3, value: 2e6 }]);
});

test('the log with most stalls is told first, and one without events not at all', () => {
  const calm = log([event(0, 'started', 0), event(1, 'playing', 4), event(2, 'ended', 3)]);
  const stalled = log([event(0, 'started', 0), event(1, 'stalled', 0)]);
  expect(tellingLogs([calm, log([]), stalled])).toEqual([stalled, calm]);
});

function log(events: readonly SessionEvent[]): SessionLog {
  return { session: 1, startSeconds: 0, network: '4g', ladder: [1e6, 2e6], events };
}

function event(seconds: number, kind: string, bufferSeconds: number): SessionEvent {
  return { seconds, kind, segment: 0, rendition: 0, bufferSeconds, throughput: 0, reason: '' };
}
