import { z } from 'zod';
import { quantity } from '../core/quantity.ts';
import type { Us } from '../core/units.ts';
import { abrParams } from './abr/registry.ts';

const HLS = 'cited: hls.js 1.7 defaults';

/** Parameters of a fleet of players. */
export const playerParams = z.strictObject({
  abr: abrParams.prefault({ rule: 'hybrid' }),
  bufferMax: quantity('duration', {
    doc: 'Media a player may hold ahead of the playhead; a segment is asked for only when it fits.',
    source: `${HLS} (maxBufferLength 30 s)`, min: '1s',
  }).prefault('30s'),
  startBuffer: quantity('duration', {
    doc: 'Media that must be buffered before the first frame.', source: 'assumed: one 4 s segment', min: '0s',
  }).prefault('4s'),
  resumeBuffer: quantity('duration', {
    doc: 'Media that must be buffered before play goes on after a stall.',
    source: 'assumed: one 4 s segment', min: '0s',
  }).prefault('4s'),
  stallPatience: quantity('duration', {
    doc: 'Length of one stall at which a viewer leaves.', source: 'assumed', positive: true,
  }).prefault('30s'),
  stallAversion: z.number().min(0).max(100)
    .meta({
      description: 'How much less of the video a viewer watches for each second of stall; 0 for not at all. '
        + 'Measured is 5.', unit: 's/s',
      source: 'cited: Krishnan and Sitaraman, IMC 2012 (1 % of stalls: 5 % less played); off: assumed',
    })
    .prefault(0),
  playlists: z.enum(['each', 'one'])
    .meta({
      description: 'each: HLS, a master playlist and one for each rendition, fetched before its first '
        + 'segment; one: a single manifest for all.', unit: 'name', source: 'cited: RFC 8216; hls.js 1.7',
    })
    .prefault('each'),
  abandonment: z.boolean()
    .meta({
      description: 'Whether a rule that judges transfers under way may give one up for a lower rendition.',
      unit: 'flag', source: 'cited: dash.js AbandonRequestsRule, hls.js abandonRulesCheck',
    })
    .prefault(true),
  abandonCheck: quantity('duration', {
    doc: 'Least time between two looks at a transfer under way.',
    source: `${HLS} (abandon rules every 100 ms)`, min: '10ms',
  }).prefault('100ms'),
  cmcd: z.enum(['none', 'header'])
    .meta({
      description: 'Whether players of real runs send Common Media Client Data (version 2) in headers.',
      unit: 'name', source: 'cited: CTA-5004-A',
    })
    .prefault('none'),
  knowsSizes: z.boolean()
    .meta({
      description: 'Whether the manifest tells the size of each segment, as a DASH index or byte ranges do.',
      unit: 'flag', source: 'assumed: HLS with a file a segment',
    })
    .prefault(false),
  retries: z.number().int().min(0).max(100)
    .meta({
      description: 'Further attempts at a request that failed, before playback fails.', unit: 'attempts',
      source: `${HLS} (fragLoadPolicy: 6 error retries)`,
    })
    .prefault(6),
  retryDelay: quantity('duration', {
    doc: 'Wait before the first retry; it grows with each.',
    source: `${HLS} (retryDelayMs 1000)`, min: '0s',
  }).prefault('1s'),
  retryBackoff: z.number().min(1).max(10)
    .meta({
      description: 'Times the wait that the next retry waits; 1: clients do not back off.', unit: '1',
      source: `${HLS} (backoff exponential: doubled)`,
    })
    .prefault(2),
  retryDelayMax: quantity('duration', {
    doc: 'Longest wait before a retry.', source: `${HLS} (maxRetryDelayMs 8000)`, min: '0s',
  }).prefault('8s'),
}).superRefine((player, context) => {
  for (const goal of ['startBuffer', 'resumeBuffer'] as const) {
    if (player[goal] <= player.bufferMax) continue;
    const message = 'expected at most player.bufferMax: play could never start';
    context.addIssue({ code: 'custom', path: [goal], message, input: player[goal] });
  }
});

export type PlayerParams = z.output<typeof playerParams>;

/** How long a request that has failed so many times waits before it is tried again. [us] */
export function retryDelayAfter(params: PlayerParams, attempts: number): Us {
  const { retryDelay, retryDelayMax, retryBackoff } = params;
  return Math.round(Math.min(retryDelayMax, retryDelay * retryBackoff ** (attempts - 1)));
}
