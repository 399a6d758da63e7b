import { broken } from '../models/core/assert.ts';
import { NEVER, US_PER_S, type Bytes, type Us } from '../models/core/units.ts';
import { lossyRate } from '../models/network/tcp-loss.ts';
import { isFinal } from '../models/player/events.ts';
import { LOST_AFTER_US } from './cdn-port-faults.ts';
import type { ClientRetries } from './client-retries.ts';
import { CODES } from './codes.ts';
import { causeOf, NO_ANSWER, type EdgeDoor, type OnDownload, type ViewerVerdicts } from './download-ports.ts';
import { NO_EVENT } from './kernel/event-list.ts';
import type { EventLoop } from './kernel/event-loop.ts';
import type { LivePlaylists } from './live-playlists.ts';
import {
  COMING as COMING_STILL, FORSAKEN, Requests, STARVED, WHOLE as COMING_WHOLE,
  type RequestsState,
} from './requests.ts';
import { ROW, SLOT_PLACES, type SlotRows } from './slot-rows.ts';
import type { Steering } from './steering.ts';
import type { ViewerLines } from './viewer-lines.ts';

const {
  way: WAY, place: PLACE, rendition: RENDITION, object: OBJECT, row: CDN_ROW, sending: SENDING,
  requestId: REQUEST_ID, sentAt: SENT_AT, edgeAt: EDGE_AT, rtt: RTT, firstByteAt: FIRST_BYTE_AT,
  arriveAt: ARRIVE_AT, bytes: BYTES, pace: PACE, paceUntil: PACE_UNTIL,
} = SLOT_PLACES;

/** Marks a request for a manifest in the column of renditions. */
export const MANIFEST = -1;

/** Where a slot's request is. */
export const NOWHERE = 0;
/** On its way to the edge. */
export const ON_THE_WAY = 1;
/** At the CDN, which has not answered, or whose answer is on its way to a shared link. */
export const AT_CDN = 2;
/** Answered, on a line of the viewer's own: when it will have come is known. */
export const COMING = 3;
/** Crossing a shared link. */
export const ON_LINK = 4;
/** Answered, on a line of the viewer's own, but the edge has not all of it yet. */
export const STREAMING = 5;

/**
 * Requests of viewers from their sending to the last byte of the answer, at most one a slot. A request whose
 * viewer gives it up still reaches the edge: it is on its way.
 */
export class Downloads {
  readonly #rows: SlotRows;
  readonly #loop: EventLoop;
  readonly #lines: ViewerLines;
  readonly #edges: EdgeDoor;
  readonly #steering: Steering;
  readonly #told: OnDownload;
  readonly #verdicts: ViewerVerdicts;
  readonly #retries: ClientRetries;
  readonly #playlists: LivePlaylists | undefined;
  /** Requests the CDN has not answered. */
  readonly #requests = new Requests();

