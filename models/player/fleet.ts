import { assert } from '../core/assert.ts';
import type { MetricSet } from '../core/metrics.ts';
import { NEVER, type Bytes, type Us } from '../core/units.ts';
import { KEEP } from './abr/abandoning.ts';
import { numbersOfRule } from './abr/registry.ts';
import {
  createColumns, FETCH_IDLE, FETCH_LOST, FETCH_PENDING, FETCH_RETRY, FOR_PLAYLIST, FOR_SEGMENT, IDLE, LOADING,
  noteTold, openRow, PAUSED, PLACES, PLAYING, restoreRows, saveRows, SEEKING, STALLED, STARTING, warmRows,
  type PlayerColumns, type PlayerFleetState,
} from './columns.ts';
import type { CmcdRequest } from './cmcd.ts';
import { Decisions } from './decisions.ts';
import { deliver } from './deliver.ts';
import {
  FETCH_FAILURES, isFinal, type FetchFailure, type MediaInfo, type PlaybackFailure, type PlayerInput,
  type SessionOutcome, type SessionStart,
} from './events.ts';
import { LiveEdge } from './live-edge.ts';
import { MediaBuffer, shortestUnitUs } from './media-buffer.ts';
import { PlayerMeters } from './meters.ts';
import { retryDelayAfter, type PlayerParams } from './params.ts';
import { PlayClock } from './play-clock.ts';
import { MASTER, type PlayerPorts } from './ports.ts';
import { seekIfDue } from './seeking.ts';
import { figuresOf, PHASES, type PlayerPhase, type SessionFigures } from './session.ts';
import { noTuning, type PlayerTuning } from './tuning.ts';
import { wakeAt } from './wake-at.ts';

const {
  state: STATE, fetch: FETCH, requestId: REQUEST_ID, checkAt: CHECK_AT, updatedAt: UPDATED_AT,
  bufferEndUs: BUFFER_END, nextSegment: NEXT, video: VIDEO, codec: CODEC, pendingRendition: PENDING_RENDITION,
  attempts: ATTEMPTS, abandonedFrom: ABANDONED_FROM, playlists: PLAYLISTS, fetchFor: FETCH_FOR,
  requestedAt: REQUESTED_AT, retryAt: RETRY_AT,
} = PLACES;

/**
 * Viewers' players, one a slot: an HLS session from the press of play through manifest, first segment, steady
 * state, stalls and resumption to its end. SPEC.md numbers what it promises. The host calls one input method
 * at a time and asks `wakeAt(slot)` after each.
 */
export class PlayerFleet {
  readonly slots: number;
  readonly #params: PlayerParams;
  readonly #tuning: PlayerTuning;
  readonly #ports: PlayerPorts;
  readonly #meters: PlayerMeters;
  readonly #columns: PlayerColumns;
  readonly #buffer: MediaBuffer;
  readonly #clock: PlayClock;
  readonly #decisions: Decisions;
  /** undefined where all videos are on demand. */
  readonly #live: LiveEdge | undefined;
  #lastRequestId = 0;

