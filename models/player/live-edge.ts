import type { MetricSet } from '../core/metrics.ts';
import type { Us } from '../core/units.ts';
import {
  FETCH_RETRY, FOR_PLAYLIST, FOR_SEGMENT, PLAYING, SEEKING, STALLED, type PlayerColumns,
} from './columns.ts';
import type { LiveMedia } from './events.ts';
import { LiveMeters } from './live-meters.ts';
import type { MediaBuffer } from './media-buffer.ts';
import type { PlayClock } from './play-clock.ts';
import { ROUNDING_US } from './steady-play.ts';

/** What a player at the live edge asks its fleet for. */
export interface LiveAsks {
  /** The rendition of the slot's next segment, by the rule. */
  choose(now: Us, slot: number): number;
  /** Asks for the next segment at a rendition, for the rendition's playlist before its first one. */
  ask(now: Us, slot: number, rendition: number): void;
  /** Sends the request that stands in the slot's row. */
  request(now: Us, slot: number): void;
}

/** What a player at the live edge works with. */
export interface LiveParts {
  readonly media: LiveMedia;
  readonly columns: PlayerColumns;
  readonly buffer: MediaBuffer;
  readonly clock: PlayClock;
  readonly asks: LiveAsks;
}

/**
 * Players of live videos: where they begin, when they may ask for what, and how they hold their distance
 * from the live edge. What they keep stands apart from the rows of all players, untouched on demand.
 *
 * With a playlist for each rendition a player reloads it, and asks for what it lists; with a single manifest,
 * or parts (whose playlists block until they have one more), it asks for a unit when it is published.
 */
export class LiveEdge {
  readonly #media: LiveMedia;
  readonly #columns: PlayerColumns;
  readonly #buffer: MediaBuffer;
  readonly #clock: PlayClock;
  readonly #asks: LiveAsks;
  readonly #meters: LiveMeters;
  /** Whether players learn of units from playlists, and whether those are reloaded. */
  readonly #lists: boolean;
  readonly #reloads: boolean;
  readonly #rows: Float64Array;

  /** `single`: whether there is one manifest, and no playlist a rendition. */
  constructor({ media, columns, buffer, clock, asks }: LiveParts, single: boolean, metrics: MetricSet) {
    this.#media = media;
    this.#columns = columns;
    this.#buffer = buffer;
    this.#clock = clock;
    this.#asks = asks;
    this.#meters = new LiveMeters(metrics);
    this.#lists = !single;
    this.#reloads = !single && media.parts === 1;
    this.#rows = new Float64Array((columns.rows.length / columns.stride) * ROW);
  }

  /** Whether the slot's video is live. */
  isLive(slot: number): boolean {
    return this.#media.isLive(this.#columns.video[slot * this.#columns.stride]!);
  }

  /** A session starts. */
  opened(slot: number): void {
    this.#rows.fill(0, slot * ROW, (slot + 1) * ROW);
    this.#rows[slot * ROW + LISTED] = -1;
    this.#rows[slot * ROW + SPEED] = 1;
  }

  /** A session ends. */
  closed(slot: number): void {
    if (this.isLive(slot)) this.#countPlay(slot);
  }

