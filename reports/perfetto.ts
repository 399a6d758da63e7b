import type { TraceEvent } from '../models/core/trace.ts';

/** One event of the Chrome trace format, which Perfetto reads; times in microseconds. */
interface ChromeEvent {
  readonly name: string;
  readonly ph: 'X' | 'C' | 'M' | 'i' | 's' | 'f';
  readonly ts?: number;
  readonly dur?: number;
  readonly pid: number;
  readonly tid: number;
  readonly s?: 't';
  /** Of an arrow: what it belongs to, and that it ends at the span around it. */
  readonly cat?: string;
  readonly id?: number;
  readonly bp?: 'e';
  readonly args?: Readonly<Record<string, unknown>>;
}

/**
 * What was followed through a run as a trace for Perfetto (ui.perfetto.dev) or chrome://tracing: a process a
 * subject, a thread a track. At most `most` events; a longer trace is cut there and says so.
 */
export function perfettoTrace(trace: readonly TraceEvent[], most = 200_000): string {
  const cut = trace.length > most;
  const traceEvents = chromeEvents(cut ? trace.slice(0, most) : trace);
  return JSON.stringify({ displayTimeUnit: 'ms', otherData: { tool: 'weir', cut }, traceEvents });
}

function chromeEvents(trace: readonly TraceEvent[]): ChromeEvent[] {
  const named: ChromeEvent[] = [];
  const events: ChromeEvent[] = [];
  let arrows = 0;
  const subjects = new Map<string, { readonly pid: number; readonly tracks: Map<string, number> }>();
  for (const event of trace) {
    const { subject, track, name, startUs: ts, endUs, value, args } = event;
    let own = subjects.get(subject);
    if (own === undefined) {
      subjects.set(subject, own = { pid: subjects.size + 1, tracks: new Map() });
      named.push({ name: 'process_name', ph: 'M', pid: own.pid, tid: 0, args: { name: subject } });
    }
    const { pid, tracks } = own;
    let tid = tracks.get(track);
    if (tid === undefined) {
      tracks.set(track, tid = tracks.size + 1);
      named.push({ name: 'thread_name', ph: 'M', pid, tid, args: { name: track } });
    }
    const at = { name, pid, tid, ts, ...(args && { args }) };
    if (value !== undefined) events.push({ ...at, ph: 'C', args: { value } });
    else if (endUs === undefined) events.push({ ...at, ph: 'i', s: 't' });
    else events.push({ ...at, ph: 'X', dur: endUs - ts });
    for (const before of event.after ?? []) {
      const from = tracks.get(before.track);
      if (from === undefined) continue;
      // An arrow begins within a span: at its last microsecond.
      const last = Math.max(before.startUs, before.endUs - 1);
      const arrow = { name: 'then', cat: 'after', id: ++arrows, pid };
      events.push({ ...arrow, ph: 's', tid: from, ts: last }, { ...arrow, ph: 'f', bp: 'e', tid, ts });
    }
  }
  return [...named, ...events];
}
