import { assert, broken } from '../core/assert.ts';
import { NEVER, US_PER_S, type Us } from '../core/units.ts';
import {
  IDLE, LOADING, PAUSED, PLACES, PLAYING, SEEK_DUE, SEEKING, STALLED, STARTING, type BreaksState,
  type PlayerColumns,
} from './columns.ts';
import type { MediaInfo, ViewerBreak } from './events.ts';
import type { PlayerMeters } from './meters.ts';
import type { PlayerParams } from './params.ts';
import { ROUNDING_US, SteadyPlay, timeOf } from './steady-play.ts';
import type { PlayerTuning } from './tuning.ts';

const {
  state: STATE, updatedAt: UPDATED_AT, playheadUs: PLAYHEAD, bufferEndUs: BUFFER_END, nextSegment: NEXT,
  segmentUs: SEGMENT, segmentCount: SEGMENTS, rate: RATE, watchUs: WATCH, playedUs: PLAYED, stallUs: STALL,
  breakAt: BREAK_AT, stallCount: STALL_COUNT,
} = PLACES;

/**
 * What passes by itself in a slot between two inputs: media plays, a buffer runs dry, a stall or a pause
 * goes on. It decides nothing; the fleet asks it to bring a slot up to now before anything else happens.
 */
export class PlayClock {
  readonly #columns: PlayerColumns;
  readonly #params: PlayerParams;
  readonly #meters: PlayerMeters;
  readonly #steady: SteadyPlay;
  /** What viewers in the middle of a session still have in mind to do, for those who do anything. */
  readonly #breaks = new Map<number, readonly ViewerBreak[]>();

  constructor(
    columns: PlayerColumns, params: PlayerParams, media: MediaInfo, meters: PlayerMeters,
    tuning: PlayerTuning,
  ) {
    this.#columns = columns;
    this.#params = params;
    this.#meters = meters;
    this.#steady = new SteadyPlay(columns, params, media, meters, tuning);
  }

  /** A session starts: notes what its viewer will do on the way. */
  open(slot: number, breaks: readonly ViewerBreak[] | undefined): void {
    if (breaks !== undefined && breaks.length > 0) this.#breaks.set(slot, breaks);
    else this.#breaks.delete(slot);
    this.#columns.nextBreak[slot * this.#columns.stride] = 0;
    this.#aimAtBreak(slot);
  }

  /** The seek that is due; the next break is aimed at. */
  takeSeek(slot: number): Us {
    const c = this.#columns;
    const i = slot * c.stride;
    const seek = this.#breaks.get(slot)![c.nextBreak[i]!]!;
    assert(seek.kind === 'seek', 'a seek is due', { slot });
    c.nextBreak[i]! += 1;
    this.#aimAtBreak(slot);
    return seek.byUs;
  }

