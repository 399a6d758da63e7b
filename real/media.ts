import type { MediaInfo } from '../models/player/events.ts';
import type { PackagedVideo } from './package-hls.ts';

/** A packaged clip as players know it: every video of a real run is the same clip. */
export function mediaOf(made: PackagedVideo): MediaInfo {
  const bitrates = made.rungs.map((rung) => rung.bitrate);
  const heights = made.rungs.map((rung) => rung.height);
  return {
    bitrates: () => bitrates,
    heights: () => heights,
    segmentUs: () => made.segmentUs,
    segmentCount: () => made.segments,
    segmentBytes: (_video, segment, rendition) => made.sizes[segment]![rendition]!,
  };
}
