import { broken } from '../models/core/assert.ts';
import { NEVER, US_PER_S, type Bytes, type Us } from '../models/core/units.ts';
import { lossyRate } from '../models/network/tcp-loss.ts';
import { isFinal, type FetchFailure } from '../models/player/events.ts';
import { LOST_AFTER_US, type CdnVerdicts } from './cdn-port-faults.ts';
import type { ClientRetries } from './client-retries.ts';
import { CODES } from './codes.ts';
import { NO_EVENT } from './kernel/event-list.ts';
import type { EventLoop } from './kernel/event-loop.ts';
import type { LivePlaylists } from './live-playlists.ts';
import {
  COMING as COMING_STILL, FORSAKEN, Requests, STARVED, UNAVAILABLE, WHOLE as COMING_WHOLE,
  type RequestsState,
} from './requests.ts';
import { ROW, type SlotRows } from './slot-rows.ts';
import type { Steering } from './steering.ts';
import type { ViewerLines } from './viewer-lines.ts';

/** Told of what becomes of downloads. */
export interface OnDownload {
  /** Something about the slot's request has become known. */
  readonly followed: (slot: number) => void;
  /** It has come to nothing. */
  readonly failed: (slot: number, requestId: number, cause: FetchFailure) => void;
}

/** What faults do between viewers and edges. */
export type ViewerVerdicts = Pick<CdnVerdicts, 'access' | 'cut' | 'partitioned'>;

