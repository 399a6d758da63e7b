import { assert } from '../core/assert.ts';
import { US_PER_S, type Bytes, type Us } from '../core/units.ts';
import type { PlayerColumns } from './columns.ts';
import type { MediaInfo } from './events.ts';
import type { PlayerMeters } from './meters.ts';

/** What the slots of a fleet hold of their videos: from the playhead to the end of the last whole segment. */
export class MediaBuffer {
  readonly #columns: PlayerColumns;
  readonly #media: MediaInfo;
  readonly #meters: PlayerMeters;

  constructor(columns: PlayerColumns, media: MediaInfo, meters: PlayerMeters) {
    this.#columns = columns;
    this.#media = media;
    this.#meters = meters;
  }

  /** The manifest tells what there is: the segment to begin with, and what the screen shows at most. */
  open(slot: number): void {
    const c = this.#columns;
    const video = c.video[slot]!;
    const segmentUs = this.#media.segmentUs(video);
    assert(segmentUs >= SHORTEST_SEGMENT_US, 'the ring of segments holds the buffer', { slot, segmentUs });
    this.#clear(slot, this.#segmentAt(slot, c.playheadUs[slot]!));
    const shown = this.#media.heights?.(video).findLastIndex((height) => height <= c.screenHeight[slot]!);
    c.mostRendition[slot] = shown === undefined ? Infinity : Math.max(0, shown);
  }

  /** The segment asked for has come at the rendition asked for. */
  append(slot: number, bytes: Bytes): void {
    const c = this.#columns;
    const segmentUs = this.#media.segmentUs(c.video[slot]!);
    const segment = c.nextSegment[slot]!;
    const rendition = c.pendingRendition[slot]!;
    c.ring[slot * c.ringSize + (segment % c.ringSize)] = rendition;
    c.bufferEndUs[slot]! += segmentUs;
    c.nextSegment[slot] = segment + 1;
    c.segments[slot]! += 1;
    c.bytes[slot]! += bytes;
    if (c.rendition[slot]! >= 0 && c.rendition[slot] !== rendition) {
      c.switches[slot]! += 1;
      this.#meters.switched();
    }
    this.#value(slot, rendition);
    c.rendition[slot] = rendition;
    this.#meters.fetched(rendition, segmentUs, bytes);
  }

  /**
   * Moves the playhead to the start of the segment that holds `positionUs`; true when that is buffered. Else
   * the buffer is empty, and that segment is the next.
   */
  seek(slot: number, positionUs: Us): boolean {
    const c = this.#columns;
    const segment = this.#segmentAt(slot, positionUs);
    const startUs = segment * this.#media.segmentUs(c.video[slot]!);
    if (positionUs < c.playheadUs[slot]! || startUs >= c.bufferEndUs[slot]!) {
      this.#clear(slot, segment);
      return false;
    }
    c.playheadUs[slot] = Math.max(c.playheadUs[slot]!, startUs);
    return true;
  }

  /** What the segment adds to the QoE, by the rates of the first codec: others give the same picture. */
  #value(slot: number, rendition: number): void {
    const c = this.#columns;
    const bitrates = this.#media.bitrates(c.video[slot]!);
    const last = c.rendition[slot]!;
    const rate = bitrates[rendition]! / 1e6;
    const utility = Math.log(bitrates[rendition]! / bitrates[0]!);
    const step = last < 0 ? 0 : Math.abs(rate - bitrates[last]! / 1e6);
    const utilityStep = last < 0 ? 0 : Math.abs(Math.log(bitrates[rendition]! / bitrates[last]!));
    const highest = bitrates[bitrates.length - 1]!;
    c.topMbps[slot] = highest / 1e6;
    c.topUtility[slot] = Math.log(highest / bitrates[0]!);
    c.qoeLin[slot]! += rate - step;
    c.qoeLog[slot]! += utility - utilityStep;
    this.#meters.valued(rate, step, utility, utilityStep);
  }

  #clear(slot: number, segment: number): void {
    const c = this.#columns;
    c.nextSegment[slot] = segment;
    c.playheadUs[slot] = c.bufferEndUs[slot] = segment * this.#media.segmentUs(c.video[slot]!);
  }

  /** Number of the segment that holds a media position, within the video. */
  #segmentAt(slot: number, positionUs: Us): number {
    const video = this.#columns.video[slot]!;
    const last = this.#media.segmentCount(video) - 1;
    return Math.min(last, Math.max(0, Math.floor(positionUs / this.#media.segmentUs(video))));
  }
}

/** The shortest segment a scenario may ask for; the ring of a slot holds a full buffer of them. */
export const SHORTEST_SEGMENT_US = US_PER_S;
