import { assert } from '../core/assert.ts';
import { US_PER_S, type Bytes, type Us } from '../core/units.ts';
import { PLACES, type PlayerColumns } from './columns.ts';
import type { MediaInfo } from './events.ts';
import { LadderValues } from './ladder-values.ts';
import type { PlayerMeters } from './meters.ts';

const {
  playheadUs: PLAYHEAD, bufferEndUs: BUFFER_END, nextSegment: NEXT, video: VIDEO, segmentUs: SEGMENT,
  segmentCount: SEGMENTS, pendingRendition: PENDING_RENDITION, rendition: RENDITION, segments: FETCHED,
  qoeLin: QOE_LIN, qoeLog: QOE_LOG, mostRendition: MOST_RENDITION, switches: SWITCHES,
} = PLACES;

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
    const { rows } = c;
    const i = slot * c.stride;
    const video = rows[i + VIDEO]!;
    const segmentUs = this.#media.segmentUs(video);
    rows[i + SEGMENT] = segmentUs;
    rows[i + SEGMENTS] = this.#media.segmentCount(video);
    const leastUs = shortestUnitUs(this.#media);
    assert(segmentUs >= leastUs, 'the ring of segments holds the buffer', { slot, segmentUs });
    this.#clear(slot, this.#segmentAt(slot, rows[i + PLAYHEAD]!));
    const shown = this.#media.heights?.(video).findLastIndex((height) => height <= c.screenHeight[i]!);
    rows[i + MOST_RENDITION] = shown === undefined ? Infinity : Math.max(0, shown);
  }

  /** The segment asked for has come at the rendition asked for. */
  append(slot: number, bytes: Bytes): void {
    const c = this.#columns;
    const { rows } = c;
    const i = slot * c.stride;
    const segmentUs = rows[i + SEGMENT]!;
    const segment = rows[i + NEXT]!;
    const rendition = rows[i + PENDING_RENDITION]!;
    c.ring[slot * c.ringStride + ((segment | 0) % c.ringSize)] = rendition;
    rows[i + BUFFER_END]! += segmentUs;
    rows[i + NEXT] = segment + 1;
    rows[i + FETCHED]! += 1;
    if (rows[i + RENDITION]! >= 0 && rows[i + RENDITION] !== rendition) {
      rows[i + SWITCHES]! += 1;
      this.#meters.switched();
    }
    this.#value(slot, rendition);
    rows[i + RENDITION] = rendition;
    this.#meters.fetched(rendition, segmentUs, bytes);
  }

  /**
   * Moves the playhead to the start of the segment that holds `positionUs`; true when that is buffered. Else
   * the buffer is empty, and that segment is the next.
   */
  seek(slot: number, positionUs: Us): boolean {
    const { rows, stride } = this.#columns;
    const i = slot * stride;
    const segment = this.#segmentAt(slot, positionUs);
    const startUs = segment * rows[i + SEGMENT]!;
    if (positionUs < rows[i + PLAYHEAD]! || startUs >= rows[i + BUFFER_END]!) {
      this.#clear(slot, segment);
      return false;
    }
    rows[i + PLAYHEAD] = Math.max(rows[i + PLAYHEAD]!, startUs);
    return true;
  }

  /** What the segment adds to the QoE, by the rates of the first codec: others give the same picture. */
  #value(slot: number, rendition: number): void {
    const c = this.#columns;
    const { rows } = c;
    const i = slot * c.stride;
    const bitrates = this.#media.bitrates(rows[i + VIDEO]!);
    if (this.#values.bitrates !== bitrates) this.#values = new LadderValues(bitrates);
    const values = this.#values;
    const rate = values.rates[rendition]!;
    const utility = values.utilities[rendition]!;
    const step = values.rateStep(rendition, rows[i + RENDITION]!);
    const utilityStep = values.utilityStep(rendition, rows[i + RENDITION]!);
    if (rows[i + RENDITION]! < 0) {
      c.topMbps[i] = values.rates[bitrates.length - 1]!;
      c.topUtility[i] = values.utilities[bitrates.length - 1]!;
    }
    rows[i + QOE_LIN]! += rate - step;
    rows[i + QOE_LOG]! += utility - utilityStep;
    this.#meters.valued(rate, step, utility, utilityStep);
  }

  #clear(slot: number, segment: number): void {
    const { rows, stride } = this.#columns;
    const i = slot * stride;
    rows[i + NEXT] = segment;
    rows[i + PLAYHEAD] = rows[i + BUFFER_END] = segment * rows[i + SEGMENT]!;
  }

  /** Number of the segment that holds a media position, within the video. */
  #segmentAt(slot: number, positionUs: Us): number {
    const { rows, stride } = this.#columns;
    const i = slot * stride;
    return Math.min(rows[i + SEGMENTS]! - 1, Math.max(0, Math.floor(positionUs / rows[i + SEGMENT]!)));
  }
}

/** The shortest media that is asked for at a time; the ring of a slot holds a full buffer of it. */
export function shortestUnitUs({ live }: MediaInfo): Us {
  return Math.min(SHORTEST_SEGMENT_US, live?.unitUs ?? SHORTEST_SEGMENT_US);
}

/** The shortest segment a scenario may ask for. */
const SHORTEST_SEGMENT_US = US_PER_S;