/** Sends a viewer's request to an edge. */
export type SendToEdge = (edge: number, request: number, object: number) => void;

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
  readonly #sendToEdge: SendToEdge;
  readonly #steering: Steering;
  readonly #told: OnDownload;
  readonly #verdicts: ViewerVerdicts;
  readonly #retries: ClientRetries;
  readonly #playlists: LivePlaylists | undefined;
  /** Requests the CDN has not answered. */
  readonly #requests = new Requests();

  constructor(
    rows: SlotRows, loop: EventLoop, lines: ViewerLines, steering: Steering, sendToEdge: SendToEdge,
    verdicts: ViewerVerdicts, retries: ClientRetries, playlists: LivePlaylists | undefined, told: OnDownload,
  ) {
    this.#verdicts = verdicts;
    this.#retries = retries;
    this.#playlists = playlists;
    this.#rows = rows;
    this.#loop = loop;
    this.#lines = lines;
    this.#sendToEdge = sendToEdge;
    this.#steering = steering;
    this.#told = told;
    loop.on(CODES.requestAtEdge, (slot, object) => this.#reachEdge(slot, object));
    loop.on(CODES.orphanAtEdge, (edge, object) => {
      if (edge >= 0) sendToEdge(edge, this.#requests.open(-1), object);
    });
    loop.on(CODES.failureAtViewer, (request, status) => this.#fail(request, status));
    loop.on(CODES.firstByteAtViewer, (request) => this.#firstByte(request));
    loop.on(CODES.lastByteAtViewer, (request) => this.#lastByte(request));
  }

  /** The slot's viewer asks an edge for an object at `at`, not before now. */
  send(slot: number, requestId: number, object: number, rendition: number, at: Us): void {
    const c = this.#rows.columns;
    const i = slot * ROW;
    const state = this.#verdicts.access(this.#steering.edgeOf(slot), at);
    const rtt = this.#lines.rtt(slot, at) + c.way[i]! + (state?.latency ?? 0);
    c.pace[i] = lossyRate(rtt, state?.loss ?? 0);
    c.paceUntil[i] = state?.until ?? NEVER;
    c.place[i] = ON_THE_WAY;
    c.rendition[i] = rendition;
    c.object[i] = object;
    c.requestId[i] = requestId;
    c.sentAt[i] = at;
    c.rtt[i] = rtt;
    c.firstByteAt[i] = NaN;
    c.arriveAt[i] = NEVER;
    const edgeAt = at + this.#lines.handshake(slot, rtt) + Math.floor(rtt / 2);
    c.edgeAt[i] = edgeAt;
    c.sending[i] = this.#loop.schedule(edgeAt, CODES.requestAtEdge, slot, object);
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
    const c = this.#rows.columns;
    const i = slot * ROW;
    const at = this.#loop.now + afterUs + Math.ceil(c.rtt[i]! / 2);
    c.bytes[i] = bytes;
    this.#playlists?.shows(slot);
    this.#steering.sent(slot, bytes);
    this.#steering.firstByte(afterUs + this.#loop.now - c.sentAt[i]! - Math.floor(c.rtt[i]! / 2));
    if (!this.#lines.isAlone(slot)) {
      this.#loop.schedule(at, CODES.firstByteAtViewer, request, 0);
      return;
    }
    c.firstByteAt[i] = at;
    c.place[i] = STREAMING;
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
    const at = this.#loop.now + afterUs + Math.ceil(this.#rows.columns.rtt[slot * ROW]! / 2);
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

  /** No object comes: the viewer hears of it after half a round trip. */
  failed(request: number, status: number, afterUs: Us): void {
    const slot = this.#requests.slot[request]!;
    if (slot < 0) {
      this.#requests.close(request); // nobody waits for it any more
      return;
    }
    const at = this.#loop.now + afterUs + Math.ceil(this.#rows.columns.rtt[slot * ROW]! / 2);
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
    const c = this.#rows.columns;
    const i = slot * ROW;
    const row = c.row[i]!;
    switch (c.place[i]!) {
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
    const c = this.#rows.columns;
    const i = slot * ROW;
    const from = c.firstByteAt[i]!;
    if (!(from <= at)) return 0;
    const come = this.#lines.received(slot, c.row[i]!, from, c.bytes[i]!, at);
    if (c.pace[i] === Infinity || at >= c.paceUntil[i]!) return come;
    return Math.min(come, Math.floor((c.pace[i]! * (at - from)) / US_PER_S / 8));
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
    const c = this.#rows.columns;
    const i = slot * ROW;
    // Its viewer may have gone in this very microsecond, and the row been given to a request just sent.
    if (slot < 0 || c.row[i] !== request || c.place[i] !== ON_LINK) return;
    if (this.#requests.coming[request] === COMING_STILL) this.#requests.coming[request] = STARVED;
    else this.#settle(slot, this.#loop.now);
  }

  #fail(request: number, status: number): void {
    const slot = this.#requests.slot[request]!;
    this.#requests.close(request);
    if (slot < 0) return; // the viewer has gone meanwhile
    const c = this.#rows.columns;
    const i = slot * ROW;
    const requestId = c.requestId[i]!;
    const isForbidden = status === 403 && !this.#steering.renewed(this.#loop.now, slot);
    const cause = isForbidden ? 'forbidden' : causeOf(status);
    this.#clear(slot);
    const again = isFinal(cause) ? undefined : this.#retries.again(this.#loop.now, slot);
    if (again !== undefined) {
      this.send(slot, requestId, c.object[i]!, c.rendition[i]!, again);
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
    const c = this.#rows.columns;
    const i = slot * ROW;
    this.#requests.close(c.row[i]!);
    c.row[i] = -1;
    const isAlone = c.place[i] === STREAMING;
    c.place[i] = COMING;
    const at = isAlone
      ? Math.max(least, this.#lines.finish(slot, c.firstByteAt[i]!, c.bytes[i]!)) : least;
    c.arriveAt[i] = c.pace[i]! < Infinity ? Math.max(at, this.#pacedEnd(slot, isAlone)) : at;
    this.#told.followed(slot);
  }

  /** When a connection that loses packets has sent all; once it loses none, the line alone counts. */
  #pacedEnd(slot: number, isAlone: boolean): Us {
    const c = this.#rows.columns;
    const i = slot * ROW;
    const [from, until, bytes] = [c.firstByteAt[i]!, c.paceUntil[i]!, c.bytes[i]!];
    const sent = Math.max(0, (c.pace[i]! * (until - from)) / US_PER_S / 8);
    if (sent >= bytes) return from + Math.ceil((8 * bytes * US_PER_S) / c.pace[i]!);
    const rest = Math.max(from, until);
    return isAlone ? this.#lines.finish(slot, rest, Math.ceil(bytes - sent)) : rest;
  }

  #reachEdge(slot: number, object: number): void {
    const c = this.#rows.columns;
    const i = slot * ROW;
    if (c.place[i] !== ON_THE_WAY) broken('a request that reaches the edge was on its way', { slot });
    const request = this.#requests.open(slot);
    c.edgeAt[i] = NEVER;
    c.sending[i] = NO_EVENT;
    c.row[i] = request;
    c.place[i] = AT_CDN;
    const before = this.#steering.edgeOf(slot);
    const edge = this.#steering.edgeFor(slot);
    if (edge !== before) c.way[i] = this.#steering.way(slot); // of the next request
    if (edge < 0) this.lost(request, 0);
    else if (this.#isCut(slot, edge)) this.lost(request, LOST_AFTER_US);
    else if (this.#steering.refuses(this.#loop.now, slot)) this.failed(request, 403, 0);
    else this.#sendToEdge(edge, request, object);
    // An edge that holds the object has answered meanwhile; otherwise the viewer's patience counts on.
    if (c.row[i] === request) this.#told.followed(slot);
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
    const c = this.#rows.columns;
    const i = slot * ROW;
    c.place[i] = ON_LINK;
    c.firstByteAt[i] = this.#loop.now;
    this.#lines.start(slot, request, c.bytes[i]!);
  }

  /** The request goes on to the edge without its viewer. */
  #orphan(slot: number): void {
    const c = this.#rows.columns;
    const i = slot * ROW;
    this.#loop.cancel(c.sending[i]!);
    this.#loop.schedule(c.edgeAt[i]!, CODES.orphanAtEdge, this.#steering.edgeOf(slot), c.object[i]!);
  }

  #clear(slot: number): void {
    const c = this.#rows.columns;
    const i = slot * ROW;
    c.place[i] = NOWHERE;
    c.row[i] = -1;
    c.sending[i] = NO_EVENT;
    c.arriveAt[i] = NEVER;
    c.edgeAt[i] = NEVER;
  }
}

/** In place of a status: nobody answered, which a gateway calls 502. */
const NO_ANSWER = 502;

/** What a player makes of a status; a 403 that got new URLs is tried again like an error. */
function causeOf(status: number): FetchFailure {
  if (status === 404 || status === 410) return 'notFound';
  if (status === UNAVAILABLE) return 'unavailable';
  return status === 502 || status === 504 ? 'timeout' : 'serverError';
}
