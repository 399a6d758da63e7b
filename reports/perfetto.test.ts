import { expect, test } from 'vitest';
import type { SessionEvent, SessionLog } from '../models/core/run-record.ts';
import { TraceRecorder } from '../models/core/trace.ts';
import { sessionTrace } from '../models/player/session-trace.ts';
import { perfettoTrace } from './perfetto.ts';

interface Slice {
  readonly name: string;
  readonly ph: string;
  readonly ts: number;
  readonly dur: number;
  readonly tid: number;
}

const LOG: SessionLog = {
  session: 7, startSeconds: 100, network: '4g', ladder: [800_000, 5_000_000],
  events: [
    at(0, 'started', -1, -1), at(0.5, 'requested', 0, 1, 'because'), at(2, 'arrived', 0, 1),
    at(2, 'playing', 0, 1),
    at(2, 'requested', 1, 0), at(6, 'stalled', 1, 0), at(9, 'arrived', 1, 0), at(9, 'resumed', 1, 0),
    at(13, 'ended', 1, 0, 'finished'),
  ],
};

test('a session becomes its phases and its segments, in microseconds of the run', () => {
  const text = perfettoTrace(sessionTrace(LOG));
  const { traceEvents } = JSON.parse(text) as { readonly traceEvents: readonly Slice[] };
  const slices = traceEvents.filter((event) => event.ph === 'X')
    .map(({ name, ts, dur, tid }) => [tid, name, ts, dur]);
  expect(slices).toEqual([
    [1, 'start-up', 100e6, 2e6],
    [1, 'play', 102e6, 4e6],
    [1, 'stall', 106e6, 3e6],
    [1, 'play', 109e6, 4e6],
    [2, 'segment 0 @ 5000 kbps', 100.5e6, 1.5e6],
    [2, 'segment 1 @ 800 kbps', 102e6, 7e6],
  ]);
});

test('is cut at a bound, and says so', () => {
  const cut = JSON.parse(perfettoTrace(sessionTrace(LOG), 5)) as {
    readonly otherData: unknown;
    readonly traceEvents: readonly Slice[];
  };
  expect(cut.traceEvents.filter((event) => event.ph !== 'M')).toHaveLength(5);
  expect(cut.otherData).toEqual({ tool: 'weir', cut: true });
});

test('what a recorder followed: spans, moments and levels, a process a subject, a thread a track', () => {
  const recorder = new TraceRecorder(4);
  recorder.span('job 1', 'queue', 'waits', 10, 30, { priority: 2 });
  recorder.moment('job 2', 'queue', 'lease lost', 15);
  recorder.level('job 1', 'queue', 'left', 20, 7);
  const other = new TraceRecorder(4);
  other.restore(structuredClone(recorder.save()));
  for (const one of [recorder, other]) {
    one.span('job 1', 'encode', 'encodes', 30, 35);
    one.moment('job 3', 'queue', 'too many', 36);
    one.moment('job 3', 'queue', 'too many', 37);
    const { traceEvents } = JSON.parse(perfettoTrace(one.events)) as { readonly traceEvents: unknown[] };
    expect(traceEvents).toEqual([
      { name: 'process_name', ph: 'M', pid: 1, tid: 0, args: { name: 'job 1' } },
      { name: 'thread_name', ph: 'M', pid: 1, tid: 1, args: { name: 'queue' } },
      { name: 'process_name', ph: 'M', pid: 2, tid: 0, args: { name: 'job 2' } },
      { name: 'thread_name', ph: 'M', pid: 2, tid: 1, args: { name: 'queue' } },
      { name: 'thread_name', ph: 'M', pid: 1, tid: 2, args: { name: 'encode' } },
      { name: 'process_name', ph: 'M', pid: 3, tid: 0, args: { name: 'trace' } },
      { name: 'thread_name', ph: 'M', pid: 3, tid: 1, args: { name: 'trace' } },
      { name: 'waits', ph: 'X', pid: 1, tid: 1, ts: 10, dur: 20, args: { priority: 2 } },
      { name: 'lease lost', ph: 'i', s: 't', pid: 2, tid: 1, ts: 15 },
      { name: 'left', ph: 'C', pid: 1, tid: 1, ts: 20, args: { value: 7 } },
      { name: 'encodes', ph: 'X', pid: 1, tid: 2, ts: 30, dur: 5 },
      { name: '2 more events left out', ph: 'i', s: 't', pid: 3, tid: 1, ts: 35 },
    ]);
  }
});

function at(seconds: number, kind: string, segment: number, rendition: number, reason = ''): SessionEvent {
  return { seconds, kind, segment, rendition, bufferSeconds: 0, throughput: 0, reason };
}

test('a span that waited for others has an arrow from the end of each', () => {
  const recorder = new TraceRecorder();
  recorder.span('video 1', 'split', 'split', 0, 10);
  recorder.span('video 1', 'encode', '360p', 10, 50, { chunks: 2 },
    [{ track: 'split', startUs: 0, endUs: 10 }, { track: 'nowhere', startUs: 0, endUs: 10 }]);
  const { traceEvents } = JSON.parse(perfettoTrace(recorder.events)) as {
    readonly traceEvents: ReadonlyArray<Slice & { readonly id?: number; readonly bp?: string }>;
  };
  const arrows = traceEvents.filter(({ ph }) => ph === 's' || ph === 'f');
  expect(arrows.map(({ ph, tid, ts, id, bp }) => [ph, tid, ts, id, bp]))
    .toEqual([['s', 1, 9, 1, undefined], ['f', 2, 10, 1, 'e']]);
});
