import type { SessionEvent, SessionLog } from '../core/run-record.ts';
import type { TraceEvent } from '../core/trace.ts';
import { US_PER_S, type Us } from '../core/units.ts';

/** A logged session as a trace: its phases, its segments and why each was chosen, and its buffer. */
export function sessionTrace(log: SessionLog): TraceEvent[] {
  const subject = `session ${log.session} (${log.network})`;
  return [...phases(log, subject), ...fetches(log, subject), ...buffer(log, subject)];
}

const PHASE_OF: Readonly<Record<string, string>> = {
  started: 'start-up', playing: 'play', stalled: 'stall', resumed: 'play',
  paused: 'pause', seeking: 'seek',
};

function phases(log: SessionLog, subject: string): TraceEvent[] {
  const changes = log.events.filter((event) => event.kind in PHASE_OF || event.kind === 'ended');
  const last = log.events.at(-1);
  return changes.map((event, i): TraceEvent => {
    const at = { subject, track: 'player', startUs: us(log, event) };
    if (event.kind === 'ended') return { ...at, name: `ended: ${event.reason}` };
    return { ...at, name: PHASE_OF[event.kind]!, endUs: us(log, changes[i + 1] ?? last ?? event) };
  });
}

function fetches(log: SessionLog, subject: string): TraceEvent[] {
  const spans: TraceEvent[] = [];
  let asked: SessionEvent | undefined;
  for (const event of log.events) {
    if (event.kind === 'requested') asked = event;
    if (event.kind !== 'arrived' || asked === undefined || asked.segment !== event.segment) continue;
    const rate = log.ladder[asked.rendition];
    spans.push({
      subject, track: 'fetches', startUs: us(log, asked), endUs: us(log, event),
      name: `segment ${asked.segment} @ ${rate === undefined ? '?' : `${rate / 1000} kbps`}`,
      args: { rendition: asked.rendition, reason: asked.reason, bufferSeconds: asked.bufferSeconds },
    });
    asked = undefined;
  }
  return spans;
}

function buffer(log: SessionLog, subject: string): TraceEvent[] {
  return log.events.map((event): TraceEvent => {
    return { subject, track: 'player', name: 'buffer', startUs: us(log, event), value: event.bufferSeconds };
  });
}

function us(log: SessionLog, event: SessionEvent): Us {
  return Math.round((log.startSeconds + event.seconds) * US_PER_S);
}
