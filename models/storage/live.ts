import type { Us } from '../core/units.ts';
import type { LiveParams } from './live-params.ts';

/**
 * The live videos of a catalogue: what is published when, and what their playlists tell players to do. Media
 * is named in units: parts where there are any, else whole segments.
 */
export class LiveVideos {
  /** Duration of a unit, and of the segment it belongs to. [us] */
  readonly unitUs: Us;
  readonly segmentUs: Us;
  /** Units of a segment. */
  readonly parts: number;
  /** Units of a video. */
  readonly units: number;
  /** When the videos go on the air: media position 0 is filmed then. [us] */
  readonly fromUs: Us;
  /** From the last picture of a unit until it can be asked for. [us] */
  readonly delayUs: Us;
  /** How far behind the live edge players want to be, and may be at most. [us] */
  readonly holdBackUs: Us;
  readonly maxLatencyUs: Us;
  /** Distance from the hold-back at which they change their speed; media a second they play then. */
  readonly driftUs: Us;
  readonly slowest: number;
  readonly fastest: number;
  /** Lifetime of a playlist in caches. [us] */
  readonly playlistTtlUs: Us;
  /** Lines of a playlist: its segments, and the parts of the last three. */
  readonly lines: number;
  readonly #videos: number;

  constructor(params: LiveParams, segmentUs: Us) {
    this.segmentUs = segmentUs;
    this.unitUs = params.part ?? segmentUs;
    this.parts = Math.round(segmentUs / this.unitUs);
    this.units = this.parts * Math.max(1, Math.ceil(params.length / segmentUs));
    this.fromUs = params.from;
    this.delayUs = params.encoding + params.packaging;
    this.holdBackUs = holdBackOf(params, segmentUs);
    this.maxLatencyUs = params.maxLatency ?? params.window;
    this.driftUs = params.drift;
    this.slowest = params.playbackRate.min;
    this.fastest = params.playbackRate.max;
    this.playlistTtlUs = params.playlistTtl ?? segmentUs / 2; // RFC 8216bis, appendix B.1
    this.lines = Math.ceil(params.window / segmentUs) + (this.parts > 1 ? LISTED_IN_PARTS * this.parts : 0);
    this.#videos = params.videos === 'all' ? Infinity : params.videos;
  }

  isLive(video: number): boolean {
    return video < this.#videos;
  }

  /** The live edge: media published by `at`, as if it were published picture by picture. [us] */
  edgeUs(at: Us): Us {
    return Math.min(this.units * this.unitUs, Math.max(0, at - this.fromUs - this.delayUs));
  }

  /** Whole units published by `at`. */
  publishedBy(at: Us): number {
    return Math.floor(this.edgeUs(at) / this.unitUs);
  }

  /** When a unit can be asked for. [us] */
  publishedAt(unit: number): Us {
    return this.fromUs + (unit + 1) * this.unitUs + this.delayUs;
  }
}

/** How far behind the live edge players want to be. [us] */
export function holdBackOf(params: LiveParams, segmentUs: Us): Us {
  return params.holdBack ?? HELD_BACK * (params.part ?? segmentUs);
}

/** Segments or parts that a player stays behind the edge: the least that a playlist may say. */
export const HELD_BACK = 3; // RFC 8216bis, section 4.4.3.8
/** Last segments of which a playlist lists the parts. */
const LISTED_IN_PARTS = 3; // RFC 8216bis, section 6.2.2: parts within three target durations of the end