  /** At this very instant a break that is due begins, and a dry buffer is a stall of no length so far. */
  turn(now: Us, slot: number): void {
    const c = this.#columns;
    const { rows } = c;
    const i = slot * c.stride;
    if (rows[i + STATE] !== PLAYING) return;
    if (this.breakInUs(slot) < ROUNDING_US) this.#beginBreak(slot, now);
    else if (this.isDry(slot)) {
      rows[i + STATE] = STALLED;
      c.stalledAt[i] = now;
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
    const { rows, stride } = this.#columns;
    const i = slot * stride;
    return rows[i + BUFFER_END]! - rows[i + PLAYHEAD]!;
  }

  /** True when nothing is left to play in the buffer. */
  isDry(slot: number): boolean {
    return this.bufferUs(slot) < ROUNDING_US;
  }

  /** Media the viewer still wants to see; stalls take their share of it. */
  wantedUs(slot: number): Us {
    const { rows, stride } = this.#columns;
    const i = slot * stride;
    const wishUs = rows[i + WATCH]! - rows[i + PLAYED]! - this.#params.stallAversion * rows[i + STALL]!;
    return Math.min(wishUs, rows[i + SEGMENT]! * rows[i + SEGMENTS]! - rows[i + PLAYHEAD]!);
  }

  /** True when the viewer has seen what they wanted. */
  hasSeenEnough(slot: number): boolean {
    return this.wantedUs(slot) < ROUNDING_US;
  }

  /** True at the end of the video. */
  isAtEnd(slot: number): boolean {
    return this.durationUs(slot) - this.#columns.playheadUs[slot * this.#columns.stride]! < ROUNDING_US;
  }

  /** Length of the slot's video. */
  durationUs(slot: number): Us {
    const { rows, stride } = this.#columns;
    const i = slot * stride;
    return rows[i + SEGMENT]! * rows[i + SEGMENTS]!;
  }

  /** Media until the viewer's next break; NEVER without one. */
  breakInUs(slot: number): Us {
    const { rows, stride } = this.#columns;
    const i = slot * stride;
    return rows[i + BREAK_AT]! - rows[i + PLAYED]!;
  }

  /** Time in which the slot plays so much media. */
  timeOf(slot: number, mediaUs: Us): Us {
    return timeOf(mediaUs, this.#columns.rate[slot * this.#columns.stride]!);
  }

  /** Time until the buffer has room for one more segment at play speed; NEVER when no segment is left. */
  roomInUs(slot: number): Us {
    const { rows, stride } = this.#columns;
    const i = slot * stride;
    if (rows[i + NEXT]! >= rows[i + SEGMENTS]!) return NEVER;
    const state = rows[i + STATE]!;
    if (state !== PLAYING && state !== PAUSED) return 0;
    const overUs = this.#steady.overUs(slot);
    if (overUs <= 0) return 0;
    return state === PAUSED ? NEVER : this.timeOf(slot, overUs);
  }

  /** When a viewer who waits for media leaves. */
  leavesAt(slot: number): Us {
    const c = this.#columns;
    const { rows } = c;
    const i = slot * c.stride;
    const state = rows[i + STATE]!;
    if (state === LOADING || state === STARTING) return c.startedAt[i]! + c.patienceUs[i]!;
    const patientUntil = c.stalledAt[i]! + this.#params.stallPatience;
    if (state === SEEKING || this.#params.stallAversion === 0) return patientUntil;
    // The stall itself takes from what they still want to see, until nothing is left of it.
    const tiredIn = Math.ceil(this.wantedUs(slot) / this.#params.stallAversion - ROUNDING_US / 2);
    return Math.min(patientUntil, Math.max(c.stalledAt[i]!, rows[i + UPDATED_AT]!) + Math.max(0, tiredIn));
  }

  /** When a slot that plays wants to be woken. */
  playingWakeAt(slot: number): Us {
    return this.#steady.wakeAt(slot);
  }

  /** Plays the media and counts the time since the last input, as far as the viewer waited for it. */
  accrue(now: Us, slot: number): void {
    const { rows, stride } = this.#columns;
    const i = slot * stride;
    const at = rows[i + UPDATED_AT]!;
    if (!(now >= at)) broken('time does not run backwards', { slot, now, at });
    if (at === now || (rows[i + STATE] === PLAYING && this.#steady.playUntil(now, slot))) return;
    // Each turn lasts until the player does something else, which it does by itself a few times at most.
    while (rows[i + UPDATED_AT]! < now) {
      const from = rows[i + UPDATED_AT]!;
      switch (rows[i + STATE]!) {
        case PLAYING:
          rows[i + UPDATED_AT] = this.#accruePlay(now, slot);
          break;
        case STALLED:
          this.#accrueStall(now, slot);
          rows[i + UPDATED_AT] = now;
          break;
        case PAUSED:
          rows[i + UPDATED_AT] = this.#accruePause(now, slot);
          break;
        case SEEKING:
          this.#accrueSeek(now, slot);
          rows[i + UPDATED_AT] = now;
          break;
        default:
          if (rows[i + STATE] !== IDLE) {
            this.#meters.watched(Math.max(0, Math.min(now, this.leavesAt(slot)) - from));
          }
          rows[i + UPDATED_AT] = now;
      }
    }
  }

  /**
   * Plays what there is until `now`, the end, the next break or a dry buffer, whichever comes first; returns
   * when that was. A dry buffer is a stall from when it ran dry.
   */
  #accruePlay(now: Us, slot: number): Us {
    const c = this.#columns;
    const { rows } = c;
    const i = slot * c.stride;
    const from = rows[i + UPDATED_AT]!;
    const mostUs = this.#steady.playsForUs(slot);
    const untilUs = (now - from) * rows[i + RATE]!;
    if (untilUs <= mostUs + ROUNDING_US / 2 || mostUs === this.wantedUs(slot)) {
      const playUs = Math.max(0, Math.min(untilUs, mostUs));
      this.#steady.play(slot, playUs, Math.min(now - from, this.timeOf(slot, playUs)));
      return now;
    }
    const at = Math.min(now, from + this.timeOf(slot, mostUs));
    const turns = this.breakInUs(slot) === mostUs;
    this.#steady.play(slot, Math.max(0, mostUs), at - from);
    if (turns) this.#beginBreak(slot, at);
    else {
      rows[i + STATE] = STALLED;
      c.stalledAt[i] = at;
    }
    return at;
  }

  #aimAtBreak(slot: number): void {
    const c = this.#columns;
    const { rows } = c;
    const i = slot * c.stride;
    rows[i + BREAK_AT] = this.#breaks.get(slot)?.[c.nextBreak[i]!]?.afterUs ?? NEVER;
  }

  /** A pause begins; a seek waits for the fleet to carry it out; or another speed of a live player ends. */
  #beginBreak(slot: number, at: Us): void {
    const c = this.#columns;
    const { rows } = c;
    const i = slot * c.stride;
    const next = this.#breaks.get(slot)?.[c.nextBreak[i]!];
    if (next === undefined) {
      c.rate[i] = 1;
      c.breakAt[i] = NEVER;
      return;
    }
    c.stalledAt[i] = at;
    if (next.kind === 'seek') {
      rows[i + STATE] = SEEKING;
      c.resumeAt[i] = SEEK_DUE;
    } else {
      rows[i + STATE] = PAUSED;
      c.resumeAt[i] = at + next.lengthUs;
      c.nextBreak[i]! += 1;
      this.#aimAtBreak(slot);
    }
  }

  /** Passes time until the pause is over; returns when it was, or now. */
  #accruePause(now: Us, slot: number): Us {
    const c = this.#columns;
    const { rows } = c;
    const i = slot * c.stride;
    const until = Math.min(now, c.resumeAt[i]!);
    c.pausedUs[i]! += until - rows[i + UPDATED_AT]!;
    if (until === c.resumeAt[i]!) rows[i + STATE] = PLAYING;
    return until;
  }

  /** Counts the stall until `now`, a new one at its first microsecond. */
  #accrueStall(now: Us, slot: number): void {
    const c = this.#columns;
    const { rows } = c;
    const i = slot * c.stride;
    const stalledAt = c.stalledAt[i]!;
    const from = Math.max(stalledAt, rows[i + UPDATED_AT]!);
    const stalledUs = Math.max(0, Math.min(now, this.leavesAt(slot)) - from);
    if (stalledUs === 0) return;
    if (from === stalledAt) {
      rows[i + STALL_COUNT]! += 1;
      this.#meters.stallBegan();
    }
    rows[i + STALL]! += stalledUs;
    this.#meters.stalled(stalledUs);
    this.#meters.watched(stalledUs);
    this.#charge(slot, stalledUs / US_PER_S);
  }

  /** A second of stall costs the QoE the highest rate, or its utility. */
  #charge(slot: number, seconds: number): void {
    const c = this.#columns;
    const i = slot * c.stride;
    this.#meters.valued(0, c.topMbps[i]! * seconds, 0, c.topUtility[i]! * seconds);
  }

  #accrueSeek(now: Us, slot: number): void {
    const c = this.#columns;
    const { rows } = c;
    const i = slot * c.stride;
    const soughtUs = Math.max(0, Math.min(now, this.leavesAt(slot)) - rows[i + UPDATED_AT]!);
    c.seekUs[i]! += soughtUs;
    this.#meters.sought(soughtUs);
    this.#meters.watched(soughtUs);
  }
}
