import { counter, gauge, tally } from '../core/metrics.ts';

/** Sessions for which a viewer pressed play. */
export const sessionsStarted = counter('sessions_started_total', {
  unit: 'sessions', help: 'Sessions for which a viewer pressed play.',
});
/** Viewers who were shown a static page. */
export const turnedAway = counter('sessions_turned_away_total', {
  unit: 'sessions', help: 'Viewers who came and were shown a static page instead of the platform.',
});
/** Sessions that showed a first frame. */
export const playbackStarts = counter('playback_starts_total', {
  unit: 'sessions', help: 'Sessions that showed a first frame.',
});
/** Sessions that failed, by cause. */
export const playbackErrors = counter('playback_errors', {
  labels: ['error_type'], unit: 'sessions', help: 'Sessions that ended in an error, by its type.',
});
/** How sessions ended. */
export const sessionsEnded = counter('sessions_ended_total', {
  labels: ['outcome'], unit: 'sessions', help: 'Sessions by how they ended.',
});
/** Viewers between pressing play and leaving. */
export const sessionsActive = gauge('sessions_active', {
  unit: 'sessions', help: 'Viewers between pressing play and leaving.',
});
/** From pressing play to the first frame, sessions that never started excluded (CTA-2066). */
export const startupSeconds = tally('startup_seconds', {
  unit: 's',
  help: 'From pressing play to the first frame; sessions that never started are excluded (CTA-2066).',
});
/** Stalls after the first frame. */
export const stalls = counter('stalls_total', { unit: 'stalls', help: 'Stalls after the first frame.' });
/** Time spent stalled after the first frame. */
export const stallSeconds = counter('stall_seconds_total', {
  unit: 's', help: 'Time spent stalled after the first frame.',
});
/** Watched time of CTA-2066: start-up, play and stalls. */
export const watchSeconds = counter('watch_seconds_total', {
  unit: 's', help: 'Watched time of CTA-2066: start-up, play and stalls of sessions.',
});
/** Media played. */
export const playedSeconds = counter('played_seconds_total', { unit: 's', help: 'Media time played.' });
/** Nominal bits of the media played. */
export const playedBits = counter('played_bits_total', {
  unit: 'bits', help: 'Nominal bits of the media played: rendition rate times media time.',
});
/** Media fetched at each rendition, by its place in the ladder from the lowest. */
export const qualityLevel = counter('video_quality_level', {
  labels: ['resolution'], unit: 's', help: 'Media time fetched at each rendition of the ladder.',
});
/** Changes of rendition. */
export const switches = counter('quality_switches_total', {
  unit: 'switches', help: 'Changes of rendition.',
});
/** Requests tried again. */
export const fetchRetries = counter('fetch_retries_total', {
  unit: 'requests', help: 'Requests that were tried again after a failure.',
});
/** Bytes of segments that arrived at viewers. */
export const deliveredBytes = counter('delivered_bytes_total', {
  unit: 'bytes', help: 'Bytes of segments that arrived at viewers.',
});
/** Transfers given up under way. */
export const abandonedTransfers = counter('abandoned_transfers_total', {
  unit: 'transfers', help: 'Segments given up under way for a lower rendition.',
});
/** What had come of them. */
export const abandonedBytes = counter('abandoned_bytes_total', {
  unit: 'bytes', help: 'Bytes that had come of transfers that were given up.',
});
/** Sessions that failed before the first frame. */
export const startFailures = counter('start_failures_total', {
  unit: 'sessions', help: 'Sessions that ended in an error before the first frame.',
});
/** Waits for media after a seek. */
export const seekSeconds = counter('seek_seconds_total', {
  unit: 's', help: 'Time from seeks of viewers until play goes on; part of watched time, not of stalls.',
});
/** Segments that arrived at viewers. */
export const segmentsFetched = counter('segments_fetched_total', {
  unit: 'segments', help: 'Segments that arrived at viewers whole.',
});
/** Rates of the segments fetched, the gain of QoE_lin. */
export const qoeLin = counter('qoe_lin_gain_total', {
  unit: 'Mbit/s', help: 'Sum of the nominal rates of segments fetched: what QoE_lin gains.',
});
/** Steps between rates and stalls, the loss of QoE_lin. */
export const qoeLinLoss = counter('qoe_lin_loss_total', {
  unit: 'Mbit/s', help: 'Steps between rates, and stalls at the highest rate a second: what QoE_lin loses.',
});
/** Utilities of the segments fetched, the gain of QoE_log. */
export const qoeLog = counter('qoe_log_gain_total', {
  unit: 'utility', help: 'Sum of the logarithms of rates over the lowest: what QoE_log gains.',
});
/** Steps between utilities and stalls, the loss of QoE_log. */
export const qoeLogLoss = counter('qoe_log_loss_total', {
  unit: 'utility', help: 'Steps between those, and stalls at the highest a second: what QoE_log loses.',
});
/** Live latency, glass to glass. */
export const liveLatencySeconds = tally('live_latency_seconds', {
  unit: 's',
  help: 'From the filming of a picture to its showing in live videos, a sample a segment (or part) that '
    + 'arrives at a viewer who plays.',
});
/** Time that live viewers played, by speed. */
export const livePlaySeconds = counter('live_play_seconds_total', {
  labels: ['speed'], unit: 's',
  help: 'Time in which live videos played, by speed: normal, or fast or slow to be back at the hold-back.',
});
/** Seeks to the live edge. */
export const liveEdgeSeeks = counter('live_edge_seeks_total', {
  unit: 'seeks', help: 'Seeks of players that had fallen too far behind the live edge.',
});
