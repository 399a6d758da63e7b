import { NEVER } from '../models/core/units.ts';
import { NO_EVENT } from './kernel/event-list.ts';

/** What the host keeps of each viewer, with the value of a slot that nobody has used yet. */
const BLANK = {
  /** The slot's line: place of its trace among all traces, or ~number of a shared link. */
  path: 0,
  /** Where in its trace a line of one's own began [us], and the bits the trace carries until there. */
  startUs: 0,
  startBits: 0,
  /** Bytes the server may have under way: as the transfer began, and once it is over. */
  window: 0,
  grown: 0,
  /** When the connection was busy last. [us] */
  busyUntil: 0,
  /** Round trip between the line and the edge. [us] */
  way: 0,
  /** Where the request is (downloads.ts), and what for: its rendition, or MANIFEST. */
  place: 0,
  rendition: 0,
  object: 0,
  /** Row in the table of requests at the CDN, or -1. */
  row: -1,
  /** Handle of the event that brings the request to the edge. */
  sending: NO_EVENT,
  /** Number the fleet gave the request. */
  requestId: 0,
  sentAt: 0,
  /** When the request reaches the edge; NEVER unless it is on its way. [us] */
  edgeAt: NEVER,
  /** Round-trip time of the viewer's line when the request was sent. [us] */
  rtt: 0,
  /** When the first byte reaches the viewer; NaN until that is known. [us] */
  firstByteAt: NaN,
  /** When the last byte reaches the viewer; NEVER until that is known. [us] */
  arriveAt: NEVER,
  bytes: 0,
  /** Rate that packet loss leaves the connection [bits/s], and until when. [us] */
  pace: Infinity,
  paceUntil: NEVER,
  /** Handle of the event at which the viewer is followed further. */
  step: NO_EVENT,
} as const;

type Name = keyof typeof BLANK;

const NAMES = Object.keys(BLANK) as Name[];

/** Numbers of a row: two to three lines of the processor's cache. */
export const ROW = NAMES.length;

/**
 * Where in a row each number stands: at `slot * ROW` and so many further on. Files that are on the way of a
 * segment take them apart into constants of their own: V8 folds those, and loads imported ones.
 */
export const SLOT_PLACES = Object.fromEntries(NAMES.map((name, i) => [name, i])) as
  Readonly<Record<Name, number>>;

/**
 * What the host keeps of each viewer, a row a slot, so that all that is known of a viewer is fetched from
 * memory at once: with very many viewers that is what a segment costs.
 */
export class SlotRows {
  /** All rows; other ones after `grow` and `restore`. */
  numbers: Float64Array = new Float64Array(0);

  get slots(): number {
    return this.numbers.length / ROW;
  }

  /** Makes room for `slots` slots. */
  grow(slots: number): void {
    const blank = NAMES.map((name) => BLANK[name]);
    const numbers = new Float64Array(slots * ROW);
    for (let at = this.numbers.length; at < numbers.length; at += ROW) numbers.set(blank, at);
    numbers.set(this.numbers);
    this.numbers = numbers;
  }

  /** Fetches rows of some slots from memory; the sum has no meaning, but has to be used. */
  warm(slots: Float64Array, count: number): number {
    const { numbers } = this;
    let sum = 0;
    for (let k = 0; k < count; k++) {
      const i = slots[k]! * ROW;
      // Eight numbers lie on a line of memory.
      sum += numbers[i]! + numbers[i + 8]! + numbers[i + 16]! + numbers[i + ROW - 1]!;
    }
    return sum;
  }

  /** The object that a slot asked for last. */
  objectOf(slot: number): number {
    return this.numbers[slot * ROW + SLOT_PLACES.object]!;
  }

  /** A copy of all rows. */
  save(): Float64Array {
    return this.numbers.slice();
  }

  /** Puts saved rows back, however many they are. */
  restore(numbers: Float64Array): void {
    this.numbers = numbers.slice();
  }
}
