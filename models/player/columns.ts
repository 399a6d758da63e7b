import { NEVER, type Us } from '../core/units.ts';
import type { AbrRuleState } from './abr/rule.ts';
import type { SessionStart, ViewerBreak } from './events.ts';

/** What a player is doing. */
export const IDLE = 0;
export const LOADING = 1;
export const STARTING = 2;
export const PLAYING = 3;
export const STALLED = 4;
export const PAUSED = 5;
/** A seek is due, or waits for media at its place. */
export const SEEKING = 6;

/** In the column of times to resume at: a seek waits to be carried out. */
export const SEEK_DUE = -1;

/** What a player waits for: nothing (buffer full or video fetched), an answer, or its next attempt. */
export const FETCH_IDLE = 0;
export const FETCH_PENDING = 1;
export const FETCH_RETRY = 2;
/** No attempt is left: what is buffered is played, and then playback fails. */
export const FETCH_LOST = 3;

/** What a request is for: the master playlist, a rendition's playlist, a segment. */
export const FOR_MASTER = 0;
export const FOR_PLAYLIST = 1;
export const FOR_SEGMENT = 2;

const NUMBERS = [
  'starved', 'stallsTold', 'qoeLin', 'qoeLog', 'topMbps', 'topUtility', 'session', 'video', 'startedAt',
  'updatedAt', 'watchUs', 'patienceUs', 'playheadUs', 'bufferEndUs', 'stalledAt', 'startupUs', 'stallUs',
  'stallCount', 'playedBits', 'switches', 'segments', 'bytes', 'requestId', 'nextSegment', 'rendition',
  'pendingRendition', 'attempts', 'retryAt', 'state', 'fetch', 'requestedAt', 'checkAt', 'abandoned',
  'abandonedFrom', 'abandonedAfterUs', 'rate', 'playedUs', 'mostRendition', 'screenHeight', 'codec',
  'licenceUs', 'licenceAt', 'licenceFails', 'breakAt', 'nextBreak', 'resumeAt', 'seekCount', 'seekUs',
  'pausedUs', 'fetchFor', 'playlists', 'lostCause',
] as const;

type NumberColumn = (typeof NUMBERS)[number];

/** The state of a fleet: a row a slot, a typed array a column; times and media positions in microseconds. */
export type PlayerColumns = Readonly<Record<NumberColumn, Float64Array>> & {
  /** Rendition of each segment in the buffer, a ring of `ringSize` a slot indexed by segment number. */
  readonly ring: Int8Array;
  readonly ringSize: number;
};

/** Copied breaks that viewers still have in mind: slot and list. */
export type BreaksState = ReadonlyArray<readonly [number, readonly ViewerBreak[]]>;

/** Copied state of a fleet. */
export interface PlayerFleetState {
  readonly columns: PlayerColumns;
  readonly breaks: BreaksState;
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
  c.rate[slot] = start.rate ?? 1;
  c.codec[slot] = start.codec ?? 0;
  c.screenHeight[slot] = start.screenHeight ?? Infinity;
  c.playheadUs[slot] = start.fromUs ?? 0;
  c.mostRendition[slot] = Infinity;
  c.licenceUs[slot] = start.licenceUs ?? 0;
  c.licenceFails[slot] = start.licenceFails === true ? 1 : 0;
  c.breakAt[slot] = NEVER;
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
