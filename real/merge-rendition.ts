import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { US_PER_S, usToSeconds, type BitsPerS, type Us } from '../models/core/units.ts';
import type { Cut } from '../models/transcode/graph.ts';
import type { Supervisor } from './children.ts';
import { codecString } from './codec-string.ts';
import { probeMedia, runFfmpeg } from './ffmpeg.ts';
import { parseMediaPlaylist } from './hls.ts';

/** Chunks of a rendition, to be made one stream. */
export interface MergeWork {
  /** Where the rendition goes; made when it is not there. */
  readonly folder: string;
  /** Files of its chunks, in order. */
  readonly chunks: readonly string[];
  readonly cut: Cut;
  readonly signal: AbortSignal;
}

/** A rendition as HLS. */
export interface MergedRendition {
  /** Files beside those of the chunks, the playlist first. */
  readonly files: readonly string[];
  /** Length, as probed. [us] */
  readonly durationUs: Us;
  /** What a master playlist says of it. */
  readonly variant: {
    readonly codecs: string; readonly width: number; readonly height: number;
    readonly peak: BitsPerS; readonly mean: BitsPerS;
  };
}

/** Name of the playlist of a rendition. */
export const PLAYLIST = 'playlist.m3u8';

/**
 * Makes HLS of the chunks of a rendition: transport streams are its segments as they are; chunks in MP4 are
 * joined and cut at their own borders into fragments (fMP4), without encoding anything again. Throws
 * FfmpegError when they do not fit together.
 */
export async function mergeRendition(supervisor: Supervisor, work: MergeWork): Promise<MergedRendition> {
  mkdirSync(work.folder, { recursive: true });
  const isTs = work.chunks[0]!.endsWith('.ts');
  if (isTs) writeFileSync(join(work.folder, PLAYLIST), playlistOf(work));
  else await fragment(supervisor, work);
  const text = readFileSync(join(work.folder, PLAYLIST), 'utf8');
  const { segments, targetDurationUs } = parseMediaPlaylist(text);
  const made = segments.map(({ uri, durationUs }) => ({ file: join(work.folder, uri), durationUs }));
  const start = isTs ? made[0]!.file : join(work.folder, INIT);
  const probe = await probeMedia(supervisor, join(work.folder, PLAYLIST), work.signal);
  const rates = made.map(({ file, durationUs }) => (statSync(file).size * 8 * US_PER_S) / durationUs);
  // RFC 8216 has the peak over spans of half a target duration at least.
  const whole = rates.filter((_, i) => made.length === 1 || made[i]!.durationUs >= targetDurationUs / 2);
  const bits = made.reduce((sum, { durationUs }, i) => sum + (rates[i]! * durationUs) / US_PER_S, 0);
  const { width, height } = probe.video;
  return {
    files: [PLAYLIST, ...(isTs ? [] : [INIT, ...made.map(({ file }) => basename(file))])],
    durationUs: probe.durationUs,
    variant: {
      codecs: codecString(readFileSync(start).subarray(0, START_BYTES)), width, height,
      peak: Math.ceil(Math.max(...whole)),
      mean: Math.ceil(bits / made.reduce((sum, { durationUs }) => sum + durationUs / US_PER_S, 0)),
    },
  };
}

async function fragment(supervisor: Supervisor, { folder, chunks, cut, signal }: MergeWork): Promise<void> {
  const list = join(folder, 'list.txt');
  writeFileSync(list, chunks.map((file) => `file '${file}'\n`).join(''));
  // A segment ends at the first key frame after this: that of the next chunk, which is exactly there.
  const length = usToSeconds(cut.chunkUs) - FRAME_SECONDS / 2;
  await runFfmpeg(supervisor, ['-y', '-f', 'concat', '-safe', '0', '-i', list, '-c', 'copy',
    '-f', 'hls', '-hls_time', length.toFixed(3), '-hls_playlist_type', 'vod', '-hls_segment_type', 'fmp4',
    '-hls_flags', 'independent_segments', '-hls_fmp4_init_filename', INIT,
    '-hls_segment_filename', join(folder, 'segment_%03d.m4s'), join(folder, PLAYLIST)], { signal });
}

function playlistOf({ chunks, cut: { chunkUs, lastUs } }: MergeWork): string {
  const entries = chunks.flatMap((file, i) => {
    const seconds = usToSeconds(i === chunks.length - 1 ? lastUs : chunkUs);
    return [`#EXTINF:${seconds.toFixed(6)},`, basename(file)];
  });
  const longest = Math.round(usToSeconds(Math.max(chunkUs, lastUs)));
  return ['#EXTM3U', '#EXT-X-VERSION:3', `#EXT-X-TARGETDURATION:${Math.max(1, longest)}`,
    '#EXT-X-MEDIA-SEQUENCE:0', '#EXT-X-PLAYLIST-TYPE:VOD', ...entries, '#EXT-X-ENDLIST', ''].join('\n');
}

const INIT = 'init.mp4';
const FRAME_SECONDS = 1 / 24;
/** Where the configuration of a codec is at the latest: the first packets, or the movie box. [bytes] */
const START_BYTES = 16_384;
