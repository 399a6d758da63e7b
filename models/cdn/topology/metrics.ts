import { counter, gauge, tally } from '../../core/metrics.ts';

/** What edges have sent, by region. */
export const edgeSent = counter('edge_sent_bytes_total', {
  labels: ['region'], unit: 'bytes', help: 'Bytes that edges answered viewers with.',
});
/** Requests of viewers, by region and what came of them. */
export const edgeAnswers = counter('edge_requests_total', {
  labels: ['region', 'result'], unit: 'requests',
  help: 'Requests of viewers to edges: hit (from the edge\'s own store), miss, error (or no answer at all).',
});
/** What edges have sent from their own store, by region. */
export const edgeHitSent = counter('edge_hit_bytes_total', {
  labels: ['region'], unit: 'bytes', help: 'Bytes that edges answered viewers with from their own store.',
});
/** What edges have sent, by region and by the kind of link it went over. */
export const edgeLinkSent = counter('edge_link_bytes_total', {
  labels: ['region', 'link'], unit: 'bytes',
  help: 'Bytes that edges answered viewers with: over peering, or over a transit network.',
});
/** Rate at which edges send, by region, over the span since it was read last. */
export const edgeBandwidth = gauge('edge_bandwidth_gbps', {
  labels: ['region'], unit: 'Gbit/s', help: 'Rate at which edges answered viewers since the last sample.',
});
/** CPU time that edge servers have worked, by region. */
export const edgeCpu = counter('edge_cpu_seconds_total', {
  labels: ['region'], unit: 's', help: 'CPU time of whole servers that answering viewers took.',
});
/** Time that edge servers were there, by region. */
export const edgeServerTime = counter('edge_server_seconds_total', {
  labels: ['region'], unit: 's', help: 'Time of edge servers: servers times seconds.',
});
/** Load of edge servers, by region, over the span since it was read last. */
export const edgeCpuPercent = gauge('edge_server_cpu_percent', {
  labels: ['region'], unit: '%', help: 'CPU time over server time at the edge since the last sample.',
});
/** Simulated time for which the CDN was watched. */
export const cdnTime = counter('cdn_seconds_total', {
  unit: 's', help: 'Time for which the CDN was there.',
});
/** Requests at the origin, by what came of them. */
export const originRequests = counter('origin_requests_total', {
  labels: ['result'], unit: 'requests', help: 'Requests at the origin: ok, missing (404), refused (503).',
});
/** Time for which the origin was busy, where it is limited. */
export const originBusy = counter('origin_busy_seconds_total', {
  labels: ['with'], unit: 's',
  help: 'Time for which the origin was sending at its full rate, or taking on requests at its full rate.',
});
/** What the origin has sent. */
export const originSent = counter('origin_sent_bytes_total', {
  unit: 'bytes', help: 'Bytes that the origin answered with.',
});
/** First byte at an edge. */
export const timeToFirstByte = tally('cdn_ttfb_seconds', {
  unit: 's', curve: true,
  help: 'From a viewer\'s request at the edge until the first byte of the answer leaves it.',
});
/** Sessions by the round trip to their edge. */
export const sessionsRouted = counter('sessions_routed_total', {
  labels: ['within100ms'], unit: 'sessions',
  help: 'Sessions sent to an edge, by whether its round trip, access network and way, is within 100 ms.',
});
/** Sessions that were sent elsewhere than to their nearest edge, or moved. */
export const sessionsRerouted = counter('sessions_rerouted_total', {
  unit: 'sessions', help: 'Times a session was moved to another edge because its own was down.',
});
/** Requests that no edge answered. */
export const edgeLost = counter('edge_lost_requests_total', {
  unit: 'requests',
  help: 'Requests of viewers to an edge that was down or failed them, or for which there was none.',
});
/** Requests refused for an expired token. */
export const forbidden = counter('edge_forbidden_total', {
  unit: 'requests', help: 'Requests that an edge refused with 403 because their signed URL had expired.',
});
/** Objects dropped by purges. */
export const purged = counter('content_purged_objects_total', {
  labels: ['tier'], unit: 'objects', help: 'Objects that a purge found in a cache and dropped.',
});
/** Objects asked for by prefetches. */
export const prefetched = counter('content_prefetched_objects_total', {
  labels: ['tier'], unit: 'objects', help: 'Objects that caches were told to fetch before anybody asked.',
});
