import { z } from 'zod';
import { quantity } from '../core/quantity.ts';

const HLS = 'cited: RFC 8216bis';
const SHAKA = 'cited: Shaka 5.2 (streaming.liveSync)';

/** Videos that are made while they are watched. */
export const liveParams = z.strictObject({
  videos: z.union([z.literal('all'), z.number().int().min(1).max(10_000_000)])
    .meta({
      description: 'How many videos are live, by rank from the most popular one; all: every one.',
      unit: 'videos', source: 'assumed',
    })
    .prefault('all'),
  from: quantity('duration', {
    doc: 'When they go on the air, on the clock of the run.', source: 'assumed', min: '0s',
  }).prefault('0s'),
  length: quantity('duration', {
    doc: 'How long they are on the air; `catalogue.length` is that of the others.', source: 'assumed',
    positive: true,
  }).prefault('3h'),
  part: quantity('duration', {
    doc: 'Duration of a part (CMAF chunk), for low latency: parts are asked for one by one as they are '
      + 'published. Without it, whole segments are.',
    source: `${HLS}, section 4.4.3.7 (EXT-X-PART-INF); ISO/IEC 23000-19`, min: '100ms', max: '10s',
  }).optional(),
  encoding: quantity('duration', {
    doc: 'From the last picture of a segment or part until it is encoded.', source: 'assumed', min: '0s',
  }).prefault('1s'),
  packaging: quantity('duration', {
    doc: 'From there until it can be asked for.', source: 'assumed', min: '0s',
  }).prefault('200ms'),
  window: quantity('duration', {
    doc: 'Media that a playlist lists.', source: `assumed; at least 3 segments: ${HLS}, section 6.2.2`,
    positive: true,
  }).prefault('2min'),
  playlistTtl: quantity('duration', {
    doc: 'Lifetime of a rendition\'s playlist in caches; without it, half a segment.',
    source: `${HLS}, appendix B.1`, positive: true,
  }).optional(),
  holdBack: quantity('duration', {
    doc: 'How far behind the live edge players begin and want to be (HLS HOLD-BACK and PART-HOLD-BACK, '
      + 'hls.js liveSyncDuration, DASH liveDelay less encoding and packaging); without it, 3 segments or '
      + 'parts.',
    source: `${HLS}, section 4.4.3.8; hls.js 1.7 (liveSyncDurationCount 3)`, positive: true,
  }).optional(),
  maxLatency: quantity('duration', {
    doc: 'How far behind the live edge a player may fall; beyond, it seeks to the hold-back (hls.js '
      + 'liveMaxLatencyDuration); without it, the window.',
    source: 'cited: hls.js 1.7 (liveMaxLatencyDurationCount Infinity)', positive: true,
  }).optional(),
  drift: quantity('duration', {
    doc: 'Distance from the hold-back from which a player changes its speed, until it is back there.',
    source: `${SHAKA}: targetLatencyTolerance 0.5`, min: '1ms',
  }).prefault('500ms'),
  playbackRate: z.strictObject({
    min: quantity('ratio', {
      doc: 'Media a second while a player is too near to the edge; 1: it lets it be.',
      source: `${SHAKA}: minPlaybackRate 0.95`, min: '0.5', max: '1',
    }).prefault('0.95'),
    max: quantity('ratio', {
      doc: 'Media a second while a player is too far from the edge; 1: it lets it be.',
      source: `${SHAKA}: maxPlaybackRate 1.1`, min: '1', max: '2',
    }).prefault('1.1'),
  }).prefault({}),
});

export type LiveParams = z.output<typeof liveParams>;
