import { assert } from '../core/assert.ts';
import { NEVER, US_PER_S, type Us } from '../core/units.ts';
import {
  IDLE, LOADING, PAUSED, PLAYING, SEEK_DUE, SEEKING, STALLED, STARTING, type BreaksState, type PlayerColumns,
} from './columns.ts';
import type { MediaInfo, ViewerBreak } from './events.ts';
import type { PlayerMeters } from './meters.ts';
import type { PlayerParams } from './params.ts';
import { nominalBits } from './played-bits.ts';

/**
 * What passes by itself in a slot between two inputs: media plays, a buffer runs dry, a stall or a pause
 * goes on. It decides nothing; the fleet asks it to bring a slot up to now before anything else happens.
 */
export class PlayClock {
  readonly #columns: PlayerColumns;
  readonly #params: PlayerParams;
  readonly #media: MediaInfo;
  readonly #meters: PlayerMeters;
  /** What viewers in the middle of a session still have in mind to do, for those who do anything. */
  readonly #breaks = new Map<number, readonly ViewerBreak[]>();

  constructor(columns: PlayerColumns, params: PlayerParams, media: MediaInfo, meters: PlayerMeters) {
    this.#columns = columns;
    this.#params = params;
    this.#media = media;
    this.#meters = meters;
  }

  /** A session starts: notes what its viewer will do on the way. */
  open(slot: number, breaks: readonly ViewerBreak[] | undefined): void {
    if (breaks !== undefined && breaks.length > 0) this.#breaks.set(slot, breaks);
    else this.#breaks.delete(slot);
    this.#columns.nextBreak[slot] = 0;
    this.#aimAtBreak(slot);
  }

  /** The seek that is due; the next break is aimed at. */
  takeSeek(slot: number): Us {
    const seek = this.#breaks.get(slot)![this.#columns.nextBreak[slot]!]!;
    assert(seek.kind === 'seek', 'a seek is due', { slot });
    this.#columns.nextBreak[slot]! += 1;
    this.#aimAtBreak(slot);
    return seek.byUs;
  }

  /** At this very instant a break that is due begins, and a dry buffer is a stall of no length so far. */
  turn(now: Us, slot: number): void {
    const c = this.#columns;
    if (c.state[slot] !== PLAYING) return;
    if (this.breakInUs(slot) < ROUNDING_US) this.#beginBreak(slot, now);
    else if (this.isDry(slot)) {
      c.state[slot] = STALLED;
      c.stalledAt[slot] = now;
    }
  }

