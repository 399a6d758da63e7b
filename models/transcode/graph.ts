import { US_PER_S, type Us } from '../core/units.ts';
import type { TranscodeParams } from './params.ts';

/** Stages of the work on a video. */
export const STAGES = [
  'probe', 'split', 'encode', 'thumbnails', 'package', 'validate', 'publish', 'prewarm', 'notify', 'clean',
] as const;
/** Name of a stage. */
export type Stage = (typeof STAGES)[number];

/** What a stage does, and which stages of the same video it waits for. */
export const STAGE_GRAPH: Readonly<Record<
  Stage, { readonly after: readonly Stage[]; readonly help: string }>> = {
  probe: { after: [], help: 'reads length, picture and codec of the source' },
  split: { after: ['probe'], help: 'cuts the source into chunks and stores them' },
  encode: { after: ['split'], help: 'each chunk to each rung and codec, on the farm' },
  thumbnails: { after: ['split'], help: 'pictures for lists and for seeking' },
  package: { after: ['encode'], help: 'merges the chunks of a rendition, writes manifests' },
  validate: { after: ['package'], help: 'the output must be as long as the source' },
  publish: { after: ['validate'], help: 'stores at the origin; the rendition can be watched' },
  prewarm: { after: ['publish'], help: 'purges and fills caches' },
  notify: { after: ['prewarm', 'thumbnails'], help: 'tells the creator that the video is ready' },
  clean: { after: ['notify'], help: 'deletes the raw file' },
};

/** Stages that follow each other without a choice: a host is asked for all of them at once. */
export const CHAINS = [
  ['probe', 'split'],
  ['thumbnails'],
  ['package', 'validate', 'publish'],
  ['package', 'validate', 'publish', 'prewarm', 'notify'],
  ['package', 'validate', 'publish', 'prewarm'],
  ['clean'],
] as const satisfies ReadonlyArray<readonly Stage[]>;

/** Chains by what they are for: numbers in `CHAINS`. */
export const PREPARE = 0;
/** Pictures for lists. */
export const THUMBNAILS = 1;
/** The first rendition goes out. */
export const FIRST_OUT = 2;
/** All renditions of the first codec are out. */
export const ALL_OUT = 3;
/** Renditions in a further codec go out. */
export const LATER_OUT = 4;
/** The raw file goes. */
export const CLEAN = 5;

/** Time a stage takes for a video of some length. [us] */
export function stageUs(
  stages: TranscodeParams['stages'], stage: (typeof CHAINS)[number][number], mediaUs: Us,
): Us {
  const { fixed, perMedia } = stages[stage];
  return Math.round(fixed + perMedia * mediaUs);
}

/** Width of a picture of 16:9, even, as codecs want it. */
export function widthOf(height: number): number {
  return 2 * Math.round((height * 16) / 18);
}

/** Rungs of a ladder that a source of some height is encoded to: never upscaled, but always at least one. */
export function rungsFor(heights: readonly number[], sourceHeight: number): number[] {
  const rungs = heights.flatMap((height, rung) => (height <= sourceHeight ? [rung] : []));
  if (rungs.length > 0) return rungs;
  return [heights.indexOf(Math.min(...heights))];
}

/** How a video is cut. */
export interface Cut {
  readonly count: number;
  /** Length of all chunks but the last, and of that one. [us] */
  readonly chunkUs: Us;
  readonly lastUs: Us;
}

/**
 * How a video of some length is cut: chunks as long as asked for, and a last one of what is left. Less than a
 * frame at 24 frames a second is no chunk, but goes with the one before.
 */
export function chunksOf(durationUs: Us, longestUs: Us): Cut {
  const count = Math.max(1, Math.ceil((durationUs - FRAME_US) / longestUs));
  if (count === 1) return { count, chunkUs: durationUs, lastUs: durationUs };
  return { count, chunkUs: longestUs, lastUs: durationUs - (count - 1) * longestUs };
}

const FRAME_US = US_PER_S / 24;

/** Whole pixels in some time of pictures of a height. */
export function pixelsIn(height: number, framesPerS: number, timeUs: Us): number {
  return Math.round(widthOf(height) * height * framesPerS * (timeUs / US_PER_S));
}
