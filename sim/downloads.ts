import { assert } from '../models/core/assert.ts';
import { NEVER, type Bytes, type Us } from '../models/core/units.ts';
import { CODES } from './codes.ts';
import { NO_EVENT } from './kernel/event-list.ts';
import type { EventLoop } from './kernel/event-loop.ts';
import { larger } from './larger.ts';
import { Requests, type RequestsState } from './requests.ts';
import type { ViewerLines } from './viewer-lines.ts';

/** Sends a viewer's request to an edge node. */
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

/** What is kept of each slot's request. */
interface Columns {
  place: Int8Array;
  /** Rendition, or MANIFEST. */
  rendition: Int8Array;
  edge: Int32Array;
  object: Int32Array;
  /** Row in the table of requests at the CDN, or -1. */
  row: Int32Array;
  /** Handle of the event that brings the request to the edge. */
  sending: Int32Array;
  /** Number the fleet gave the request. */
  requestId: Float64Array;
  sentAt: Float64Array;
  /** Round-trip time of the viewer's line when the request was sent. [us] */
  rtt: Float64Array;
  /** When the first byte reaches the viewer; NaN until that is known. [us] */
  firstByteAt: Float64Array;
  /** When the last byte reaches the viewer; NEVER until that is known. [us] */
  arriveAt: Float64Array;
  bytes: Float64Array;
}

/** Copied state of the downloads. */
export interface DownloadsState {
  readonly columns: Columns;
  readonly requests: RequestsState;
}

/**
 * Requests of viewers from their sending to the last byte of the answer, at most one a slot. A request whose
 * viewer gives it up still reaches the edge: it is on its way.
 */
export class Downloads {
  readonly #loop: EventLoop;
  readonly #lines: ViewerLines;
  readonly #sendToEdge: SendToEdge;
  /** Told when something about the slot's request has become known. */
  readonly #onNews: (slot: number) => void;
  /** Requests the CDN has not answered. */
  readonly #requests = new Requests();
  readonly columns: Columns = {
    place: new Int8Array(0), rendition: new Int8Array(0), edge: new Int32Array(0), object: new Int32Array(0),
    row: new Int32Array(0), sending: new Int32Array(0), requestId: new Float64Array(0),
    sentAt: new Float64Array(0), rtt: new Float64Array(0), firstByteAt: new Float64Array(0),
    arriveAt: new Float64Array(0), bytes: new Float64Array(0),
  };