  /** The breaks still to come, by slot. */
  save(): BreaksState {
    return [...this.#breaks];
  }

  /** Puts saved breaks back; the columns are restored by their owner. */
  restore(state: BreaksState): void {
    this.#breaks.clear();
    for (const [slot, breaks] of state) this.#breaks.set(slot, breaks);
  }

  /** Media ahead of the slot's playhead. */
  bufferUs(slot: number): Us {
    return this.#columns.bufferEndUs[slot]! - this.#columns.playheadUs[slot]!;
  }

  /** True when nothing is left to play in the buffer. */
  isDry(slot: number): boolean {
    return this.bufferUs(slot) < ROUNDING_US;
  }

  /** Media the viewer still wants to see; stalls take their share of it. */
  wantedUs(slot: number): Us {
    const c = this.#columns;
    const wishUs = c.watchUs[slot]! - c.playedUs[slot]! - this.#params.stallAversion * c.stallUs[slot]!;
    return Math.min(wishUs, this.durationUs(slot) - c.playheadUs[slot]!);
  }

  /** True when the viewer has seen what they wanted. */
  hasSeenEnough(slot: number): boolean {
    return this.wantedUs(slot) < ROUNDING_US;
  }

  /** True at the end of the video. */
  isAtEnd(slot: number): boolean {
    return this.durationUs(slot) - this.#columns.playheadUs[slot]! < ROUNDING_US;
  }

  /** Length of the slot's video. */
  durationUs(slot: number): Us {
    const video = this.#columns.video[slot]!;
    return this.#media.segmentUs(video) * this.#media.segmentCount(video);
  }

  /** Media until the viewer's next break; NEVER without one. */
  breakInUs(slot: number): Us {
    return this.#columns.breakAt[slot]! - this.#columns.playedUs[slot]!;
  }

  /** Time in which the slot plays so much media. */
  timeOf(slot: number, mediaUs: Us): Us {
    return Math.max(0, Math.ceil(mediaUs / this.#columns.rate[slot]! - ROUNDING_US / 2));
  }

  /** Time until the buffer has room for one more segment at play speed; NEVER when no segment is left. */
  roomInUs(slot: number): Us {
    const c = this.#columns;
    const video = c.video[slot]!;
    if (c.nextSegment[slot]! >= this.#media.segmentCount(video)) return NEVER;
    const state = c.state[slot]!;
    if (state !== PLAYING && state !== PAUSED) return 0;
    const overUs = this.bufferUs(slot) + this.#media.segmentUs(video) - this.#params.bufferMax;
    if (overUs <= 0) return 0;
    return state === PAUSED ? NEVER : this.timeOf(slot, overUs);
  }

  /** When a viewer who waits for media leaves. */
  leavesAt(slot: number): Us {
    const c = this.#columns;
    const state = c.state[slot]!;
    if (state === LOADING || state === STARTING) return c.startedAt[slot]! + c.patienceUs[slot]!;
    const patientUntil = c.stalledAt[slot]! + this.#params.stallPatience;
    if (state === SEEKING || this.#params.stallAversion === 0) return patientUntil;
    // The stall itself takes from what they still want to see, until nothing is left of it.
    const tiredIn = Math.ceil(this.wantedUs(slot) / this.#params.stallAversion - ROUNDING_US / 2);
    return Math.min(patientUntil, Math.max(c.stalledAt[slot]!, c.updatedAt[slot]!) + Math.max(0, tiredIn));
  }

  /** Plays the media and counts the time since the last input, as far as the viewer waited for it. */
  accrue(now: Us, slot: number): void {
    const c = this.#columns;
    assert(now >= c.updatedAt[slot]!, 'time does not run backwards', { slot, now, at: c.updatedAt[slot] });
    // Each turn lasts until the player does something else, which it does by itself a few times at most.
    while (c.updatedAt[slot]! < now) {
      const from = c.updatedAt[slot]!;
      switch (c.state[slot]!) {
        case PLAYING:
          c.updatedAt[slot] = this.#accruePlay(now, slot);
          break;
        case STALLED:
          this.#accrueStall(now, slot);
          c.updatedAt[slot] = now;
          break;
        case PAUSED:
          c.updatedAt[slot] = this.#accruePause(now, slot);
          break;
        case SEEKING:
          this.#accrueSeek(now, slot);
          c.updatedAt[slot] = now;
          break;
        default:
          if (c.state[slot] !== IDLE) {
            this.#meters.watched(Math.max(0, Math.min(now, this.leavesAt(slot)) - from));
          }
          c.updatedAt[slot] = now;
      }
    }
  }

  /**
   * Plays what there is until `now`, the end, the next break or a dry buffer, whichever comes first; returns
   * when that was. A dry buffer is a stall from when it ran dry.
   */
  #accruePlay(now: Us, slot: number): Us {
    const c = this.#columns;
    const from = c.updatedAt[slot]!;
    const [wantedUs, bufferUs, breakUs] = [this.wantedUs(slot), this.bufferUs(slot), this.breakInUs(slot)];
    const mostUs = Math.min(wantedUs, bufferUs, breakUs);
    const rate = c.rate[slot]!;
    const untilUs = (now - from) * rate;
    if (untilUs <= mostUs + ROUNDING_US / 2 || mostUs === wantedUs) {
      const playUs = Math.max(0, Math.min(untilUs, mostUs));
      this.#play(slot, playUs, Math.min(now - from, this.timeOf(slot, playUs)));
      return now;
    }
    const at = Math.min(now, from + this.timeOf(slot, mostUs));
    this.#play(slot, Math.max(0, mostUs), at - from);
    if (breakUs === mostUs) this.#beginBreak(slot, at);
    else {
      c.state[slot] = STALLED;
      c.stalledAt[slot] = at;
    }
    return at;
  }

  #aimAtBreak(slot: number): void {
    const c = this.#columns;
    c.breakAt[slot] = this.#breaks.get(slot)?.[c.nextBreak[slot]!]?.afterUs ?? NEVER;
  }

  /** A pause begins; a seek waits for the fleet to carry it out. */
  #beginBreak(slot: number, at: Us): void {
    const c = this.#columns;
    const next = this.#breaks.get(slot)![c.nextBreak[slot]!]!;
    c.stalledAt[slot] = at;
    if (next.kind === 'seek') {
      c.state[slot] = SEEKING;
      c.resumeAt[slot] = SEEK_DUE;
    } else {
      c.state[slot] = PAUSED;
      c.resumeAt[slot] = at + next.lengthUs;
      c.nextBreak[slot]! += 1;
      this.#aimAtBreak(slot);
    }
  }

  /** Passes time until the pause is over; returns when it was, or now. */
  #accruePause(now: Us, slot: number): Us {
    const c = this.#columns;
    const until = Math.min(now, c.resumeAt[slot]!);
    c.pausedUs[slot]! += until - c.updatedAt[slot]!;
    if (until === c.resumeAt[slot]!) c.state[slot] = PLAYING;
    return until;
  }

  /** Counts the stall until `now`, a new one at its first microsecond. */
  #accrueStall(now: Us, slot: number): void {
    const c = this.#columns;
    const stalledAt = c.stalledAt[slot]!;
    const from = Math.max(stalledAt, c.updatedAt[slot]!);
    const stalledUs = Math.max(0, Math.min(now, this.leavesAt(slot)) - from);
    if (stalledUs === 0) return;
    if (from === stalledAt) {
      c.stallCount[slot]! += 1;
      this.#meters.stallBegan();
    }
    c.stallUs[slot]! += stalledUs;
    this.#meters.stalled(stalledUs);
    this.#meters.watched(stalledUs);
    this.#charge(slot, stalledUs / US_PER_S);
  }

  /** A second of stall costs the QoE the highest rate, or its utility. */
  #charge(slot: number, seconds: number): void {
    const c = this.#columns;
    this.#meters.valued(0, c.topMbps[slot]! * seconds, 0, c.topUtility[slot]! * seconds);
  }

  #accrueSeek(now: Us, slot: number): void {
    const c = this.#columns;
    const soughtUs = Math.max(0, Math.min(now, this.leavesAt(slot)) - c.updatedAt[slot]!);
    c.seekUs[slot]! += soughtUs;
    this.#meters.sought(soughtUs);
    this.#meters.watched(soughtUs);
  }

  #play(slot: number, playUs: Us, takesUs: Us): void {
    const c = this.#columns;
    const bits = nominalBits(c, slot, playUs, this.#media);
    c.playheadUs[slot]! += playUs;
    c.playedUs[slot]! += playUs;
    c.playedBits[slot]! += bits;
    this.#meters.played(playUs, bits);
    this.#meters.watched(takesUs);
  }
}

/** Media positions of other speeds than 1 are rounded sums: less than this is nothing. */
const ROUNDING_US = 0.01;
