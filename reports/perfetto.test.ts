import { expect, test } from 'vitest';
import type { SessionEvent, SessionLog } from '../models/core/run-record.ts';
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
  const { traceEvents } = JSON.parse(perfettoTrace([LOG])) as { readonly traceEvents: readonly Slice[] };
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
  const cut = JSON.parse(perfettoTrace([LOG], 5)) as {
    readonly otherData: unknown;
    readonly traceEvents: unknown[];
  };
  expect(cut.traceEvents).toHaveLength(5);
  expect(cut.otherData).toEqual({ tool: 'weir', cut: true });
});

function at(seconds: number, kind: string, segment: number, rendition: number, reason = ''): SessionEvent {
  return { seconds, kind, segment, rendition, bufferSeconds: 0, throughput: 0, reason };
}
