import type { SessionEvent, SessionLog } from '../models/core/run-record.ts';
import { formatCount, formatDuration, formatValue } from './format.ts';

/** A value from one moment on. */
export interface TimedValue {
  /** From the start of the session. */
  readonly seconds: number;
  readonly value: number;
}

/** A stretch of a session. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** A moment of a session, its time from the session's start. */
export interface TimelineEvent extends SessionEvent {
  readonly bitrate: number | null;
}

/** One session over time, ready to draw. */
export interface SessionTimeline {
  readonly title: string;
  readonly duration: number;
  readonly ladder: readonly number[];
  /** Media held, as it drains and fills. */
  readonly buffer: readonly TimedValue[];
  /** Rate of the rendition asked for; holds until the next. */
  readonly renditions: readonly TimedValue[];
  /** The player's own estimate of its throughput; holds until the next. */
  readonly throughput: readonly TimedValue[];
  readonly stalls: readonly Span[];
  readonly events: readonly TimelineEvent[];
  readonly summary: string;
}

/** What the log of a session shows; times become relative to its first event. */
export function sessionTimeline(log: SessionLog): SessionTimeline {
  const start = log.events[0]?.seconds ?? 0;
  const events = log.events.map((event) =>
    ({ ...event, seconds: event.seconds - start, bitrate: log.ladder[event.rendition] ?? null }));
  const duration = events.at(-1)?.seconds ?? 0;
  const renditions = events.flatMap(({ seconds, bitrate }) =>
    (bitrate === null ? [] : [{ seconds, value: bitrate }]));
  const stalls = stallsOf(events, duration);
  return {
    title: `Session ${log.session} on ${log.network}`,
    duration, ladder: log.ladder, events, stalls,
    buffer: bufferOf(events, stalls),
    renditions: changes(renditions),
    throughput: changes(events.flatMap(({ seconds, throughput }) =>
      (throughput > 0 ? [{ seconds, value: throughput }] : []))),
    summary: summarise(duration, stalls, changes(renditions)),
  };
}

/** The logs that show something, the one with most stalls first, among equals the longest. */
export function tellingLogs(logs: readonly SessionLog[]): SessionLog[] {
  const stalls = ({ events }: SessionLog): number =>
    events.filter((event) => STALL_STARTS.test(event.kind)).length;
  return logs
    .filter((log) => log.events.length > 1)
    .sort((a, b) => stalls(b) - stalls(a) || b.events.length - a.events.length);
}

/** Whether an event is one in which the player chose something and says why. */
export function isDecision(event: SessionEvent): boolean {
  return event.reason !== '';
}

// Play drains the buffer at its rate between events, and an arrival adds to it at once.
function bufferOf(events: readonly SessionEvent[], stalls: readonly Span[]): TimedValue[] {
  const points: TimedValue[] = [];
  let playing = false;
  events.forEach((event, i) => {
    const previous = events[i - 1];
    if (previous !== undefined) {
      const span = event.seconds - previous.seconds;
      const rate = previous.rate ?? 1;
      const left = playing ? previous.bufferSeconds - span * rate : previous.bufferSeconds;
      if (left < 0) points.push({ seconds: previous.seconds + previous.bufferSeconds / rate, value: 0 });
      points.push({ seconds: event.seconds, value: Math.max(0, left) });
    }
    points.push({ seconds: event.seconds, value: event.bufferSeconds });
    const stalled = stalls.some((stall) => event.seconds >= stall.from && event.seconds < stall.to);
    playing = (playing || PLAYS.test(event.kind)) && !stalled && !HOLDS.test(event.kind);
    if (STALL_ENDS.test(event.kind)) playing = true;
  });
  return points;
}

function stallsOf(events: readonly SessionEvent[], duration: number): Span[] {
  const stalls: Span[] = [];
  let from: number | null = null;
  for (const event of events) {
    if (STALL_STARTS.test(event.kind)) from ??= event.seconds;
    else if (from !== null && (STALL_ENDS.test(event.kind) || ENDS.test(event.kind))) {
      stalls.push({ from, to: event.seconds });
      from = null;
    }
  }
  return from === null ? stalls : [...stalls, { from, to: duration }];
}

function changes(values: readonly TimedValue[]): TimedValue[] {
  return values.filter((point, i) => i === 0 || point.value !== values[i - 1]!.value);
}

function summarise(duration: number, stalls: readonly Span[], renditions: readonly TimedValue[]): string {
  const stalled = stalls.reduce((sum, stall) => sum + stall.to - stall.from, 0);
  const count = `${formatCount(stalls.length)} ${stalls.length === 1 ? 'stall' : 'stalls'}`;
  const stallText = stalls.length === 0 ? 'no stall' : `${count} of ${formatDuration(stalled)} in all`;
  const rates = renditions.map((point) => point.value);
  const ends = [Math.min(...rates), Math.max(...rates)].map((rate) => formatValue(rate, 'bits/s'));
  const range = rates.length === 0 ? '' : `, renditions from ${ends.join(' to ')}`;
  const switches = formatCount(Math.max(0, renditions.length - 1));
  return `${formatDuration(duration)} with ${stallText} and ${switches} changes of rendition${range}.`;
}

const STALL_STARTS = /^stall(ed|Started|Start)?$/;
const STALL_ENDS = /^(stallEnded|stallEnd|resumed)$/;
const PLAYS = /^(playing|playbackStarted|firstFrame)$/;
const HOLDS = /^(ended|sessionEnded|finished|left.*|failed|paused|seeking)$/;
const ENDS = /^(ended|sessionEnded|finished|left.*|failed)$/;
