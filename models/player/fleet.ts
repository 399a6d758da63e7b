import { assert } from '../core/assert.ts';
import type { MetricSet } from '../core/metrics.ts';
import { NEVER, US_PER_S, type Bytes, type Us } from '../core/units.ts';
import { KEEP } from './abr/abandoning.ts';
import {
  copyColumns, createColumns, openRow, restoreColumns, type PlayerColumns, type PlayerFleetState,
} from './columns.ts';
import {
  FETCH_IDLE, FETCH_PENDING, FETCH_RETRY, IDLE, LOADING, PLAYING, STALLED, STARTING,
} from './columns.ts';
import { Decisions } from './decisions.ts';
import type { FetchFailure, MediaInfo, PlayerInput, SessionOutcome, SessionStart } from './events.ts';
import { PlayerMeters } from './meters.ts';
import type { PlayerParams } from './params.ts';
import { PlayClock } from './play-clock.ts';
import type { PlayerPorts } from './ports.ts';
import type { PlayerPhase, SessionFigures } from './session.ts';

/**
 * Viewers' players, one a slot: an HLS session from the press of play through manifest, first segment, steady
 * state, stalls and resumption to its end. SPEC.md numbers what it promises. The host calls one input method
 * at a time and asks `wakeAt(slot)` after each.
 */
export class PlayerFleet {
  readonly slots: number;
  readonly #params: PlayerParams;
  readonly #media: MediaInfo;
  readonly #ports: PlayerPorts;
  readonly #meters: PlayerMeters;
  readonly #columns: PlayerColumns;
  readonly #clock: PlayClock;
  readonly #decisions: Decisions;
  #lastRequestId = 0;

  constructor(
    params: PlayerParams,
    slots: number,
    renditions: readonly string[],
    media: MediaInfo,
    ports: PlayerPorts,
    metrics: MetricSet,
  ) {
    assert(slots > 0, 'a fleet needs a slot', { slots });
    this.slots = slots;
    this.#params = params;
    this.#media = media;
    this.#ports = ports;
    this.#meters = new PlayerMeters(metrics, renditions);
    const mostUs = Math.max(params.bufferMax, params.startBuffer, params.resumeBuffer);
    this.#columns = createColumns(slots, Math.ceil(mostUs / SHORTEST_SEGMENT_US) + 3);
    this.#clock = new PlayClock(this.#columns, params, media, this.#meters);
    this.#decisions = new Decisions(params, slots, this.#columns, media, this.#clock);
  }

  /** Delivers one input as data: the door for real hosts, recordings and tests. */
  handle(now: Us, input: PlayerInput): void {
    switch (input.kind) {
      case 'sessionStarted':
        return this.sessionStarted(now, input.slot, input.session);
      case 'manifestArrived':
        return this.manifestArrived(now, input.slot, input.requestId);
      case 'segmentArrived':
        return this.segmentArrived(
          now, input.slot, input.requestId, input.bytes, input.firstByteUs, input.transferUs);
      case 'fetchFailed':
        return this.fetchFailed(now, input.slot, input.requestId, input.cause);
      case 'transferProgressed':
        return this.transferProgressed(
          now, input.slot, input.requestId, input.size, input.received, input.firstByteUs);
      case 'woken':
        return this.woken(now, input.slot);
      default:
        input satisfies never;
    }
  }

  /** A viewer presses play in a free slot. */
  sessionStarted(now: Us, slot: number, start: SessionStart): void {
    const c = this.#columns;
    assert(c.state[slot] === IDLE, 'a session starts in a free slot', { slot, state: c.state[slot] });
    openRow(c, slot, now, start);
    this.#decisions.rule.reset(slot);
    this.#meters.started();
    this.#request(now, slot);
  }