  /** The master playlist, or the only manifest, has come: by that one alone a player knows where to begin. */
  manifestArrived(now: Us, slot: number): void {
    if (this.isLive(slot) && !this.#lists) this.#join(slot, this.#media.edgeUs(now));
  }

  /**
   * A rendition's playlist has come, as it was at `asOf`; false when the video is on demand. What it was
   * fetched for is done: its segment is asked for, if it lists it.
   */
  playlistArrived(now: Us, slot: number, asOf: Us): boolean {
    if (!this.isLive(slot)) return false;
    const media = this.#media;
    const c = this.#columns;
    const i = slot * c.stride;
    const at = slot * ROW;
    const rows = this.#rows;
    const rendition = c.pendingRendition[i]!;
    const units = media.publishedBy(asOf);
    // RFC 8216, section 6.3.4: again after a target duration, after half of one if nothing was new.
    const isNew = rows[at + LISTED]! < 0 || units > rows[at + KNOWN]!;
    rows[at + RELOAD_AT] = c.requestedAt[i]! + Math.ceil(isNew ? media.segmentUs : media.segmentUs / 2);
    rows[at + KNOWN] = units;
    const isReload = rows[at + LISTED] === rendition;
    if (rows[at + LISTED]! < 0) this.#join(slot, units * media.unitUs);
    rows[at + LISTED] = rendition;
    c.playlists[i] = 2 ** rendition; // those of other renditions will have changed
    c.fetchFor[i] = FOR_SEGMENT;
    if (isReload || !this.#mayAsk(now, slot)) this.decide(now, slot);
    else this.#asks.ask(now, slot, rendition);
    return true;
  }

  /** Asks for the next unit if it is published and the player knows; else waits for that, or reloads. */
  decide(now: Us, slot: number): void {
    const c = this.#columns;
    const i = slot * c.stride;
    const at = slot * ROW;
    const rows = this.#rows;
    const isListed = !this.#lists || rows[at + LISTED]! >= 0;
    if (!isListed || this.#mayAsk(now, slot)) {
      const inSegment = c.nextSegment[i]! % this.#media.parts > 0 && c.rendition[i]! >= 0;
      return this.#asks.ask(now, slot, inSegment ? c.rendition[i]! : this.#asks.choose(now, slot));
    }
    const until = this.#reloads ? rows[at + RELOAD_AT]! : this.#media.publishedAt(c.nextSegment[i]!);
    if (now < until) {
      c.fetch[i] = FETCH_RETRY; // of no attempt so far
      c.retryAt[i] = until;
      return;
    }
    c.pendingRendition[i] = rows[at + LISTED]!;
    c.fetchFor[i] = FOR_PLAYLIST;
    this.#asks.request(now, slot);
  }

  /** Media that suffices to start or go on: a player that holds its distance never has more. */
  goalUs(slot: number, goalUs: Us): Us {
    return this.isLive(slot) ? Math.min(goalUs, this.#media.holdBackUs) : goalUs;
  }

  /** How far behind the live edge the slot's playhead is; NaN where the video is on demand. */
  latencyUs(now: Us, slot: number): Us {
    if (!this.isLive(slot)) return NaN;
    const c = this.#columns;
    return now - this.#media.fromUs - this.#media.delayUs - c.playheadUs[slot * c.stride]!;
  }

  /** A segment has come: the player looks how far from the edge it is, and does something about it. */
  segmentArrived(now: Us, slot: number): void {
    const c = this.#columns;
    const state = c.state[slot * c.stride]!;
    if ((state !== PLAYING && state !== STALLED) || !this.isLive(slot)) return;
    const latencyUs = whole(this.latencyUs(now, slot));
    const isLate = latencyUs > this.#media.maxLatencyUs;
    if (state === PLAYING) {
      this.#meters.shown(latencyUs + this.#media.delayUs);
      this.#countPlay(slot);
      this.#hold(slot, isLate ? 0 : latencyUs - this.#media.holdBackUs);
    }
    if (isLate) this.#seekToEdge(now, slot);
  }

  save(): Float64Array {
    return this.#rows.slice();
  }

  /** Puts the rows of as many slots, or fewer, back. */
  restore(rows: Float64Array): void {
    this.#rows.set(rows);
  }

  /** Whether the next unit is published, and the player knows. */
  #mayAsk(now: Us, slot: number): boolean {
    const c = this.#columns;
    const unit = c.nextSegment[slot * c.stride]!;
    return this.#reloads ? unit < this.#rows[slot * ROW + KNOWN]! : now >= this.#media.publishedAt(unit);
  }

  /** Begins with the segment that holds the place at the hold-back from an edge. */
  #join(slot: number, edgeUs: Us): void {
    this.#buffer.seek(slot, this.#segmentStart(edgeUs - this.#media.holdBackUs));
  }

  /** Goes back to the hold-back: within what is buffered, or away from it. */
  #seekToEdge(now: Us, slot: number): void {
    const c = this.#columns;
    const i = slot * c.stride;
    const positionUs = this.#segmentStart(this.#media.edgeUs(now) - this.#media.holdBackUs);
    if (positionUs <= c.playheadUs[i]!) return; // the video is over
    this.#meters.sought();
    c.seekCount[i]! += 1;
    if (this.#buffer.seek(slot, positionUs) || c.state[i] === STALLED) return;
    c.state[i] = SEEKING;
    c.resumeAt[i] = 0;
    c.stalledAt[i] = now;
  }

  #segmentStart(positionUs: Us): Us {
    const { segmentUs } = this.#media;
    return Math.floor(Math.max(0, positionUs) / segmentUs) * segmentUs;
  }

  /**
   * Chooses the speed at which the slot plays so far off its hold-back, until it is back there. No faster
   * with less than half of the hold-back buffered, as dash.js after a stall.
   */
  #hold(slot: number, offUs: Us): void {
    const { driftUs, slowest, fastest, holdBackUs } = this.#media;
    const c = this.#columns;
    const i = slot * c.stride;
    const speed = c.rate[i]!;
    const fast = offUs > (speed > 1 ? 0 : driftUs) && fastest > 1;
    const slow = 0 - offUs > (speed < 1 ? 0 : driftUs) && slowest < 1;
    if (fast && whole(this.#clock.bufferUs(slot)) >= holdBackUs / 2) {
      this.#play(slot, fastest, (offUs * fastest) / (fastest - 1));
    } else if (slow) this.#play(slot, slowest, ((0 - offUs) * slowest) / (1 - slowest));
    else if (speed !== 1) this.#play(slot, 1, Infinity);
  }

  /** From now on the slot plays at a speed, for so much media. */
  #play(slot: number, speed: number, forUs: Us): void {
    const c = this.#columns;
    const i = slot * c.stride;
    c.rate[i] = speed;
    c.breakAt[i] = c.playedUs[i]! + forUs;
    this.#rows[slot * ROW + SPEED] = speed;
    this.#rows[slot * ROW + SPEED_UNTIL] = c.breakAt[i]!;
  }

  /** Counts the time in which the slot has played since it was counted last, by its speed. */
  #countPlay(slot: number): void {
    const at = slot * ROW;
    const rows = this.#rows;
    const c = this.#columns;
    const playedUs = c.playedUs[slot * c.stride]!;
    const speed = rows[at + SPEED]!;
    const offUs = speed === 1 ? 0 : Math.min(playedUs, rows[at + SPEED_UNTIL]!) - rows[at + COUNTED]!;
    const otherUs = Math.max(0, offUs);
    this.#meters.played(speed, otherUs / speed, playedUs - rows[at + COUNTED]! - otherUs);
    rows[at + COUNTED] = playedUs;
  }
}

/** Whole microseconds, whichever way a sum of media played at other speeds was rounded. */
function whole(us: Us): Us {
  return Math.floor(us + ROUNDING_US);
}

// Places in a row.
/** Units that the playlist held lists, the rendition it is of (-1: none), when it may be loaded again. */
const KNOWN = 0;
const LISTED = 1;
const RELOAD_AT = 2;
/** Speed chosen last, and the media played at which it ends; media played that has been counted. */
const SPEED = 3;
const SPEED_UNTIL = 4;
const COUNTED = 5;
/** Numbers of a row. */
const ROW = 6;
