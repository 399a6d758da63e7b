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

/**
 * Numbers of a row: those that every segment needs first, so that they lie on as few lines of memory as they
 * can.
 */
const NUMBERS = [
  'state', 'fetch', 'requestId', 'checkAt', 'updatedAt', 'playheadUs', 'bufferEndUs', 'nextSegment',
  'video', 'codec', 'segmentUs', 'segmentCount', 'rate', 'watchUs', 'playedUs', 'stallUs', 'breakAt',
  'playedBits', 'pendingRendition', 'rendition', 'segments', 'bytes', 'attempts', 'qoeLin', 'qoeLog',
  'topMbps', 'topUtility', 'mostRendition', 'abandonedFrom', 'playlists', 'fetchFor', 'requestedAt',
  'stallCount', 'stallsTold', 'starved', 'switches', 'stalledAt', 'resumeAt', 'retryAt', 'session',
  'startedAt', 'patienceUs', 'startupUs', 'abandoned', 'abandonedAfterUs', 'screenHeight', 'licenceUs',
  'licenceAt', 'licenceFails', 'nextBreak', 'seekCount', 'seekUs', 'pausedUs', 'lostCause',
] as const;

type NumberColumn = (typeof NUMBERS)[number];

/**
 * The state of a fleet, a row a slot: the entry of a slot stands at `slot * stride` of each column; times and
 * media positions in microseconds. The columns are views of the same memory, each a number further on: with
 * very many players what a segment costs is the places of memory it needs.
 */
export type PlayerColumns = Readonly<Record<NumberColumn, Float64Array>> & {
  readonly stride: number;
  /**
   * Rendition of each segment in the buffer, a ring of `ringSize` at `slot * ringStride`, indexed by segment
   * number; it lies at the end of the row.
   */
  readonly ring: Int8Array;
  readonly ringSize: number;
  readonly ringStride: number;
  /** All of it. */
  readonly rows: Float64Array;
};

/** Copied breaks that viewers still have in mind: slot and list. */
export type BreaksState = ReadonlyArray<readonly [number, readonly ViewerBreak[]]>;

/** Copied state of a fleet. */
export interface PlayerFleetState {
  readonly rows: Float64Array;
  readonly breaks: BreaksState;
  readonly rule: AbrRuleState;
  readonly lastRequestId: number;
}

/** Empty columns for `slots` players that hold at most `ringSize` segments each. */
export function createColumns(slots: number, ringSize: number): PlayerColumns {
  const stride = NUMBERS.length + Math.ceil(ringSize / NUMBER_BYTES);
  const rows = new Float64Array(slots * stride);
  const views = NUMBERS.map((name, i) => [name, rows.subarray(i)] as const);
  const columns = Object.fromEntries(views) as Record<NumberColumn, Float64Array>;
  for (let i = 0; i < rows.length; i += stride) columns.checkAt[i] = NEVER;
  return {
    ...columns, rows, stride, ringSize,
    ring: new Int8Array(rows.buffer, NUMBERS.length * NUMBER_BYTES),
    ringStride: stride * NUMBER_BYTES,
  };
}

/** Makes a slot's row that of a session that starts now. */
export function openRow(c: PlayerColumns, slot: number, now: Us, start: SessionStart): void {
  const i = slot * c.stride;
  c.rows.fill(0, i, i + NUMBERS.length);
  c.session[i] = start.session;
  c.video[i] = start.video;
  c.startedAt[i] = now;
  c.updatedAt[i] = now;
  c.watchUs[i] = start.watchUs;
  c.patienceUs[i] = start.startupPatienceUs;
  c.startupUs[i] = NaN;
  c.rate[i] = start.rate ?? 1;
  c.codec[i] = start.codec ?? 0;
  c.screenHeight[i] = start.screenHeight ?? Infinity;
  c.playheadUs[i] = start.fromUs ?? 0;
  c.mostRendition[i] = Infinity;
  c.licenceUs[i] = start.licenceUs ?? 0;
  c.licenceFails[i] = start.licenceFails === true ? 1 : 0;
  c.breakAt[i] = NEVER;
  c.rendition[i] = -1;
  c.checkAt[i] = NEVER;
  c.abandonedFrom[i] = -1;
  c.state[i] = LOADING;
}

/** Reads a number of each line of memory of a slot's row; their sum. */
export function warmRow({ rows, stride }: PlayerColumns, slot: number): number {
  let sum = 0;
  for (let i = slot * stride; i < (slot + 1) * stride; i += NUMBERS_A_LINE) sum += rows[i]!;
  return sum;
}

/** Numbers of a line of the processor's cache. */
const NUMBERS_A_LINE = 8;
/** Bytes of a number of a row, each of which can hold a segment of the ring. */
const NUMBER_BYTES = Float64Array.BYTES_PER_ELEMENT;