  /** The manifest has come; the first segment is asked for. */
  manifestArrived(now: Us, slot: number, requestId: number): void {
    if (!this.#takeAnswer(slot, requestId) || !this.#settle(now, slot)) return;
    const c = this.#columns;
    assert(c.state[slot] === LOADING, 'a manifest comes first', { slot, state: c.state[slot] });
    const segmentUs = this.#media.segmentUs(c.video[slot]!);
    assert(segmentUs >= SHORTEST_SEGMENT_US, 'the ring of segments holds the buffer', { slot, segmentUs });
    c.attempts[slot] = 0;
    c.state[slot] = STARTING;
    this.#decide(now, slot);
  }

  /** A segment has come whole: it joins the buffer, play may start or go on, and the next is decided. */
  segmentArrived(
    now: Us, slot: number, requestId: number, bytes: Bytes, firstByteUs: Us, transferUs: Us,
  ): void {
    if (!this.#takeAnswer(slot, requestId) || !this.#settle(now, slot)) return;
    const c = this.#columns;
    const segmentUs = this.#media.segmentUs(c.video[slot]!);
    const rendition = c.pendingRendition[slot]!;
    const segment = c.nextSegment[slot]!;
    c.ring[slot * c.ringSize + (segment % c.ringSize)] = rendition;
    c.bufferEndUs[slot]! += segmentUs;
    c.nextSegment[slot] = segment + 1;
    c.segments[slot]! += 1;
    c.bytes[slot]! += bytes;
    if (c.rendition[slot]! >= 0 && c.rendition[slot] !== rendition) {
      c.switches[slot]! += 1;
      this.#meters.switched();
    }
    c.rendition[slot] = rendition;
    c.attempts[slot] = 0;
    this.#meters.fetched(rendition, segmentUs, bytes);
    this.#decisions.rule.observe(slot, bytes, firstByteUs, transferUs);
    this.#playWhenReady(now, slot);
    this.#decide(now, slot);
  }

  /** A request came to nothing: it is tried again after a growing delay, or playback fails. */
  fetchFailed(now: Us, slot: number, requestId: number, cause: FetchFailure): void {
    if (!this.#takeAnswer(slot, requestId) || !this.#settle(now, slot)) return;
    const c = this.#columns;
    const attempts = c.attempts[slot]! + 1;
    if (attempts > this.#params.retries || cause === 'notFound' || cause === 'forbidden') {
      this.#meters.failed(cause);
      this.#end(now, slot, 'failed');
      return;
    }
    c.attempts[slot] = attempts;
    c.fetch[slot] = FETCH_RETRY;
    const { retryDelay, retryDelayMax } = this.#params;
    c.retryAt[slot] = now + Math.min(retryDelayMax, retryDelay * 2 ** (attempts - 1));
  }

  /** The time asked for by `wakeAt` has come (or any later moment: the fleet looks at what is due). */
  woken(now: Us, slot: number): void {
    const c = this.#columns;
    if (c.state[slot] === IDLE || !this.#settle(now, slot)) return;
    this.#noteDry(now, slot);
    if (c.fetch[slot] === FETCH_RETRY && now >= c.retryAt[slot]!) {
      this.#meters.retried();
      this.#request(now, slot);
    } else this.#decide(now, slot);
  }

  /** True when a wake at `now` should bring the progress of the slot's transfer: `transferProgressed`. */
  wantsProgress(now: Us, slot: number): boolean {
    return now >= this.#columns.checkAt[slot]!;
  }

  /**
   * How the slot's transfer stands, told instead of a wake when `wantsProgress`: the rule may give it up for
   * a lower rendition of the same segment, which is asked for at once.
   */
  transferProgressed(
    now: Us, slot: number, requestId: number, size: Bytes, received: Bytes, firstByteUs: Us,
  ): void {
    const c = this.#columns;
    if (c.fetch[slot] !== FETCH_PENDING || c.requestId[slot] !== requestId) return;
    if (!this.#settle(now, slot)) return;
    this.#noteDry(now, slot);
    if (c.state[slot] === LOADING) return;
    const rendition = this.#decisions.judge(now, slot, size, received, firstByteUs);
    if (rendition === KEEP) return;
    this.#ports.cancelRequest(slot, requestId);
    this.#meters.abandoned(received);
    c.abandoned[slot]! += 1;
    c.abandonedFrom[slot] = c.pendingRendition[slot]!;
    c.abandonedAfterUs[slot] = now - c.requestedAt[slot]!;
    c.pendingRendition[slot] = rendition;
    this.#request(now, slot);
  }

  /** When this slot wants to be woken; NEVER when only an answer can move it. */
  wakeAt(slot: number): Us {
    const c = this.#columns;
    const retryAt = c.fetch[slot] === FETCH_RETRY ? c.retryAt[slot]! : NEVER;
    switch (c.state[slot]!) {
      case LOADING:
      case STARTING:
        return Math.min(retryAt, c.checkAt[slot]!, c.startedAt[slot]! + c.patienceUs[slot]!);
      case STALLED:
        // A stall that came to light between inputs leaves a request overdue.
        if (c.fetch[slot] === FETCH_IDLE) return c.updatedAt[slot]!;
        return Math.min(retryAt, c.checkAt[slot]!, c.stalledAt[slot]! + this.#params.stallPatience);
      case PLAYING: {
        const dryOrDoneUs = Math.min(c.bufferEndUs[slot]!, this.#clock.endUs(slot)) - c.playheadUs[slot]!;
        const roomInUs = c.fetch[slot] === FETCH_IDLE ? this.#clock.roomInUs(slot) : NEVER;
        return Math.min(retryAt, c.checkAt[slot]!, c.updatedAt[slot]! + Math.min(dryOrDoneUs, roomInUs));
      }
      default:
        return NEVER;
    }
  }

  /** Brings counters that lag behind up to `now`, decides nothing: before a sample, at the end of the run. */
  settleAll(now: Us): void {
    const c = this.#columns;
    for (let slot = 0; slot < this.slots; slot++) {
      if (c.state[slot] !== IDLE && c.updatedAt[slot]! < now) this.#clock.accrue(now, slot);
    }
  }

  /** Figures of the slot's session, current or last. */
  figures(slot: number): SessionFigures {
    const c = this.#columns;
    return {
      session: c.session[slot]!, video: c.video[slot]!,
      startedAt: c.startedAt[slot]!, startupUs: c.startupUs[slot]!,
      playedUs: c.playheadUs[slot]!, stallCount: c.stallCount[slot]!, stallUs: c.stallUs[slot]!,
      playedBits: c.playedBits[slot]!, switches: c.switches[slot]!, segments: c.segments[slot]!,
      abandoned: c.abandoned[slot]!,
    };
  }

  /** True while the slot has a viewer. */
  active(slot: number): boolean {
    return this.#columns.state[slot] !== IDLE;
  }

  /** What the slot's player is doing, as of its last input. */
  phase(slot: number): PlayerPhase {
    return PHASES[this.#columns.state[slot]!]!;
  }

  /** Media ahead of the slot's playhead, as of its last input. */
  bufferUs(slot: number): Us {
    return this.#clock.bufferUs(slot);
  }

  /** Why the slot's last segment was asked for at the rendition it was. */
  explain(slot: number): string {
    const c = this.#columns;
    const before = c.abandonedFrom[slot]!;
    if (before < 0) return this.#decisions.rule.explain(slot);
    const after = (c.abandonedAfterUs[slot]! / US_PER_S).toFixed(1);
    return `rendition ${c.pendingRendition[slot]!} instead of ${before}, which was given up after ${after} s`;
  }

  /** The rendition that the slot's segment under way was given up at; -1 when it was asked for once. */
  abandonedFrom(slot: number): number {
    return this.#columns.abandonedFrom[slot]!;
  }

  /** Throughput the slot's rule believes in. [bits/s] */
  estimate(slot: number): number {
    return this.#decisions.rule.estimate(slot);
  }

  /** A copy of the whole state. */
  save(): PlayerFleetState {
    const lastRequestId = this.#lastRequestId;
    return { columns: copyColumns(this.#columns), rule: this.#decisions.save(), lastRequestId };
  }

  /** Puts a saved state of a fleet of the same size back. */
  restore(state: PlayerFleetState): void {
    restoreColumns(this.#columns, state.columns);
    this.#decisions.rule.restore(state.rule);
    this.#lastRequestId = state.lastRequestId;
  }

  /** True, and the wait is over, when the answer is to the request the slot waits for. */
  #takeAnswer(slot: number, requestId: number): boolean {
    const c = this.#columns;
    if (c.fetch[slot] !== FETCH_PENDING || c.requestId[slot] !== requestId) return false;
    c.fetch[slot] = FETCH_IDLE;
    c.checkAt[slot] = NEVER;
    return true;
  }

  /** Brings the slot up to `now`; false when that ended the session. */
  #settle(now: Us, slot: number): boolean {
    this.#clock.accrue(now, slot);
    const c = this.#columns;
    const state = c.state[slot]!;
    if (state === PLAYING && c.playheadUs[slot]! >= this.#clock.endUs(slot)) {
      const watchedAll = this.#clock.endUs(slot) >= this.#clock.durationUs(slot);
      return this.#end(now, slot, watchedAll ? 'finished' : 'left');
    }
    const waiting = state === LOADING || state === STARTING;
    if (waiting && now >= c.startedAt[slot]! + c.patienceUs[slot]!) {
      return this.#end(now, slot, 'leftBeforeStart');
    }
    if (state === STALLED && now >= c.stalledAt[slot]! + this.#params.stallPatience) {
      return this.#end(now, slot, 'leftStalled');
    }
    return true;
  }

  /** A buffer that runs dry at this very instant is a stall of no length so far. */
  #noteDry(now: Us, slot: number): void {
    const c = this.#columns;
    if (c.state[slot] !== PLAYING || this.bufferUs(slot) > 0) return;
    c.state[slot] = STALLED;
    c.stalledAt[slot] = now;
  }

  #playWhenReady(now: Us, slot: number): void {
    const c = this.#columns;
    const state = c.state[slot]!;
    if (state !== STARTING && state !== STALLED) return;
    const goalUs = state === STARTING ? this.#params.startBuffer : this.#params.resumeBuffer;
    const complete = c.bufferEndUs[slot]! >= this.#clock.durationUs(slot);
    // A segment that comes at the instant the buffer ran dry is in time, whichever of the two came first.
    const inTime = state === STALLED && c.stalledAt[slot] === now;
    if (!complete && !inTime && this.bufferUs(slot) < goalUs) return;
    if (state === STARTING) {
      c.startupUs[slot] = now - c.startedAt[slot]!;
      this.#meters.firstFrame(c.startupUs[slot]!);
    }
    c.state[slot] = PLAYING;
  }

  /** Asks for the next segment if one is left, none is under way and the buffer has room for it. */
  #decide(now: Us, slot: number): void {
    const c = this.#columns;
    if (c.fetch[slot] !== FETCH_IDLE || c.state[slot] === LOADING) return;
    if (this.#clock.roomInUs(slot) > 0) return;
    c.pendingRendition[slot] = this.#decisions.choose(now, slot);
    c.abandonedFrom[slot] = -1;
    this.#request(now, slot);
  }

  /** Sends the request the slot is about: the manifest while it loads, then the decided segment. */
  #request(now: Us, slot: number): void {
    const c = this.#columns;
    const requestId = ++this.#lastRequestId;
    c.requestId[slot] = requestId;
    c.fetch[slot] = FETCH_PENDING;
    c.requestedAt[slot] = now;
    if (c.state[slot] === LOADING) this.#ports.requestManifest(slot, requestId, c.video[slot]!);
    else {
      this.#ports.requestSegment(
        slot, requestId, c.video[slot]!, c.nextSegment[slot]!, c.pendingRendition[slot]!);
      c.checkAt[slot] = this.#decisions.firstLookAt(now, slot);
    }
  }

  #end(now: Us, slot: number, outcome: SessionOutcome): false {
    const c = this.#columns;
    if (c.fetch[slot] === FETCH_PENDING) this.#ports.cancelRequest(slot, c.requestId[slot]!);
    c.fetch[slot] = FETCH_IDLE;
    c.checkAt[slot] = NEVER;
    c.state[slot] = IDLE;
    c.updatedAt[slot] = now;
    this.#meters.ended(outcome);
    this.#ports.sessionEnded(slot, outcome);
    return false;
  }
}

/** The shortest segment a scenario may ask for; the ring of a slot holds a full buffer of them. */
const SHORTEST_SEGMENT_US = US_PER_S;

const PHASES: readonly PlayerPhase[] = ['idle', 'loading', 'starting', 'playing', 'stalled'];
