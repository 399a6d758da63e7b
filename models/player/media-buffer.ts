import { assert } from '../core/assert.ts';
import { US_PER_S, type Bytes, type Us } from '../core/units.ts';
import type { PlayerColumns } from './columns.ts';
import type { MediaInfo } from './events.ts';
import { LadderValues } from './ladder-values.ts';
import type { PlayerMeters } from './meters.ts';

/** What the slots of a fleet hold of their videos: from the playhead to the end of the last whole segment. */
export class MediaBuffer {
  readonly #columns: PlayerColumns;
  readonly #media: MediaInfo;
  readonly #meters: PlayerMeters;
  /** Of the ladder asked about last: nearly always that of all videos. */
  #values = new LadderValues([]);

  constructor(columns: PlayerColumns, media: MediaInfo, meters: PlayerMeters) {
    this.#columns = columns;
    this.#media = media;
    this.#meters = meters;
  }

  /** The manifest tells what there is: the segment to begin with, and what the screen shows at most. */
  open(slot: number): void {
    const c = this.#columns;
    const i = slot * c.stride;
    const video = c.video[i]!;
    const segmentUs = this.#media.segmentUs(video);
    c.segmentUs[i] = segmentUs;
    c.segmentCount[i] = this.#media.segmentCount(video);
    const leastUs = shortestUnitUs(this.#media);
    assert(segmentUs >= leastUs, 'the ring of segments holds the buffer', { slot, segmentUs });
    this.#clear(slot, this.#segmentAt(slot, c.playheadUs[i]!));
    const shown = this.#media.heights?.(video).findLastIndex((height) => height <= c.screenHeight[i]!);
    c.mostRendition[i] = shown === undefined ? Infinity : Math.max(0, shown);
  }

  /** The segment asked for has come at the rendition asked for. */
  append(slot: number, bytes: Bytes): void {
    const c = this.#columns;
    const i = slot * c.stride;
    const segmentUs = c.segmentUs[i]!;
    const segment = c.nextSegment[i]!;
    const rendition = c.pendingRendition[i]!;
    c.ring[slot * c.ringStride + ((segment | 0) % c.ringSize)] = rendition;
    c.bufferEndUs[i]! += segmentUs;
    c.nextSegment[i] = segment + 1;
    c.segments[i]! += 1;
    if (c.rendition[i]! >= 0 && c.rendition[i] !== rendition) {
      c.switches[i]! += 1;
      this.#meters.switched();
    }
    this.#value(slot, rendition);
    c.rendition[i] = rendition;
    this.#meters.fetched(rendition, segmentUs, bytes);
  }

  /**
   * Moves the playhead to the start of the segment that holds `positionUs`; true when that is buffered. Else
   * the buffer is empty, and that segment is the next.
   */
  seek(slot: number, positionUs: Us): boolean {
    const c = this.#columns;
    const i = slot * c.stride;
    const segment = this.#segmentAt(slot, positionUs);
    const startUs = segment * c.segmentUs[i]!;
    if (positionUs < c.playheadUs[i]! || startUs >= c.bufferEndUs[i]!) {
      this.#clear(slot, segment);
      return false;
    }
    c.playheadUs[i] = Math.max(c.playheadUs[i]!, startUs);
    return true;
  }

  /** What the segment adds to the QoE, by the rates of the first codec: others give the same picture. */
  #value(slot: number, rendition: number): void {
    const c = this.#columns;
    const i = slot * c.stride;
    const bitrates = this.#media.bitrates(c.video[i]!);
    if (this.#values.bitrates !== bitrates) this.#values = new LadderValues(bitrates);
    const values = this.#values;
    const rate = values.rates[rendition]!;
    const utility = values.utilities[rendition]!;
    const step = values.rateStep(rendition, c.rendition[i]!);
    const utilityStep = values.utilityStep(rendition, c.rendition[i]!);
    if (c.rendition[i]! < 0) {
      c.topMbps[i] = values.rates[bitrates.length - 1]!;
      c.topUtility[i] = values.utilities[bitrates.length - 1]!;
    }
    c.qoeLin[i]! += rate - step;
    c.qoeLog[i]! += utility - utilityStep;
    this.#meters.valued(rate, step, utility, utilityStep);
  }

  #clear(slot: number, segment: number): void {
    const c = this.#columns;
    const i = slot * c.stride;
    c.nextSegment[i] = segment;
    c.playheadUs[i] = c.bufferEndUs[i] = segment * c.segmentUs[i]!;
  }

  /** Number of the segment that holds a media position, within the video. */
  #segmentAt(slot: number, positionUs: Us): number {
    const c = this.#columns;
    const i = slot * c.stride;
    return Math.min(c.segmentCount[i]! - 1, Math.max(0, Math.floor(positionUs / c.segmentUs[i]!)));
  }
}

/** The shortest media that is asked for at a time; the ring of a slot holds a full buffer of it. */
export function shortestUnitUs({ live }: MediaInfo): Us {
  return Math.min(SHORTEST_SEGMENT_US, live?.unitUs ?? SHORTEST_SEGMENT_US);
}

/** The shortest segment a scenario may ask for. */
const SHORTEST_SEGMENT_US = US_PER_S;
