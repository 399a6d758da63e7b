import { NEVER, type Us } from '../core/units.ts';
import type { AbrRuleState } from './abr/rule.ts';
import type { SessionStart } from './events.ts';

/** What a player is doing. */
export const IDLE = 0;
export const LOADING = 1;
export const STARTING = 2;
export const PLAYING = 3;
export const STALLED = 4;

/** What a player waits for: nothing (buffer full or video fetched), an answer, or its next attempt. */
export const FETCH_IDLE = 0;
export const FETCH_PENDING = 1;
export const FETCH_RETRY = 2;

const NUMBERS = [
  'session', 'video', 'startedAt', 'updatedAt', 'watchUs', 'patienceUs', 'playheadUs', 'bufferEndUs',
  'stalledAt', 'startupUs', 'stallUs', 'stallCount', 'playedBits', 'switches', 'segments', 'bytes',
  'requestId', 'nextSegment', 'rendition', 'pendingRendition', 'attempts', 'retryAt', 'state', 'fetch',
  'requestedAt', 'checkAt', 'abandoned', 'abandonedFrom', 'abandonedAfterUs',
] as const;

type NumberColumn = (typeof NUMBERS)[number];

/** The state of a fleet: a row a slot, a typed array a column; times and media positions in microseconds. */
export type PlayerColumns = Readonly<Record<NumberColumn, Float64Array>> & {
  /** Rendition of each segment in the buffer, a ring of `ringSize` a slot indexed by segment number. */
  readonly ring: Int8Array;
  readonly ringSize: number;
};

/** Copied state of a fleet. */
export interface PlayerFleetState {
  readonly columns: PlayerColumns;
  readonly rule: AbrRuleState;
  readonly lastRequestId: number;
}

/** Empty columns for `slots` players that hold at most `ringSize` segments each. */
export function createColumns(slots: number, ringSize: number): PlayerColumns {
  const columns = Object.fromEntries(NUMBERS.map((name) => [name, new Float64Array(slots)]));
  columns['checkAt']!.fill(NEVER);
  return {
    ...(columns as Record<NumberColumn, Float64Array>),
    ring: new Int8Array(slots * ringSize),
    ringSize,
  };
}

/** Makes a slot's row that of a session that starts now. */
export function openRow(c: PlayerColumns, slot: number, now: Us, start: SessionStart): void {
  for (const name of NUMBERS) c[name][slot] = 0;
  c.session[slot] = start.session;
  c.video[slot] = start.video;
  c.startedAt[slot] = now;
  c.updatedAt[slot] = now;
  c.watchUs[slot] = start.watchUs;
  c.patienceUs[slot] = start.startupPatienceUs;
  c.startupUs[slot] = NaN;
  c.rendition[slot] = -1;
  c.checkAt[slot] = NEVER;
  c.abandonedFrom[slot] = -1;
  c.state[slot] = LOADING;
}

/** A copy that later changes do not touch. */
export function copyColumns(columns: PlayerColumns): PlayerColumns {
  const copies = Object.fromEntries(NUMBERS.map((name) => [name, columns[name].slice()]));
  return {
    ...(copies as Record<NumberColumn, Float64Array>),
    ring: columns.ring.slice(),
    ringSize: columns.ringSize,
  };
}

/** Overwrites `target` with `source`; both must have the same shape. */
export function restoreColumns(target: PlayerColumns, source: PlayerColumns): void {
  for (const name of NUMBERS) target[name].set(source[name]);
  target.ring.set(source.ring);
}
