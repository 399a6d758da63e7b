import { z } from 'zod';
import { quantity } from '../core/quantity.ts';
import type { Bytes, Us } from '../core/units.ts';
import { finishAlone, receivedAlone } from './line.ts';
import type { TraceTable } from './trace.ts';

/** How a connection comes up to the rate of its line; without it, it has it at once. */
export const slowStartParams = z.strictObject({
  initialWindow: quantity('size', {
    doc: 'Bytes a server sends before it hears from the viewer.',
    source: 'cited: RFC 6928, ten segments of 1460 bytes', positive: true,
  }).prefault('14600 B'),
  handshake: z.number().min(0).max(10).meta({
    description: 'Round trips before the first request: TCP and TLS 1.3.', unit: 'round trips',
    source: 'cited: RFC 9293, RFC 8446',
  }).prefault(2),
  idle: quantity('duration', {
    doc: 'A connection idle for longer starts again from the initial window.',
    source: 'cited: RFC 5681 section 4.1 with the least timeout of RFC 6298', min: '0s',
  }).prefault('1s'),
});

export type SlowStart = z.output<typeof slowStartParams>;

/** A line for one viewer from some point of its trace on, as `finishAlone` has it. */
export interface Line {
  readonly table: TraceTable;
  readonly startUs: Us;
  readonly startBits: number;
}

/**
 * When a transfer is over whose sender may have `window` bytes under way, twice as many after each round
 * trip: a round lasts a round trip, or as long as the line takes for its bytes; from the first round that
 * fills the line on, the line alone counts. Loss and other ends of slow start are not modelled.
 */
export function finishRamped(
  { table, startUs, startBits }: Line, from: Us, bytes: Bytes, window: Bytes, rtt: Us,
): Us {
  const round = lastRound(table, startUs, startBits, from, bytes, window, rtt, Infinity);
  return finishAlone(table, startUs, startBits, round.from, round.left);
}

/** The window after such a transfer. */
export function windowAfter(
  { table, startUs, startBits }: Line, from: Us, bytes: Bytes, window: Bytes, rtt: Us,
): Bytes {
  return lastRound(table, startUs, startBits, from, bytes, window, rtt, Infinity).window;
}

/** Bytes of such a transfer that have come by `at`. */
export function receivedRamped(
  { table, startUs, startBits }: Line, from: Us, bytes: Bytes, window: Bytes, rtt: Us, at: Us,
): Bytes {
  const round = lastRound(table, startUs, startBits, from, bytes, window, rtt, at);
  const most = round.fills ? round.left : Math.min(round.left, round.window);
  return bytes - round.left + receivedAlone(table, startUs, round.from, most, at);
}

interface Round {
  readonly from: Us;
  readonly left: Bytes;
  readonly window: Bytes;
  /** The line is full from here on. */
  readonly fills: boolean;
}

/** The round in which the transfer ends or fills the line first, or which is under way at `until`. */
function lastRound(
  table: TraceTable, startUs: Us, startBits: number, from: Us, bytes: Bytes, window: Bytes, rtt: Us,
  until: Us,
): Round {
  let [at, left, may] = [from, bytes, window];
  while (left > may) {
    if (finishAlone(table, startUs, startBits, at, may) >= at + rtt) {
      return { from: at, left, window: may, fills: true };
    }
    if (at + rtt > until) break;
    at += rtt;
    left -= may;
    may *= 2;
  }
  return { from: at, left, window: may, fills: false };
}
