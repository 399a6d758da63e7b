import type { Ladder } from './ladder.ts';

/** What a core sees when it is asked; one object is reused for all questions. */
export interface Situation {
  slot: number;
  ladder: Ladder;
  /** Since the session began. [ms] */
  nowMs: number;
  /** Most media the player may hold. [ms] */
  bufferMaxMs: number;
  /** Media ahead of the playhead. [ms] */
  bufferMs: number;
  /** Throughput believed in, time to first byte taken out. [kbit/s] */
  throughputKbps: number;
  /** Time to first byte believed in. [ms] */
  latencyMs: number;
  /** Segment to be fetched, from 0. */
  segment: number;
  /** Segments left of the video, this one included; Infinity where the host does not know. */
  segmentsLeft: number;
  /** Rung of the segment before; -1 for the first one. */
  lastRung: number;
}

/** A transfer, under way or over; one object is reused for all transfers of a session. */
export interface Transfer {
  segment: number;
  rung: number;
  /** Size of the segment at its rung. [bits] */
  sizeBits: number;
  /** What has come so far. [bits] */
  bits: number;
  /** Since the request, the wait for the first byte included. [ms] */
  ms: number;
  /** From the request to the first byte. [ms] */
  firstByteMs: number;
  /** Rung the transfer was given up for; KEEP when it ran to its end. */
  abandonTo: number;
}

/** Stands for "go on" where a rung to abandon a transfer for could stand. */
export const KEEP = -1;

/**
 * How a rule decides, in ms and kbit/s, with its state in columns by slot. A core knows neither the fleet nor
 * a session: the fleet's rules and the single session of `sabre/` are two skins of the same cores.
 */
export interface Core {
  /** Time the last decision wants to pass before its request is made. [ms] */
  readonly pauseMs: number;
  /** Forgets a slot's last viewer. */
  reset(slot: number): void;
  /** The rung of the next segment; sets `pauseMs`. */
  decide(at: Situation): number;
  /** A request waited this long for room in the buffer. */
  waited(slot: number, ms: number): void;
  /** A transfer is over, whole or abandoned; `at` tells how things stand after it. */
  arrived(at: Situation, transfer: Transfer, replacement: boolean): void;
  /** The lower rung to abandon a transfer under way for, or KEEP; `bufferMs` is what is left by now. */
  abandon(at: Situation, transfer: Transfer, bufferMs: number): number;
  /** Least time until `abandon` may say other than KEEP, whatever comes meanwhile. [ms] */
  calmMs(at: Situation, transfer: Transfer, bufferMs: number): number;
  /** Why the slot's last decision fell as it did, in words with its numbers. */
  explain(slot: number): string;
  /** A copy of the columns, by names that start with `prefix`. */
  save(prefix: string): Record<string, Float64Array>;
  /** Puts saved columns of as many slots back. */
  restore(prefix: string, state: Readonly<Record<string, Float64Array>>): void;
}
