import type { SessionEvent, SessionLog } from '../models/core/run-record.ts';

/** One event of the Chrome trace format, which Perfetto reads; times in microseconds. */
interface TraceEvent {
  readonly name: string;
  readonly ph: 'X' | 'C' | 'M' | 'i';
  readonly ts?: number;
  readonly dur?: number;
  readonly pid: number;
  readonly tid: number;
  readonly s?: 't';
  readonly args?: Readonly<Record<string, unknown>>;
}

/** Tracks of a session: what the player does, what it fetches. */
const PLAYER = 1;
const FETCHES = 2;

/**
 * Logged sessions as a trace for Perfetto (ui.perfetto.dev) or chrome://tracing: a process a session, with
 * its phases, its segments and why each was chosen, and its buffer as a counter. At most `most` events; a
 * longer log is cut there and says so.
 */
export function perfettoTrace(logs: readonly SessionLog[], most = 200_000): string {
  const events: TraceEvent[] = [];
  for (const log of logs) {
    const name = `session ${log.session} (${log.network})`;
    const label = (tid: number, kind: string, text: string): TraceEvent =>
      ({ name: kind, ph: 'M', pid: log.session, tid, args: { name: text } });
    events.push(
      label(0, 'process_name', name), label(PLAYER, 'thread_name', 'player'),
      label(FETCHES, 'thread_name', 'fetches'),
      ...phases(log), ...fetches(log), ...counters(log),
    );
  }
  const cut = events.length > most;
  if (cut) events.length = most;
  return JSON.stringify({ displayTimeUnit: 'ms', otherData: { tool: 'weir', cut }, traceEvents: events });
}

const PHASE_OF: Readonly<Record<string, string>> = {
  started: 'start-up', playing: 'play', stalled: 'stall', resumed: 'play',
};

function phases(log: SessionLog): TraceEvent[] {
  const changes = log.events.filter((event) => event.kind in PHASE_OF || event.kind === 'ended');
  const last = log.events.at(-1);
  return changes.flatMap((event, i): TraceEvent[] => {
    const at = { pid: log.session, tid: PLAYER, ts: us(log, event) };
    if (event.kind === 'ended') return [{ name: `ended: ${event.reason}`, ph: 'i', s: 't', ...at }];
    const until = changes[i + 1] ?? last ?? event;
    return [{ name: PHASE_OF[event.kind]!, ph: 'X', dur: us(log, until) - us(log, event), ...at }];
  });
}

function fetches(log: SessionLog): TraceEvent[] {
  const slices: TraceEvent[] = [];
  let asked: SessionEvent | undefined;
  for (const event of log.events) {
    if (event.kind === 'requested') asked = event;
    if (event.kind !== 'arrived' || asked === undefined || asked.segment !== event.segment) continue;
    const rate = log.ladder[asked.rendition];
    slices.push({
      name: `segment ${asked.segment} @ ${rate === undefined ? '?' : `${rate / 1000} kbps`}`,
      ph: 'X', pid: log.session, tid: FETCHES, ts: us(log, asked), dur: us(log, event) - us(log, asked),
      args: { rendition: asked.rendition, reason: asked.reason, bufferSeconds: asked.bufferSeconds },
    });
    asked = undefined;
  }
  return slices;
}

function counters(log: SessionLog): TraceEvent[] {
  return log.events.map((event) => ({
    name: 'buffer', ph: 'C', pid: log.session, tid: PLAYER, ts: us(log, event),
    args: { seconds: event.bufferSeconds },
  }));
}

function us(log: SessionLog, event: SessionEvent): number {
  return Math.round((log.startSeconds + event.seconds) * 1e6);
}