  constructor(
    params: PlayerParams, slots: number, renditions: readonly string[], media: MediaInfo, ports: PlayerPorts,
    metrics: MetricSet,
    tuning = noTuning(),
  ) {
    this.#tuning = tuning;
    assert(slots > 0, 'a fleet needs a slot', { slots });
    this.slots = slots;
    this.#params = params;
    this.#ports = ports;
    this.#meters = new PlayerMeters(metrics, renditions);
    const mostUs = Math.max(params.bufferMax, params.startBuffer, params.resumeBuffer);
    const ring = Math.ceil(mostUs / shortestUnitUs(media)) + 3;
    this.#columns = createColumns(slots, ring, numbersOfRule(params.abr));
    this.#buffer = new MediaBuffer(this.#columns, media, this.#meters);
    this.#clock = new PlayClock(this.#columns, params, media, this.#meters, tuning);
    this.#decisions = new Decisions(params, slots, this.#columns, media, this.#clock, tuning);
    this.#live = this.#decisions.live = media.live && new LiveEdge({
      media: media.live, columns: this.#columns, buffer: this.#buffer, clock: this.#clock, asks: {
        choose: (now, slot) => this.#decisions.choose(now, slot),
        ask: (now, slot, rendition) => this.#ask(now, slot, rendition),
        request: (now, slot) => this.#request(now, slot),
      },
    }, params.playlists === 'one', metrics);
  }

  /** Delivers one input as data: the door for real hosts, recordings and tests. */
  handle(now: Us, input: PlayerInput): void {
    deliver(this, now, input);
  }

  /** A viewer presses play in a free slot. */
  sessionStarted(now: Us, slot: number, start: SessionStart): void {
    const { rows, stride } = this.#columns;
    const i = slot * stride;
    assert(rows[i + STATE] === IDLE, 'a session starts in a free slot', { slot, state: rows[i + STATE] });
    openRow(this.#columns, slot, now, start);
    this.#clock.open(slot, start.breaks);
    this.#decisions.rule.reset(slot);
    this.#live?.opened(slot);
    this.#meters.started();
    this.#request(now, slot);
  }

  /** A manifest has come, as it was at `asOf`: the master playlist (a segment is decided) or another. */
  manifestArrived(now: Us, slot: number, requestId: number, asOf = now): void {
    if (!this.#takeAnswer(slot, requestId) || !this.#settle(now, slot)) return;
    const { rows, stride, licenceUs, licenceAt } = this.#columns;
    const i = slot * stride;
    rows[i + ATTEMPTS] = 0;
    if (rows[i + FETCH_FOR] === FOR_PLAYLIST) {
      if (this.#live?.playlistArrived(now, slot, asOf) === true) return;
      rows[i + PLAYLISTS]! += 2 ** rows[i + PENDING_RENDITION]!;
      rows[i + FETCH_FOR] = FOR_SEGMENT;
      return this.#request(now, slot);
    }
    assert(rows[i + STATE] === LOADING, 'a manifest comes first', { slot, state: rows[i + STATE] });
    this.#buffer.open(slot);
    this.#live?.manifestArrived(now, slot);
    if (licenceUs[i]! > 0) licenceAt[i] = now + licenceUs[i]!;
    rows[i + STATE] = STARTING;
    this.#decide(now, slot);
  }

  /** A segment has come whole: it joins the buffer, play may start or go on, and the next is decided. */
  segmentArrived(
    now: Us, slot: number, requestId: number, bytes: Bytes, firstByteUs: Us, transferUs: Us,
  ): void {
    const { rows, stride } = this.#columns;
    const i = slot * stride;
    const segment = rows[i + NEXT]!;
    if (!this.#takeAnswer(slot, requestId) || !this.#settle(now, slot)) return;
    rows[i + ATTEMPTS] = 0;
    this.#decisions.rule.observe(slot, bytes, firstByteUs, transferUs);
    if (segment === rows[i + NEXT]) this.#buffer.append(slot, bytes); // else a seek has overtaken it
    this.#playWhenReady(now, slot);
    this.#live?.segmentArrived(now, slot);
    this.#decide(now, slot);
  }

  /**
   * A request came to nothing: it is tried again after a growing delay; when no attempt is left, playback
   * fails, but not before what is buffered has been played.
   */
  fetchFailed(now: Us, slot: number, requestId: number, cause: FetchFailure): void {
    if (!this.#takeAnswer(slot, requestId) || !this.#settle(now, slot)) return;
    const { rows, stride } = this.#columns;
    const i = slot * stride;
    const attempts = rows[i + ATTEMPTS]! + 1;
    if (attempts > this.#params.retries || isFinal(cause)) {
      rows[i + FETCH] = FETCH_LOST;
      this.#columns.lostCause[i] = FETCH_FAILURES.indexOf(cause);
      return void this.#failWhenDry(now, slot);
    }
    rows[i + ATTEMPTS] = attempts;
    rows[i + FETCH] = FETCH_RETRY;
    rows[i + RETRY_AT] = now + retryDelayAfter(this.#params, attempts);
  }

  /** The time asked for by `wakeAt` has come (or any later moment: the fleet looks at what is due). */
  woken(now: Us, slot: number): void {
    const { rows, stride } = this.#columns;
    const i = slot * stride;
    if (rows[i + STATE] === IDLE || !this.#settle(now, slot)) return;
    this.#clock.turn(now, slot);
    seekIfDue(this.#columns, this.#clock, this.#buffer, this.#ports, slot);
    if (!this.#failWhenDry(now, slot)) return;
    if (rows[i + STATE] === STARTING) this.#playWhenReady(now, slot);
    const isDue = rows[i + FETCH] === FETCH_RETRY && now >= rows[i + RETRY_AT]!;
    if (isDue && rows[i + ATTEMPTS] === 0) rows[i + FETCH] = FETCH_IDLE; // live: what it waited for is due
    if (!isDue || rows[i + ATTEMPTS] === 0) return this.#decide(now, slot);
    this.#meters.retried();
    this.#request(now, slot);
  }

  /** True when a wake at `now` should bring the progress of the slot's transfer: `transferProgressed`. */
  wantsProgress(now: Us, slot: number): boolean {
    return now >= this.#columns.checkAt[slot * this.#columns.stride]!;
  }

  /**
   * How the slot's transfer stands, told instead of a wake when `wantsProgress`: the rule may give it up for
   * a lower rendition of the same segment, which is asked for at once.
   */
  transferProgressed(
    now: Us, slot: number, requestId: number, size: Bytes, received: Bytes, firstByteUs: Us,
  ): void {
    const { rows, stride } = this.#columns;
    const i = slot * stride;
    if (rows[i + FETCH] !== FETCH_PENDING || rows[i + REQUEST_ID] !== requestId) return;
    this.woken(now, slot);
    // The session may be over, or a seek have overtaken the transfer.
    if (rows[i + FETCH] !== FETCH_PENDING || rows[i + REQUEST_ID] !== requestId) return;
    const rendition = this.#decisions.judge(now, slot, size, received, firstByteUs);
    if (rendition === KEEP) return;
    this.#ports.cancelRequest(slot, requestId);
    this.#meters.abandoned(received);
    this.#columns.abandoned[i]! += 1;
    rows[i + ABANDONED_FROM] = rows[i + PENDING_RENDITION]!;
    this.#columns.abandonedAfterUs[i] = now - rows[i + REQUESTED_AT]!;
    this.#ask(now, slot, rendition);
  }

  /** When this slot wants to be woken; NEVER when only an answer can move it. */
  wakeAt(slot: number): Us {
    return wakeAt(this.#columns, this.#clock, slot);
  }

  /** Brings counters that lag behind up to `now`, decides nothing: before a sample, at the end of the run. */
  settleAll(now: Us): void {
    const { rows, stride } = this.#columns;
    for (let slot = 0; slot < this.slots; slot++) {
      const i = slot * stride;
      if (rows[i + STATE] !== IDLE && rows[i + UPDATED_AT]! < now) this.#clock.accrue(now, slot);
    }
  }

  /** Fetches rows of some slots from memory; the sum has no meaning, but has to be used. */
  warm(slots: Float64Array, count: number): number {
    return warmRows(this.#columns, slots, count);
  }

  /** Figures of the slot's session, current or last. */
  figures(slot: number): SessionFigures {
    return figuresOf(this.#columns, slot);
  }

  /** True while the slot has a viewer. */
  active(slot: number): boolean {
    return this.#columns.state[slot * this.#columns.stride] !== IDLE;
  }

  /** What the slot's player is doing, as of its last input. */
  phase(slot: number): PlayerPhase {
    return PHASES[this.#columns.state[slot * this.#columns.stride]!]!;
  }

  /** Media ahead of the slot's playhead, as of its last input. */
  bufferUs(slot: number): Us {
    return this.#clock.bufferUs(slot);
  }

  /** Why the slot's last segment was asked for at the rendition it was. */
  explain(slot: number): string {
    return this.#decisions.explain(slot);
  }

  /** Common Media Client Data of the request the slot is making or has under way. */
  cmcd(slot: number): CmcdRequest {
    return this.#decisions.cmcd(slot);
  }

  /** The rendition that the slot's segment under way was given up at; -1 when it was asked for once. */
  abandonedFrom(slot: number): number {
    return this.#columns.abandonedFrom[slot * this.#columns.stride]!;
  }

  /** Throughput the slot's rule believes in. [bits/s] */
  estimate(slot: number): number {
    return this.#decisions.rule.estimate(slot);
  }

  /** A copy of the whole state; or the rows themselves, to `lend` to a fleet that takes over from this. */
  save(lend = false): PlayerFleetState {
    const rows = lend ? this.#columns : saveRows(this.#columns);
    const [breaks, rule, live] = [this.#clock.save(), this.#decisions.save(), this.#live?.save()];
    return { rows, breaks, rule, lastRequestId: this.#lastRequestId, ...(live && { live }) };
  }

  /** Puts a saved state of a fleet of the same size back. */
  restore(state: PlayerFleetState): void {
    restoreRows(this.#columns, state.rows);
    this.#clock.restore(state.breaks);
    this.#decisions.rule.restore(state.rule);
    if (state.live !== undefined) this.#live?.restore(state.live);
    this.#lastRequestId = state.lastRequestId;
  }

  /** True, and the wait is over, when the answer is to the request the slot waits for. */
  #takeAnswer(slot: number, requestId: number): boolean {
    const { rows, stride } = this.#columns;
    const i = slot * stride;
    if (rows[i + FETCH] !== FETCH_PENDING || rows[i + REQUEST_ID] !== requestId) return false;
    rows[i + FETCH] = FETCH_IDLE;
    rows[i + CHECK_AT] = NEVER;
    return true;
  }

  /** Brings the slot up to `now`, a seek that came on the way included; false when that ended the session. */
  #settle(now: Us, slot: number): boolean {
    const { rows, stride, licenceFails, licenceAt } = this.#columns;
    const i = slot * stride;
    this.#clock.accrue(now, slot);
    const state = rows[i + STATE]!;
    if (state === PLAYING) {
      if (!this.#clock.hasSeenEnough(slot)) return true;
      return this.#end(now, slot, this.#clock.isAtEnd(slot) ? 'finished' : 'left');
    }
    seekIfDue(this.#columns, this.#clock, this.#buffer, this.#ports, slot);
    if (rows[i + STATE] === PLAYING || state === PAUSED) return true;
    if (now >= this.#clock.leavesAt(slot)) {
      return this.#end(now, slot, state === STALLED || state === SEEKING ? 'leftStalled' : 'leftBeforeStart');
    }
    const refused = licenceFails[i] === 1 && licenceAt[i]! > 0 && now >= licenceAt[i]!;
    if (state === STARTING && refused) return this.#fail(now, slot, 'licence');
    return this.#failWhenDry(now, slot);
  }

  #playWhenReady(now: Us, slot: number): void {
    const { rows, stride, licenceAt, stalledAt, startedAt, startupUs } = this.#columns;
    const i = slot * stride;
    const state = rows[i + STATE]!;
    if (state !== STARTING && state !== STALLED && state !== SEEKING) return;
    if (state === STARTING && now < licenceAt[i]!) return;
    const { startBuffer, resumeBuffer } = this.#params;
    const wishedUs = Math.min(state === STARTING ? startBuffer : resumeBuffer, this.#tuning.mostAheadUs);
    const goalUs = this.#live?.goalUs(slot, wishedUs) ?? wishedUs;
    const complete = rows[i + BUFFER_END]! >= this.#clock.durationUs(slot);
    // A segment that comes at the instant the buffer ran dry is in time, whichever of the two came first.
    const inTime = state === STALLED && stalledAt[i] === now;
    if (!complete && !inTime && this.bufferUs(slot) < goalUs) return;
    if (state === STARTING) {
      startupUs[i] = now - startedAt[i]!;
      this.#meters.firstFrame(startupUs[i]!);
    }
    rows[i + STATE] = PLAYING;
  }

  /** Ends a session that has nothing left to play and nothing to hope for; true while it goes on. */
  #failWhenDry(now: Us, slot: number): boolean {
    const { rows, stride } = this.#columns;
    const i = slot * stride;
    if (rows[i + FETCH] !== FETCH_LOST) return true;
    const state = rows[i + STATE]!;
    if ((state === PLAYING || state === PAUSED) && !this.#clock.isDry(slot)) return true;
    return this.#fail(now, slot, FETCH_FAILURES[this.#columns.lostCause[i]!]!);
  }

  #fail(now: Us, slot: number, cause: PlaybackFailure): false {
    this.#meters.failed(cause, !Number.isNaN(this.#columns.startupUs[slot * this.#columns.stride]!));
    return this.#end(now, slot, 'failed');
  }

  /** Asks for the next segment if one is left, none is under way and the buffer has room for it. */
  #decide(now: Us, slot: number): void {
    const { rows, stride } = this.#columns;
    const i = slot * stride;
    if (rows[i + FETCH] !== FETCH_IDLE || rows[i + STATE] === LOADING) return;
    if (this.#clock.roomInUs(slot) > 0) return;
    rows[i + ABANDONED_FROM] = -1;
    if (this.#live?.isLive(slot) === true) this.#live.decide(now, slot);
    else this.#ask(now, slot, this.#decisions.choose(now, slot));
  }

  /** Asks for the next segment at a rendition, for the rendition's playlist before its first one. */
  #ask(now: Us, slot: number, rendition: number): void {
    const { rows, stride } = this.#columns;
    const i = slot * stride;
    rows[i + PENDING_RENDITION] = rendition;
    const known = this.#params.playlists === 'one' || ((rows[i + PLAYLISTS]! >>> rendition) & 1) === 1;
    rows[i + FETCH_FOR] = known ? FOR_SEGMENT : FOR_PLAYLIST;
    this.#request(now, slot);
  }

  /** Sends the request the slot is about. */
  #request(now: Us, slot: number): void {
    const { rows, stride } = this.#columns;
    const i = slot * stride;
    const requestId = ++this.#lastRequestId;
    const video = rows[i + VIDEO]!;
    const codec = rows[i + CODEC]!;
    const rendition = rows[i + PENDING_RENDITION]!;
    rows[i + REQUEST_ID] = requestId;
    rows[i + FETCH] = FETCH_PENDING;
    rows[i + REQUESTED_AT] = now;
    rows[i + CHECK_AT] = NEVER;
    noteTold(this.#columns, i);
    switch (rows[i + FETCH_FOR]!) {
      case FOR_SEGMENT:
        this.#ports.requestSegment(slot, requestId, video, rows[i + NEXT]!, rendition, codec);
        rows[i + CHECK_AT] = this.#decisions.firstLookAt(now, slot);
        break;
      case FOR_PLAYLIST:
        this.#ports.requestManifest(slot, requestId, video, rendition, codec);
        break;
      default:
        this.#ports.requestManifest(slot, requestId, video, MASTER, codec);
    }
  }

  #end(now: Us, slot: number, outcome: SessionOutcome): false {
    const { rows, stride } = this.#columns;
    const i = slot * stride;
    if (rows[i + FETCH] === FETCH_PENDING) this.#ports.cancelRequest(slot, rows[i + REQUEST_ID]!);
    rows[i + FETCH] = FETCH_IDLE;
    rows[i + CHECK_AT] = NEVER;
    rows[i + STATE] = IDLE;
    rows[i + UPDATED_AT] = now;
    this.#live?.closed(slot);
    this.#meters.ended(outcome);
    this.#ports.sessionEnded(slot, outcome);
    return false;
  }
}