  constructor(
    rows: SlotRows, loop: EventLoop, lines: ViewerLines, steering: Steering, edges: EdgeDoor,
    verdicts: ViewerVerdicts, retries: ClientRetries, playlists: LivePlaylists | undefined, told: OnDownload,
  ) {
    this.#verdicts = verdicts;
    this.#retries = retries;
    this.#playlists = playlists;
    this.#rows = rows;
    this.#loop = loop;
    this.#lines = lines;
    this.#edges = edges;
    this.#steering = steering;
    this.#told = told;
    // Events carry doubles: a slot is made an integer here, or V8 looks at each use of it what it is.
    loop.on(CODES.requestAtEdge, (slot, object) => this.#reachEdge(slot | 0, object | 0));
    loop.on(CODES.orphanAtEdge, (edge, object) => {
      if (edge >= 0) edges.requested(edge, this.#requests.open(-1), object);
    });
    loop.on(CODES.failureAtViewer, (request, status) => this.#fail(request, status));
    loop.on(CODES.firstByteAtViewer, (request) => this.#firstByte(request));
    loop.on(CODES.lastByteAtViewer, (request) => this.#lastByte(request));
  }

  /** The slot's viewer asks an edge for an object at `at`, not before now. */
  send(slot: number, requestId: number, object: number, rendition: number, at: Us): void {
    const { numbers } = this.#rows;
    const i = slot * ROW;
    const state = this.#verdicts.access(this.#steering.edgeOf(slot), at);
    const rtt = this.#lines.rtt(slot, at) + numbers[i + WAY]! + (state?.latency ?? 0);
    numbers[i + PACE] = lossyRate(rtt, state?.loss ?? 0);
    numbers[i + PACE_UNTIL] = state?.until ?? NEVER;
    numbers[i + PLACE] = ON_THE_WAY;
    numbers[i + RENDITION] = rendition;
    numbers[i + OBJECT] = object;
    numbers[i + REQUEST_ID] = requestId;
    numbers[i + SENT_AT] = at;
    numbers[i + RTT] = rtt;
    numbers[i + FIRST_BYTE_AT] = NaN;
    numbers[i + ARRIVE_AT] = NEVER;
    const edgeAt = at + this.#lines.handshake(slot, rtt) + Math.floor(rtt / 2);
    numbers[i + EDGE_AT] = edgeAt;
    numbers[i + SENDING] = NO_EVENT;
    if (!this.#edges.ahead) this.despatch(slot);
  }

  /** Has the slot's request, if it is on its way, reach its edge when its time has come. */
  despatch(slot: number): void {
    const { numbers } = this.#rows;
    const i = slot * ROW;
    if (numbers[i + PLACE] !== ON_THE_WAY || numbers[i + SENDING] !== NO_EVENT) return;
    numbers[i + SENDING] = this.#loop.schedule(
      numbers[i + EDGE_AT]!, CODES.requestAtEdge, slot, numbers[i + OBJECT]!);
  }

  /**
   * Works the answer to the slot's request out before it has reached its edge, if it does so before `lookAt`
   * and the answer is certain; else it is despatched. The slot has a line of its own, and its player does
   * nothing before.
   */
  reachAhead(slot: number, lookAt: Us): boolean {
    if (!this.#edges.ahead) return false;
    const { numbers } = this.#rows;
    const i = slot * ROW;
    const at = numbers[i + EDGE_AT]!;
    const edge = at < lookAt ? this.#steering.edgeAhead(at, slot) : -1;
    const bytes = edge < 0 ? -1 : this.#edges.sizeAhead(edge, numbers[i + OBJECT]!, at);
    if (bytes < 0) {
      this.despatch(slot);
      return false;
    }
    if (numbers[i + SENDING] !== NO_EVENT) this.#loop.cancel(numbers[i + SENDING]!);
    numbers[i + SENDING] = NO_EVENT;
    numbers[i + EDGE_AT] = NEVER;
    numbers[i + PLACE] = COMING;
    const from = this.#firstByteAt(slot, bytes, at, this.#edges.answeredAhead(edge, bytes, at));
    numbers[i + FIRST_BYTE_AT] = from;
    numbers[i + ARRIVE_AT] = Math.max(from, this.#lines.finish(slot, from, bytes));
    return true;
  }

  /**
   * The edge answers: the first byte reaches the viewer after the node's latency and half a round trip. The
   * others follow at the rate of the viewer's line; unless `whole`, the last one not before `ended`.
   */
  answered(request: number, bytes: Bytes, afterUs: Us, whole: boolean): void {
    this.#requests.coming[request] = whole ? COMING_WHOLE : COMING_STILL;
    const slot = this.#requests.slot[request]!;
    if (slot < 0) {
      this.#requests.close(request); // nobody waits for it any more
      return;
    }
    const { numbers } = this.#rows;
    const i = slot * ROW;
    const at = this.#firstByteAt(slot, bytes, this.#loop.now, afterUs);
    this.#playlists?.shows(slot);
    if (!this.#lines.isAlone(slot)) {
      this.#loop.schedule(at, CODES.firstByteAtViewer, request, 0);
      return;
    }
    numbers[i + FIRST_BYTE_AT] = at;
    numbers[i + PLACE] = STREAMING;
    if (whole) this.#settle(slot, at);
  }

  /** The last byte of an answer that came as it left has come to the edge, and leaves it `afterUs` later. */
  ended(request: number, afterUs: Us): void {
    const { slot: slots, coming } = this.#requests;
    const slot = slots[request]!;
    if (slot < 0) {
      const isForsaken = coming[request] === FORSAKEN;
      coming[request] = COMING_WHOLE;
      if (isForsaken) this.#requests.close(request); // else the first byte, still under way, does
      return;
    }
    const at = this.#loop.now + afterUs + Math.ceil(this.#rows.numbers[slot * ROW + RTT]! / 2);
    if (!this.#lines.isAlone(slot)) this.#loop.schedule(at, CODES.lastByteAtViewer, request, 0);
    else {
      coming[request] = COMING_WHOLE;
      this.#settle(slot, at);
    }
  }

  /** When the playlist that the slot was given last left the origin; undefined where it does not grow. */
  asOf(slot: number): Us | undefined {
    return this.#playlists?.asOf(slot);
  }

  /** The edge answers at `now`, its first byte leaves `afterUs` later: when the viewer has it. [us] */
  #firstByteAt(slot: number, bytes: Bytes, now: Us, afterUs: Us): Us {
    const { numbers } = this.#rows;
    const i = slot * ROW;
    const rtt = numbers[i + RTT]!;
    numbers[i + BYTES] = bytes;
    this.#steering.sent(slot, bytes);
    this.#steering.firstByte(afterUs + now - numbers[i + SENT_AT]! - Math.floor(rtt / 2));
    return now + afterUs + Math.ceil(rtt / 2);
  }

  /** No object comes: the viewer hears of it after half a round trip. */
  failed(request: number, status: number, afterUs: Us): void {
    const slot = this.#requests.slot[request]!;
    if (slot < 0) {
      this.#requests.close(request); // nobody waits for it any more
      return;
    }
    const at = this.#loop.now + afterUs + Math.ceil(this.#rows.numbers[slot * ROW + RTT]! / 2);
    this.#loop.schedule(at, CODES.failureAtViewer, request, status);
  }

  /** The edge does not answer at all, which is noticed `afterUs` from now. */
  lost(request: number, afterUs: Us): void {
    this.#steering.lost();
    this.failed(request, NO_ANSWER, afterUs);
  }

  /** The answer is no longer wanted; nothing happens when there is no request. */
  cancel(slot: number): void {
    this.#retries.settled(slot);
    const { numbers } = this.#rows;
    const i = slot * ROW;
    const row = numbers[i + CDN_ROW]!;
    switch (numbers[i + PLACE]!) {
      case ON_THE_WAY:
        this.#orphan(slot);
        break;
      case AT_CDN:
        this.#requests.slot[row] = -1;
        break;
      case ON_LINK:
        if (this.#requests.coming[row] !== STARVED) this.#lines.cancel(slot, row);
        this.#requests.close(row);
        break;
      case STREAMING:
        this.#requests.close(row);
        break;
      default: // nothing is under way, or only the viewer knows of it
        break;
    }
    this.#clear(slot);
  }

  /** The answer has been taken in. */
  done(slot: number): void {
    this.#retries.settled(slot);
    this.#clear(slot);
  }

  /** Bytes of the answer that have come by `at`; 0 while the first is not there. */
  received(slot: number, at: Us): Bytes {
    const { numbers } = this.#rows;
    const i = slot * ROW;
    const from = numbers[i + FIRST_BYTE_AT]!;
    if (!(from <= at)) return 0;
    const come = this.#lines.received(slot, numbers[i + CDN_ROW]!, from, numbers[i + BYTES]!, at);
    if (numbers[i + PACE] === Infinity || at >= numbers[i + PACE_UNTIL]!) return come;
    return Math.min(come, Math.floor((numbers[i + PACE]! * (at - from)) / US_PER_S / 8));
  }

  /** A copy of the table of requests at the CDN; the rows of slots are saved by their owner. */
  save(): RequestsState {
    return this.#requests.save();
  }

  /** Puts a saved table back. */
  restore(state: RequestsState): void {
    this.#requests.restore(state);
  }

  /** A transfer on a shared link is over. */
  transferred(request: number): void {
    const slot = this.#requests.slot[request]!;
    const { numbers } = this.#rows;
    const i = slot * ROW;
    // Its viewer may have gone in this very microsecond, and the row been given to a request just sent.
    if (slot < 0 || numbers[i + CDN_ROW] !== request || numbers[i + PLACE] !== ON_LINK) return;
    if (this.#requests.coming[request] === COMING_STILL) this.#requests.coming[request] = STARVED;
    else this.#settle(slot, this.#loop.now);
  }

  #fail(request: number, status: number): void {
    const slot = this.#requests.slot[request]!;
    this.#requests.close(request);
    if (slot < 0) return; // the viewer has gone meanwhile
    const { numbers } = this.#rows;
    const i = slot * ROW;
    const requestId = numbers[i + REQUEST_ID]!;
    const isForbidden = status === 403 && !this.#steering.renewed(this.#loop.now, slot);
    const cause = isForbidden ? 'forbidden' : causeOf(status);
    this.#clear(slot);
    const again = isFinal(cause) ? undefined : this.#retries.again(this.#loop.now, slot);
    if (again !== undefined) {
      this.send(slot, requestId, numbers[i + OBJECT]!, numbers[i + RENDITION]!, again);
      return this.#told.followed(slot);
    }
    this.#retries.settled(slot);
    this.#told.failed(slot, requestId, cause);
  }

  #lastByte(request: number): void {
    const state = this.#requests.coming[request]!;
    this.#requests.coming[request] = COMING_WHOLE;
    if (state === FORSAKEN) this.#requests.close(request);
    else if (state === STARVED) this.#settle(this.#requests.slot[request]!, this.#loop.now);
  }

  /** All of the answer is at the edge: its last byte reaches the viewer when it can, not before `least`. */
  #settle(slot: number, least: Us): void {
    const { numbers } = this.#rows;
    const i = slot * ROW;
    this.#requests.close(numbers[i + CDN_ROW]!);
    numbers[i + CDN_ROW] = -1;
    const isAlone = numbers[i + PLACE] === STREAMING;
    numbers[i + PLACE] = COMING;
    const at = isAlone
      ? Math.max(least, this.#lines.finish(slot, numbers[i + FIRST_BYTE_AT]!, numbers[i + BYTES]!)) : least;
    numbers[i + ARRIVE_AT] = numbers[i + PACE]! < Infinity ? Math.max(at, this.#pacedEnd(slot, isAlone)) : at;
    this.#told.followed(slot);
  }

  /** When a connection that loses packets has sent all; once it loses none, the line alone counts. */
  #pacedEnd(slot: number, isAlone: boolean): Us {
    const { numbers } = this.#rows;
    const i = slot * ROW;
    const [from, until, bytes] = [numbers[i + FIRST_BYTE_AT]!, numbers[i + PACE_UNTIL]!, numbers[i + BYTES]!];
    const sent = Math.max(0, (numbers[i + PACE]! * (until - from)) / US_PER_S / 8);
    if (sent >= bytes) return from + Math.ceil((8 * bytes * US_PER_S) / numbers[i + PACE]!);
    const rest = Math.max(from, until);
    return isAlone ? this.#lines.finish(slot, rest, Math.ceil(bytes - sent)) : rest;
  }

  #reachEdge(slot: number, object: number): void {
    const { numbers } = this.#rows;
    const i = slot * ROW;
    if (numbers[i + PLACE] !== ON_THE_WAY) broken('a request that reaches the edge was on its way', { slot });
    const request = this.#requests.open(slot);
    numbers[i + EDGE_AT] = NEVER;
    numbers[i + SENDING] = NO_EVENT;
    numbers[i + CDN_ROW] = request;
    numbers[i + PLACE] = AT_CDN;
    const before = this.#steering.edgeOf(slot);
    const edge = this.#steering.edgeFor(slot);
    if (edge !== before) numbers[i + WAY] = this.#steering.way(slot); // of the next request
    if (edge < 0) this.lost(request, 0);
    else if (this.#isCut(slot, edge)) this.lost(request, LOST_AFTER_US);
    else if (this.#steering.refuses(this.#loop.now, slot)) this.failed(request, 403, 0);
    else this.#edges.requested(edge, request, object);
    // An edge that holds the object has answered meanwhile; otherwise the viewer's patience counts on.
    if (numbers[i + CDN_ROW] === request) this.#told.followed(slot);
  }

  #isCut(slot: number, edge: number): boolean {
    return this.#verdicts.partitioned && this.#verdicts.cut(...this.#steering.regionsOf(slot, edge));
  }

  #firstByte(request: number): void {
    const slot = this.#requests.slot[request]!;
    if (slot < 0) {
      this.#requests.close(request); // the viewer has gone meanwhile
      return;
    }
    const { numbers } = this.#rows;
    const i = slot * ROW;
    numbers[i + PLACE] = ON_LINK;
    numbers[i + FIRST_BYTE_AT] = this.#loop.now;
    this.#lines.start(slot, request, numbers[i + BYTES]!);
  }

  /** The request goes on to the edge without its viewer. */
  #orphan(slot: number): void {
    const { numbers } = this.#rows;
    const i = slot * ROW;
    if (numbers[i + SENDING] !== NO_EVENT) this.#loop.cancel(numbers[i + SENDING]!);
    const edge = this.#steering.edgeOf(slot);
    this.#loop.schedule(numbers[i + EDGE_AT]!, CODES.orphanAtEdge, edge, numbers[i + OBJECT]!);
  }

  #clear(slot: number): void {
    const { numbers } = this.#rows;
    const i = slot * ROW;
    numbers[i + PLACE] = NOWHERE;
    numbers[i + CDN_ROW] = -1;
    numbers[i + SENDING] = NO_EVENT;
    numbers[i + ARRIVE_AT] = NEVER;
    numbers[i + EDGE_AT] = NEVER;
  }
}