  constructor(
    loop: EventLoop, lines: ViewerLines, sendToEdge: SendToEdge, onNews: (slot: number) => void,
  ) {
    this.#loop = loop;
    this.#lines = lines;
    this.#sendToEdge = sendToEdge;
    this.#onNews = onNews;
    loop.on(CODES.requestAtEdge, (slot, object) => this.#reachEdge(slot, object));
    loop.on(CODES.orphanAtEdge, (edge, object) => sendToEdge(edge, this.#requests.open(-1), object));
    loop.on(CODES.firstByteAtViewer, (request) => this.#firstByte(request));
  }

  /** Makes room for slots up to `slots`. */
  grow(slots: number): void {
    const c = this.columns;
    c.place = larger(c.place, slots);
    c.rendition = larger(c.rendition, slots);
    c.edge = larger(c.edge, slots);
    c.object = larger(c.object, slots);
    c.row = larger(c.row, slots, -1);
    c.sending = larger(c.sending, slots, NO_EVENT);
    c.requestId = larger(c.requestId, slots);
    c.sentAt = larger(c.sentAt, slots);
    c.rtt = larger(c.rtt, slots);
    c.firstByteAt = larger(c.firstByteAt, slots, NaN);
    c.arriveAt = larger(c.arriveAt, slots, NEVER);
    c.bytes = larger(c.bytes, slots);
  }

  /** The slot's viewer asks an edge for an object at `at`, not before now. */
  send(slot: number, requestId: number, object: number, rendition: number, at: Us): void {
    const c = this.columns;
    const rtt = this.#lines.rtt(slot, at);
    c.place[slot] = ON_THE_WAY;
    c.rendition[slot] = rendition;
    c.object[slot] = object;
    c.requestId[slot] = requestId;
    c.sentAt[slot] = at;
    c.rtt[slot] = rtt;
    c.firstByteAt[slot] = NaN;
    c.arriveAt[slot] = NEVER;
    const edgeAt = at + Math.floor(rtt / 2);
    c.sending[slot] = this.#loop.schedule(edgeAt, CODES.requestAtEdge, slot, object);
  }

  /** When the slot's request reaches its edge; NEVER unless it is on its way. */
  edgeAt(slot: number): Us {
    const c = this.columns;
    return c.place[slot] === ON_THE_WAY ? c.sentAt[slot]! + Math.floor(c.rtt[slot]! / 2) : NEVER;
  }

  /** The edge answers: the first byte reaches the viewer after the node's latency and half a round trip. */
  answered(request: number, bytes: Bytes, afterUs: Us): void {
    const slot = this.#requests.slot[request]!;
    if (slot < 0) {
      this.#requests.close(request); // nobody waits for it any more
      return;
    }
    const c = this.columns;
    const at = this.#loop.now + afterUs + Math.ceil(c.rtt[slot]! / 2);
    c.bytes[slot] = bytes;
    if (!this.#lines.isAlone(slot)) {
      this.#loop.schedule(at, CODES.firstByteAtViewer, request, 0);
      return;
    }
    this.#requests.close(request);
    c.row[slot] = -1;
    c.place[slot] = COMING;
    c.firstByteAt[slot] = at;
    c.arriveAt[slot] = this.#lines.finish(slot, at, bytes);
    this.#onNews(slot);
  }

  /** The answer is no longer wanted; nothing happens when there is no request. */
  cancel(slot: number): void {
    const c = this.columns;
    const row = c.row[slot]!;
    switch (c.place[slot]!) {
      case ON_THE_WAY:
        this.#orphan(slot);
        break;
      case AT_CDN:
        this.#requests.slot[row] = -1;
        break;
      case ON_LINK:
        this.#lines.cancel(slot, row);
        this.#requests.close(row);
        break;
      default: // nothing is under way, or only the viewer knows of it
        break;
    }
    this.#clear(slot);
  }

  /** The answer has been taken in. */
  done(slot: number): void {
    this.#clear(slot);
  }

  /** Bytes of the answer that have come by `at`; 0 while the first is not there. */
  received(slot: number, at: Us): Bytes {
    const c = this.columns;
    const from = c.firstByteAt[slot]!;
    if (!(from <= at)) return 0;
    return this.#lines.received(slot, c.row[slot]!, from, c.bytes[slot]!, at);
  }

  /** A copy of the state. */
  save(): DownloadsState {
    return { columns: structuredClone(this.columns), requests: this.#requests.save() };
  }

  /** Puts a saved state back. */
  restore(state: DownloadsState): void {
    Object.assign(this.columns, structuredClone(state.columns));
    this.#requests.restore(state.requests);
  }

  /** A transfer on a shared link is over. */
  transferred(request: number): void {
    const slot = this.#requests.slot[request]!;
    const c = this.columns;
    // Its viewer may have gone in this very microsecond, and the row been given to a request just sent.
    if (slot < 0 || c.row[slot] !== request || c.place[slot] !== ON_LINK) return;
    this.#requests.close(request);
    c.row[slot] = -1;
    c.place[slot] = COMING;
    c.arriveAt[slot] = this.#loop.now;
    this.#onNews(slot);
  }

  #reachEdge(slot: number, object: number): void {
    const c = this.columns;
    assert(c.place[slot] === ON_THE_WAY, 'a request that reaches the edge was on its way', { slot });
    const request = this.#requests.open(slot);
    c.sending[slot] = NO_EVENT;
    c.row[slot] = request;
    c.place[slot] = AT_CDN;
    this.#sendToEdge(c.edge[slot]!, request, object);
    // An edge that holds the object has answered meanwhile; otherwise the viewer's patience counts on.
    if (c.place[slot] === AT_CDN) this.#onNews(slot);
  }

  #firstByte(request: number): void {
    const slot = this.#requests.slot[request]!;
    if (slot < 0) {
      this.#requests.close(request); // the viewer has gone meanwhile
      return;
    }
    const c = this.columns;
    c.place[slot] = ON_LINK;
    c.firstByteAt[slot] = this.#loop.now;
    this.#lines.start(slot, request, c.bytes[slot]!);
  }

  /** The request goes on to the edge without its viewer. */
  #orphan(slot: number): void {
    const c = this.columns;
    this.#loop.cancel(c.sending[slot]!);
    this.#loop.schedule(this.edgeAt(slot), CODES.orphanAtEdge, c.edge[slot]!, c.object[slot]!);
  }

  #clear(slot: number): void {
    const c = this.columns;
    c.place[slot] = NOWHERE;
    c.row[slot] = -1;
    c.sending[slot] = NO_EVENT;
    c.arriveAt[slot] = NEVER;
  }
}
