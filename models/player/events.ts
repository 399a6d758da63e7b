import type { BitsPerS, Bytes, Us } from '../core/units.ts';

/** Why requests come to nothing; unavailable: the platform says that it will not serve this for now. */
export const FETCH_FAILURES = [
  'timeout', 'reset', 'notFound', 'forbidden', 'serverError', 'unavailable',
] as const;

/** Whether trying again mends nothing. */
export function isFinal(cause: FetchFailure): boolean {
  return cause === 'notFound' || cause === 'forbidden' || cause === 'unavailable';
}

/** Why a request came to nothing. */
export type FetchFailure = (typeof FETCH_FAILURES)[number];

/** Why playback failed. */
export type PlaybackFailure = FetchFailure | 'licence';

/** Something a viewer does in the middle of a video. */
export type ViewerBreak =
  | {
      readonly kind: 'pause';
      /** Media the viewer has played in the session when it comes. */
      readonly afterUs: Us;
      readonly lengthUs: Us;
    }
  | {
      readonly kind: 'seek';
      readonly afterUs: Us;
      /** How far the playhead goes, forward or, negative, back; it lands at the start of a segment. */
      readonly byUs: Us;
    };

/**
 * Everything that can happen to a viewer's player. `slot` is the row of the fleet; `requestId` is the one
 * the fleet gave with its request: answers to a request it no longer waits for are ignored.
 */
export type PlayerInput =
  | { readonly kind: 'sessionStarted'; readonly slot: number; readonly session: SessionStart }
  | {
      readonly kind: 'manifestArrived';
      readonly slot: number;
      readonly requestId: number;
      /** Moment whose live edge it shows: when it left the origin; now unless given. */
      readonly asOf?: Us;
    }
  | {
      readonly kind: 'segmentArrived';
      readonly slot: number;
      readonly requestId: number;
      readonly bytes: Bytes;
      /** From the request to the first byte of the answer. */
      readonly firstByteUs: Us;
      /** From the first byte to the last. */
      readonly transferUs: Us;
    }
  | {
      readonly kind: 'fetchFailed';
      readonly slot: number;
      readonly requestId: number;
      readonly cause: FetchFailure;
    }
  | {
      /** How a transfer under way stands, told at a wake for which the fleet `wantsProgress`. */
      readonly kind: 'transferProgressed';
      readonly slot: number;
      readonly requestId: number;
      /** Size of the answer; 0 while it is not known. */
      readonly size: Bytes;
      readonly received: Bytes;
      /** From the request to the first byte; meaningless while nothing has been received. */
      readonly firstByteUs: Us;
    }
  | { readonly kind: 'woken'; readonly slot: number };

/** What a viewer wants when they press play. */
export interface SessionStart {
  /** Number of the session in the run. */
  readonly session: number;
  readonly video: number;
  /** Media the viewer will watch before leaving; Infinity to watch to the end. */
  readonly watchUs: Us;
  /** Wait for the first frame that this viewer bears. */
  readonly startupPatienceUs: Us;
  /** Media position to start from, 0 unless given; play begins with the segment that holds it. */
  readonly fromUs?: Us;
  /** Media played a second of time, 1 unless given. */
  readonly rate?: number;
  /** Lines of the screen, which shows no rendition of more; no limit unless given. */
  readonly screenHeight?: number;
  /** Codec the device takes, by its place in the catalogue's list, 0 unless given. */
  readonly codec?: number;
  /** From the manifest to the licence without which nothing is shown, 0 unless given. */
  readonly licenceUs?: Us;
  /** Whether that licence is refused. */
  readonly licenceFails?: boolean;
  /** What the viewer does on the way, in order; none unless given. */
  readonly breaks?: readonly ViewerBreak[];
}

/** What the fleet has to know of a video before it plays it. */
export interface MediaInfo {
  /** Nominal rate of each rendition in a codec, ascending. */
  bitrates(video: number, codec?: number): readonly BitsPerS[];
  /** Lines of each rendition, where they are known. */
  heights?(video: number): readonly number[];
  /** Duration of one segment. */
  segmentUs(video: number): Us;
  /** Number of segments. */
  segmentCount(video: number): number;
  /** Size of a segment, where the player can know it before it asks. */
  segmentBytes?(video: number, segment: number, rendition: number, codec?: number): Bytes;
  /** Videos that are made while they are watched, where there are any. */
  readonly live?: LiveMedia | undefined;
}

/**
 * What the fleet has to know of live videos: one timetable for all. Their segments are counted in units,
 * parts where segments have them.
 */
export interface LiveMedia {
  readonly unitUs: Us;
  /** Duration of a whole segment, and its units: renditions change between segments. */
  readonly segmentUs: Us;
  readonly parts: number;
  /** When media position 0 is filmed. */
  readonly fromUs: Us;
  /** From the last picture of a unit until it can be asked for. */
  readonly delayUs: Us;
  /** How far behind the live edge players want to be, and may be at most. */
  readonly holdBackUs: Us;
  readonly maxLatencyUs: Us;
  /** Distance from the hold-back at which they change their speed; media a second they play then. */
  readonly driftUs: Us;
  readonly slowest: number;
  readonly fastest: number;
  isLive(video: number): boolean;
  /** The live edge: media published by a time, as if it were published picture by picture. */
  edgeUs(at: Us): Us;
  /** Whole units published by a time. */
  publishedBy(at: Us): number;
  /** When a unit can be asked for. */
  publishedAt(unit: number): Us;
}

/** How a session ended. */
export type SessionOutcome = 'finished' | 'left' | 'leftBeforeStart' | 'leftStalled' | 'failed';
