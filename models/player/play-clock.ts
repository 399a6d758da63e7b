import { assert } from '../core/assert.ts';
import { NEVER, type Us } from '../core/units.ts';
import { PLAYING, STALLED, type PlayerColumns } from './columns.ts';
import type { MediaInfo } from './events.ts';
import type { PlayerMeters } from './meters.ts';
import type { PlayerParams } from './params.ts';
import { nominalBits } from './played-bits.ts';

/**
 * What passes by itself in a slot between two inputs: media plays, a buffer runs dry, a stall goes on. It
 * decides nothing; the fleet asks it to bring a slot up to now before anything else happens.
 */
export class PlayClock {
  readonly #columns: PlayerColumns;
  readonly #params: PlayerParams;
  readonly #media: MediaInfo;
  readonly #meters: PlayerMeters;

  constructor(columns: PlayerColumns, params: PlayerParams, media: MediaInfo, meters: PlayerMeters) {
    this.#columns = columns;
    this.#params = params;
    this.#media = media;
    this.#meters = meters;
  }

  /** Media ahead of the slot's playhead. */
  bufferUs(slot: number): Us {
    return this.#columns.bufferEndUs[slot]! - this.#columns.playheadUs[slot]!;
  }

  /** Media position at which the viewer leaves. */
  endUs(slot: number): Us {
    return Math.min(this.#columns.watchUs[slot]!, this.durationUs(slot));
  }

  /** Length of the slot's video. */
  durationUs(slot: number): Us {
    const video = this.#columns.video[slot]!;
    return this.#media.segmentUs(video) * this.#media.segmentCount(video);
  }

  /** Time until the buffer has room for one more segment at play speed; NEVER when no segment is left. */
  roomInUs(slot: number): Us {
    const c = this.#columns;
    const video = c.video[slot]!;
    if (c.nextSegment[slot]! >= this.#media.segmentCount(video)) return NEVER;
    if (c.state[slot] !== PLAYING) return 0;
    return Math.max(0, this.bufferUs(slot) + this.#media.segmentUs(video) - this.#params.bufferMax);
  }

  /** Plays the media and counts the time since the last input, as far as the viewer waited for it. */
  accrue(now: Us, slot: number): void {
    const c = this.#columns;
    const from = c.updatedAt[slot]!;
    assert(now >= from, 'time does not run backwards', { slot, now, updatedAt: from });
    if (now === from) return;
    let watchedUs = 0;
    if (c.state[slot] === PLAYING) watchedUs = this.#accruePlay(now, slot);
    // Up to here a stall may have begun; a timer that fires late must not make it longer than it was borne.
    if (c.state[slot] === STALLED) watchedUs += this.#accrueStall(now, slot);
    else if (c.state[slot] !== PLAYING) {
      watchedUs = Math.max(0, Math.min(now, c.startedAt[slot]! + c.patienceUs[slot]!) - from);
    }
    this.#meters.watched(watchedUs);
    c.updatedAt[slot] = now;
  }

  /** Plays what there is until `now` and returns it; a dry buffer becomes a stall from when it ran dry. */
  #accruePlay(now: Us, slot: number): Us {
    const c = this.#columns;
    const sinceUs = now - c.updatedAt[slot]!;
    const leftUs = this.endUs(slot) - c.playheadUs[slot]!;
    const playUs = Math.min(sinceUs, leftUs, this.bufferUs(slot));
    this.#play(slot, playUs);
    if (playUs < sinceUs && playUs < leftUs) {
      c.stalledAt[slot] = c.updatedAt[slot]! + playUs;
      c.state[slot] = STALLED;
    }
    return playUs;
  }

  /** Counts the stall until `now`, a new one at its first microsecond; returns what it added. */
  #accrueStall(now: Us, slot: number): Us {
    const c = this.#columns;
    const stalledAt = c.stalledAt[slot]!;
    const from = Math.max(stalledAt, c.updatedAt[slot]!);
    const stalledUs = Math.max(0, Math.min(now, stalledAt + this.#params.stallPatience) - from);
    if (stalledUs === 0) return 0;
    if (from === stalledAt) {
      c.stallCount[slot]! += 1;
      this.#meters.stallBegan();
    }
    c.stallUs[slot]! += stalledUs;
    this.#meters.stalled(stalledUs);
    return stalledUs;
  }

  #play(slot: number, playUs: Us): void {
    const c = this.#columns;
    const bits = nominalBits(c, slot, playUs, this.#media);
    c.playheadUs[slot]! += playUs;
    c.playedBits[slot]! += bits;
    this.#meters.played(playUs, bits);
  }
}
