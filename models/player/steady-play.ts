import { US_PER_S, type Us } from '../core/units.ts';
import { FETCH_IDLE, FETCH_RETRY, PLACES, type PlayerColumns } from './columns.ts';
import type { MediaInfo } from './events.ts';
import type { PlayerMeters } from './meters.ts';
import type { PlayerParams } from './params.ts';
import type { PlayerTuning } from './tuning.ts';

const {
  fetch: FETCH, checkAt: CHECK_AT, updatedAt: UPDATED_AT, playheadUs: PLAYHEAD, bufferEndUs: BUFFER_END,
  nextSegment: NEXT, video: VIDEO, codec: CODEC, segmentUs: SEGMENT, segmentCount: SEGMENTS, rate: RATE,
  watchUs: WATCH, playedUs: PLAYED, stallUs: STALL, breakAt: BREAK_AT, playedBits: PLAYED_BITS,
  retryAt: RETRY_AT,
} = PLACES;

/**
 * A player that plays, step by step: nearly all that a fleet does, and so in one piece, on the rows
 * themselves.
 */
export class SteadyPlay {
  readonly #rows: Float64Array;
  readonly #stride: number;
  readonly #ring: Int8Array;
  readonly #ringSize: number;
  readonly #ringStride: number;
  readonly #bufferMaxUs: Us;
  readonly #stallAversion: number;
  readonly #media: MediaInfo;
  readonly #meters: PlayerMeters;
  readonly #tuning: PlayerTuning;

  constructor(
    columns: PlayerColumns, params: PlayerParams, media: MediaInfo, meters: PlayerMeters,
    tuning: PlayerTuning,
  ) {
    this.#tuning = tuning;
    this.#rows = columns.rows;
    this.#stride = columns.stride;
    this.#ring = columns.ring;
    this.#ringSize = columns.ringSize;
    this.#ringStride = columns.ringStride;
    this.#bufferMaxUs = params.bufferMax;
    this.#stallAversion = params.stallAversion;
    this.#media = media;
    this.#meters = meters;
  }

  /** Media that the slot plays until it does something else: its viewer, or a dry buffer. */
  playsForUs(slot: number): Us {
    const rows = this.#rows;
    const i = slot * this.#stride;
    const playheadUs = rows[i + PLAYHEAD]!;
    const playedUs = rows[i + PLAYED]!;
    const wishUs = rows[i + WATCH]! - playedUs - this.#stallAversion * rows[i + STALL]!;
    const wantedUs = Math.min(wishUs, rows[i + SEGMENT]! * rows[i + SEGMENTS]! - playheadUs);
    return Math.min(wantedUs, rows[i + BUFFER_END]! - playheadUs, rows[i + BREAK_AT]! - playedUs);
  }

  /** Media that has to be played before the buffer has room for a segment; 0 or less when it has. */
  overUs(slot: number): Us {
    const rows = this.#rows;
    const i = slot * this.#stride;
    const segmentUs = rows[i + SEGMENT]!;
    const mostUs = Math.max(segmentUs, Math.min(this.#bufferMaxUs, this.#tuning.mostAheadUs));
    return rows[i + BUFFER_END]! - rows[i + PLAYHEAD]! + segmentUs - mostUs;
  }

  /** When the slot, which plays, wants to be woken: at a break or its end, a dry buffer, or one with room. */
  wakeAt(slot: number): Us {
    const rows = this.#rows;
    const i = slot * this.#stride;
    const rate = rows[i + RATE]!;
    let inUs = timeOf(this.playsForUs(slot), rate);
    const fetch = rows[i + FETCH]!;
    if (fetch === FETCH_IDLE && rows[i + NEXT]! < rows[i + SEGMENTS]!) {
      const overUs = this.overUs(slot);
      inUs = overUs <= 0 ? 0 : Math.min(inUs, timeOf(overUs, rate));
    }
    const fetchAt = fetch === FETCH_RETRY ? rows[i + RETRY_AT]! : rows[i + CHECK_AT]!;
    return Math.min(fetchAt, rows[i + UPDATED_AT]! + inUs);
  }

  /** Plays until `now`; false, having done nothing, when the slot does something else before. */
  playUntil(now: Us, slot: number): boolean {
    const rows = this.#rows;
    const i = slot * this.#stride;
    const spanUs = now - rows[i + UPDATED_AT]!;
    const rate = rows[i + RATE]!;
    const untilUs = spanUs * rate;
    const mostUs = this.playsForUs(slot);
    if (!(untilUs <= mostUs + ROUNDING_US / 2)) return false;
    const playUs = Math.max(0, Math.min(untilUs, mostUs));
    this.play(slot, playUs, Math.min(spanUs, timeOf(playUs, rate)));
    rows[i + UPDATED_AT] = now;
    return true;
  }

  /** Plays so much of what is buffered, which takes so long. */
  play(slot: number, playUs: Us, takesUs: Us): void {
    const rows = this.#rows;
    const i = slot * this.#stride;
    const bits = this.#nominalBits(slot, playUs);
    rows[i + PLAYHEAD]! += playUs;
    rows[i + PLAYED]! += playUs;
    rows[i + PLAYED_BITS]! += bits;
    this.#meters.played(playUs, bits, takesUs);
  }

  /** Nominal bits of the next `playUs` of media in the buffer: rate of each segment times its time. */
  #nominalBits(slot: number, playUs: Us): number {
    const rows = this.#rows;
    const i = slot * this.#stride;
    const bitrates = this.#media.bitrates(rows[i + VIDEO]!, rows[i + CODEC]!);
    const segmentUs = rows[i + SEGMENT]!;
    const to = rows[i + PLAYHEAD]! + playUs;
    let at = rows[i + PLAYHEAD]!;
    let bits = 0;
    while (at < to) {
      const segment = Math.floor(at / segmentUs);
      const until = Math.min(to, (segment + 1) * segmentUs);
      const rendition = this.#ring[slot * this.#ringStride + ((segment | 0) % this.#ringSize)]!;
      bits += (bitrates[rendition]! * (until - at)) / US_PER_S;
      at = until;
    }
    return bits;
  }
}

/** Time in which so much media is played at a rate. */
export function timeOf(mediaUs: Us, rate: number): Us {
  const exactUs = rate === 1 ? mediaUs : mediaUs / rate;
  return Math.max(0, Math.ceil(exactUs - ROUNDING_US / 2));
}

/** Media positions of other speeds than 1 are rounded sums: less than this is nothing. */
export const ROUNDING_US = 0.01;
