import { NEVER, type Us } from '../core/units.ts';
import type { AbrRuleState, RuleRoom } from './abr/rule.ts';
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
 * Numbers of a row that every segment needs; the ring of segments follows, then room for those of the rule,
 * and then the others: so that a segment needs few lines of memory.
 */
const HOT = [
  'state', 'fetch', 'requestId', 'checkAt', 'updatedAt', 'playheadUs', 'bufferEndUs', 'nextSegment',
  'video', 'codec', 'segmentUs', 'segmentCount', 'rate', 'watchUs', 'playedUs', 'stallUs', 'breakAt',
  'playedBits', 'pendingRendition', 'rendition', 'segments', 'attempts', 'qoeLin', 'qoeLog',
  'mostRendition', 'abandonedFrom', 'playlists', 'fetchFor', 'requestedAt', 'stallCount', 'told',
  'tells', 'switches', 'retryAt',
] as const;
const COLD = [
  'topMbps', 'topUtility', 'stalledAt', 'resumeAt', 'session', 'startedAt', 'patienceUs', 'startupUs',
  'abandoned', 'abandonedAfterUs', 'screenHeight', 'licenceUs', 'licenceAt', 'licenceFails', 'nextBreak',
  'seekCount', 'seekUs', 'pausedUs', 'lostCause',
] as const;

type HotColumn = (typeof HOT)[number];

/**
 * Where in a row each of the numbers stands that every segment needs. Files that are on the way of a segment
 * take them apart into constants of their own: V8 folds those, and loads imported ones.
 */
export const PLACES = Object.fromEntries(HOT.map((name, i) => [name, i])) as
  Readonly<Record<HotColumn, number>>;
type NumberColumn = HotColumn | (typeof COLD)[number];

/**
 * The state of a fleet, a row a slot: the entry of a slot stands at `slot * stride` of each column; times and
 * media positions in microseconds. The columns are views of the same memory, each a number further on: with
 * very many players what a segment costs is the places of memory it needs.
 */
export type PlayerColumns = Readonly<Record<NumberColumn, Float64Array>> & {
  readonly stride: number;
  /**
   * Rendition of each segment in the buffer, a ring of `ringSize` at `slot * ringStride`, indexed by segment
   * number; it lies within the row.
   */
  readonly ring: Int8Array;
  readonly ringSize: number;
  readonly ringStride: number;
  /** Where the rule may keep its own numbers. */
  readonly ruleRoom: RuleRoom;
  /** All of it. */
  readonly rows: Float64Array;
};

/** Copied breaks that viewers still have in mind: slot and list. */
export type BreaksState = ReadonlyArray<readonly [number, readonly ViewerBreak[]]>;

/** Copied rows, and how they are laid out. */
export type PlayerRowsState = Pick<PlayerColumns, 'rows' | 'stride' | 'ringSize'>;

/** Copied state of a fleet. */
export interface PlayerFleetState {
  readonly rows: PlayerRowsState;
  readonly breaks: BreaksState;
  readonly rule: AbrRuleState;
  readonly lastRequestId: number;
  /** What players of live videos keep, where there are any. */
  readonly live?: Float64Array;
}

/**
 * Empty columns for `slots` players that hold at most `ringSize` segments each, with a rule that keeps so
 * many numbers a slot.
 */
export function createColumns(slots: number, ringSize: number, ruleNumbers: number): PlayerColumns {
  const rule = HOT.length + Math.ceil(ringSize / NUMBER_BYTES);
  const cold = rule + ruleNumbers;
  const stride = cold + COLD.length;
  const rows = new Float64Array(slots * stride);
  const views = [
    ...HOT.map((name, i) => [name, rows.subarray(i)] as const),
    ...COLD.map((name, i) => [name, rows.subarray(cold + i)] as const),
  ];
  const columns = Object.fromEntries(views) as Record<NumberColumn, Float64Array>;
  for (let i = 0; i < rows.length; i += stride) columns.checkAt[i] = NEVER;
  return {
    ...columns, rows, stride, ringSize, ruleRoom: { rows, stride, first: rule },
    ring: new Int8Array(rows.buffer, HOT.length * NUMBER_BYTES),
    ringStride: stride * NUMBER_BYTES,
  };
}

/** A copy of all rows. */
export function saveRows({ rows, stride, ringSize }: PlayerColumns): PlayerRowsState {
  return { rows: rows.slice(), stride, ringSize };
}

/** Puts saved rows back, as many or fewer; players with another buffer may have a ring of another size. */
export function restoreRows(c: PlayerColumns, { rows, stride, ringSize }: PlayerRowsState): void {
  if (stride === c.stride && ringSize === c.ringSize) return c.rows.set(rows);
  const rings = new Int8Array(rows.buffer, rows.byteOffset + HOT.length * NUMBER_BYTES);
  for (let slot = 0; slot * stride < rows.length; slot++) {
    const [from, to] = [slot * stride, slot * c.stride];
    c.rows.set(rows.subarray(from, from + HOT.length), to);
    c.rows.set(rows.subarray(from + stride - COLD.length, from + stride), to + c.stride - COLD.length);
    const last = c.nextSegment[to]! - 1;
    for (let segment = Math.max(0, last - Math.min(ringSize, c.ringSize) + 1); segment <= last; segment++) {
      c.ring[slot * c.ringStride + (segment % c.ringSize)] =
        rings[from * NUMBER_BYTES + (segment % ringSize)]!;
    }
  }
}

/** Makes a slot's row that of a session that starts now. */
export function openRow(c: PlayerColumns, slot: number, now: Us, start: SessionStart): void {
  const i = slot * c.stride;
  c.rows.fill(0, i, i + c.stride);
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

const { told: TOLD, tells: TELLS, stallCount: STALL_COUNT } = PLACES;

/** What a request tells once by CMCD: the start-up that came before it, a stall since the last one. */
export const TELLS_START = 1;
export const TELLS_STALL = 2;

/** Writes down what the request that is made now is the first to tell. */
export function noteTold(c: PlayerColumns, i: number): void {
  const { rows } = c;
  const told = rows[i + TOLD]!; // stalls told and one, or 0 as long as the start is not
  const stalled = rows[i + STALL_COUNT]! > Math.max(0, told - 1) ? TELLS_STALL : 0;
  const started = told === 0 && !Number.isNaN(c.startupUs[i]!);
  rows[i + TELLS] = stalled + (started ? TELLS_START : 0);
  if (told > 0 || started) rows[i + TOLD] = rows[i + STALL_COUNT]! + 1;
}

/** Reads a number of each line of memory that a segment needs of the rows of some slots; their sum. */
export function warmRows({ rows, stride }: PlayerColumns, slots: Float64Array, count: number): number {
  const hot = stride - COLD.length;
  let sum = 0;
  for (let k = 0; k < count; k++) {
    const first = slots[k]! * stride;
    for (let i = first; i < first + hot; i += NUMBERS_A_LINE) sum += rows[i]!;
  }
  return sum;
}

/** Numbers of a line of the processor's cache. */
const NUMBERS_A_LINE = 8;
/** Bytes of a number of a row, each of which can hold a segment of the ring. */
const NUMBER_BYTES = Float64Array.BYTES_PER_ELEMENT;
