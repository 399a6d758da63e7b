import type { SessionLog } from '../core/run-record.ts';
import type { CodecName } from '../storage/codecs.ts';

/**
 * Input of ITU-T P.1203.3 in mode 0, as its reference implementation (itu_p1203) reads it: bitrates, sizes of
 * the picture and stalls, no pictures. Weir does not compute the MOS: the implementation's licence allows
 * research alone.
 */
export interface P1203Input {
  readonly I11: { readonly segments: readonly P1203Audio[]; readonly streamId: number };
  readonly I13: { readonly segments: readonly P1203Video[]; readonly streamId: number };
  /** Stalls as [media position, length], the first one initial loading at 0. [s] */
  readonly I23: { readonly stalling: ReadonlyArray<readonly [number, number]>; readonly streamId: number };
  readonly IGen: {
    readonly device: 'pc' | 'mobile';
    readonly displaySize: string;
    readonly viewingDistance: string;
  };
}

interface P1203Audio {
  /** [kbit/s] */
  readonly bitrate: number;
  readonly codec: 'aaclc';
  /** [s] */
  readonly duration: number;
  readonly start: number;
}

interface P1203Video {
  /** [kbit/s] */
  readonly bitrate: number;
  readonly codec: 'h264';
  readonly duration: number;
  readonly fps: number;
  readonly resolution: string;
  readonly start: number;
}

/** Media of a session as it was played. */
export interface PlayedMedia {
  /** Rate of each segment played, in their order, in which all last as long. [kbit/s] */
  readonly kbps: readonly number[];
  /** Lines of each of them; by the rate where they are not known. */
  readonly heights: readonly (number | undefined)[];
  readonly segmentSeconds: number;
  /** Media played, where the last segments were not seen to their end. */
  readonly playedSeconds?: number;
  readonly startupSeconds: number;
  readonly stalls: ReadonlyArray<{ readonly mediaSeconds: number; readonly seconds: number }>;
}

/** The input for one session on a screen of full HD, as itu_p1203 takes it by default. */
export function p1203Input(media: PlayedMedia): P1203Input {
  const { kbps, heights, segmentSeconds, startupSeconds, stalls } = media;
  const duration = Math.min(media.playedSeconds ?? Infinity, kbps.length * segmentSeconds);
  const rounded = (value: number): number => Math.round(value * 1e3) / 1e3;
  const shown = kbps.slice(0, Math.max(1, Math.ceil(rounded(duration) / segmentSeconds)));
  return {
    I11: {
      segments: [{ bitrate: AUDIO_KBPS, codec: 'aaclc', duration: rounded(duration), start: 0 }],
      streamId: 1,
    },
    I13: {
      segments: shown.map((rate, i) => ({
        bitrate: rounded(rate), codec: 'h264',
        duration: rounded(Math.min(segmentSeconds, duration - i * segmentSeconds)), fps: FPS,
        resolution: resolutionOf(rate, heights[i]), start: rounded(i * segmentSeconds),
      })),
      streamId: 1,
    },
    I23: {
      stalling: [
        [0, rounded(startupSeconds)],
        ...stalls.map(({ mediaSeconds, seconds }) => [rounded(mediaSeconds), rounded(seconds)] as const),
      ],
      streamId: 1,
    },
    IGen: { device: 'pc', displaySize: '1920x1080', viewingDistance: '150cm' },
  };
}

/** Why there is no input for a session: P.1203 knows neither seeks nor other codecs. */
export type NotForP1203 = 'no frame was shown' | 'its viewer seeked' | 'its codec is not H.264'
  | 'its record is of an earlier version';

/** The input for a logged session of a run, or why there is none; `codecs`: those of the catalogue. */
export function loggedP1203(
  { ladder, events, shown }: SessionLog, codecs: readonly CodecName[],
): P1203Input | NotForP1203 {
  if (shown === undefined) return 'its record is of an earlier version';
  const { startupSeconds, playedSeconds, segmentSeconds, heights, stalls } = shown;
  if (startupSeconds === null || playedSeconds < 1e-3) return 'no frame was shown';
  if (shown.seeks > 0) return 'its viewer seeked';
  if (codecs[shown.codec] !== 'h264') return 'its codec is not H.264';
  // By segment, in their order. The last counts: playlists that come in between bear the segment before them.
  const came = new Map(events.flatMap(({ kind, segment, rendition }) =>
    (kind === 'arrived' && segment >= 0 ? [[segment, rendition] as const] : [])));
  const renditions = [...came.values()];
  return p1203Input({
    kbps: renditions.map((rendition) => ladder[rendition]! / 1e3),
    heights: renditions.map((rendition) => heights[rendition]),
    segmentSeconds, playedSeconds, startupSeconds, stalls,
  });
}

/** Width and height of a 16:9 picture of known lines, or of what is usual at a rate. */
function resolutionOf(kbps: number, height: number | undefined): string {
  const lines = height ?? USUAL.find(([upTo]) => kbps <= upTo)![1];
  return `${2 * Math.round((lines * 16) / 9 / 2)}x${lines}`;
}

/** Lines usual up to a rate of H.264 [kbit/s]: Apple, HLS Authoring Specification for Apple Devices, 16:9. */
const USUAL: ReadonlyArray<readonly [number, number]> = [
  [145, 234], [365, 360], [730, 432], [1100, 432], [3000, 540], [4500, 720], [6000, 720], [Infinity, 1080],
];
const AUDIO_KBPS = 128; // assumed: stereo AAC-LC
const FPS = 24; // assumed where nobody tells: the videos shipped are films
