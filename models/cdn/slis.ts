import type { Labels } from '../core/labels.ts';
import type { MetricView } from '../core/metrics.ts';
import { ANY, observed, PERCENT, RATIO, ratio, scaled, type SliDefinition } from '../core/sli.ts';
import {
  cdnTime, edgeCpu, edgeLost, edgeSent, edgeServerTime, sessionsRouted, timeToFirstByte,
} from './topology/metrics.ts';
import { cacheBytes, cacheFetches, cacheFetchSeconds, cacheRequests, OWN_RESULTS } from './metrics.ts';

/** What caches and the object store do, in the order of reports. */
export const CDN_SLIS: readonly SliDefinition[] = [
  {
    name: 'cdn_availability', unit: 'ratio', better: 'higher', range: RATIO,
    help: 'Requests of viewers that an edge answered without an error; one that is down answers none.',
    compute: (view) => {
      const lost = view.total(edgeLost);
      const failures = requests(view, { tier: 'edge', result: 'error' }) + lost;
      const failed = ratio(failures, requests(view, { tier: 'edge' }) + lost);
      return failed === undefined ? undefined : 1 - failed;
    },
  },
  {
    name: 'cache_hit_rate', unit: 'ratio', better: 'higher', range: RATIO,
    help: 'Requests of viewers that did not reach the origin: 1 - origin requests / edge requests.',
    compute: (view) => {
      const share = ratio(originRequests(view), requests(view, { tier: 'edge' }));
      return share === undefined ? undefined : 1 - share;
    },
  },
  {
    name: 'cache_byte_hit_rate', unit: 'ratio', better: 'higher', range: RATIO,
    help: 'Offload: bytes viewers were answered with that did not come from the origin for it.',
    compute: (view) => {
      const share = ratio(originBytes(view), view.total(cacheBytes, { tier: 'edge' }));
      return share === undefined ? undefined : 1 - share;
    },
  },
  {
    name: 'edge_hit_rate', unit: 'ratio', better: 'higher', range: RATIO,
    help: 'Requests at the edge answered from its own cache.',
    compute: (view) => tierHits(view, 'edge'),
  },
  {
    name: 'regional_hit_rate', unit: 'ratio', better: 'higher', range: RATIO,
    help: 'Requests at the regional tier answered from its own cache.',
    compute: (view) => tierHits(view, 'regional'),
  },
  {
    name: 'shield_hit_rate', unit: 'ratio', better: 'higher', range: RATIO,
    help: 'Requests at the shield answered from its own cache.',
    compute: (view) => tierHits(view, 'shield'),
  },
  {
    name: 'edge_byte_hit_rate', unit: 'ratio', better: 'higher', range: RATIO,
    help: 'Bytes at the edge answered from its own cache.',
    compute: (view) => tierByteHits(view, 'edge'),
  },
  {
    name: 'regional_byte_hit_rate', unit: 'ratio', better: 'higher', range: RATIO,
    help: 'Bytes at the regional tier answered from its own cache.',
    compute: (view) => tierByteHits(view, 'regional'),
  },
  {
    name: 'shield_byte_hit_rate', unit: 'ratio', better: 'higher', range: RATIO,
    help: 'Bytes at the shield answered from its own cache.',
    compute: (view) => tierByteHits(view, 'shield'),
  },
  {
    name: 'cdn_ttfb_ms_p50', unit: 'ms', better: 'lower', range: ANY,
    help: 'From a request at the edge to the first byte of its answer, median.',
    compute: (view) => scaled(1000, view.quantile(timeToFirstByte, 0.5)),
  },
  {
    name: 'cdn_ttfb_ms_p95', unit: 'ms', better: 'lower', range: ANY,
    help: 'From a request at the edge to the first byte of its answer, 95th percentile.',
    compute: (view) => scaled(1000, view.quantile(timeToFirstByte, 0.95)),
  },
  {
    name: 'cdn_ttfb_ms_p99', unit: 'ms', better: 'lower', range: ANY,
    help: 'From a request at the edge to the first byte of its answer, 99th percentile.',
    compute: (view) => scaled(1000, view.quantile(timeToFirstByte, 0.99)),
  },
  {
    name: 'viewers_within_100ms', unit: 'ratio', better: 'higher', range: RATIO,
    help: 'Sessions whose round trip to their edge, access network and way, is within 100 ms.',
    compute: (view) => ratio(view.total(sessionsRouted, { within100ms: 'yes' }), view.total(sessionsRouted)),
  },
  {
    name: 'edge_bandwidth_gbps', unit: 'Gbit/s', better: 'lower', range: ANY,
    help: 'Rate at which all edges together answered viewers; by region: edge_bandwidth_gbps{region}.',
    compute: (view) => {
      const rate = scaled(8e-9, ratio(view.total(edgeSent), view.total(cdnTime)));
      return rate === undefined ? undefined : observed(view, cacheRequests, rate);
    },
  },
  {
    name: 'edge_server_cpu_percent', unit: '%', better: 'lower', range: PERCENT,
    help: 'CPU time of edge servers over their time.',
    compute: (view) => {
      const load = scaled(100, ratio(view.total(edgeCpu), view.total(edgeServerTime)));
      return load === undefined ? undefined : observed(view, cacheRequests, load);
    },
  },
  {
    name: 'origin_fetch_latency_ms', unit: 'ms', better: 'lower', range: ANY,
    help: 'From a request to the object store to the last byte of its answer, 99th percentile.',
    compute: (view) => {
      const tier = view.count(cacheFetchSeconds, { tier: 'shield' }) > 0 ? 'shield' : 'regional';
      return scaled(1000, view.quantile(cacheFetchSeconds, 0.99, { tier }));
    },
  },
  {
    name: 'origin_bytes', unit: 'bytes', better: 'lower', range: ANY,
    help: 'Bytes fetched from the object store.',
    compute: (view) => observed(view, cacheRequests, originBytes(view)),
  },
];

/**
 * Requests that reach the origin: what regionals ask for less what a shield takes of it, and what the
 * shield asks for.
 */
function originRequests(view: MetricView): number {
  const asked = view.total(cacheFetches, { tier: 'regional' }) + view.total(cacheFetches, { tier: 'shield' });
  return Math.max(0, asked - requests(view, { tier: 'shield' }));
}

/** Bytes that come from the origin, in the same way. */
function originBytes(view: MetricView): number {
  const shield = view.total(cacheBytes, { tier: 'shield' });
  return Math.max(0, fetchedBytes(view, 'regional') - shield + fetchedBytes(view, 'shield'));
}

function fetchedBytes(view: MetricView, tier: string): number {
  return view.total(cacheBytes, { tier, result: 'miss' }) + view.total(cacheBytes, { tier, result: 'pass' });
}

function requests(view: MetricView, labels: Labels): number {
  return view.total(cacheRequests, labels);
}

function tierHits(view: MetricView, tier: string): number | undefined {
  const own = OWN_RESULTS.reduce((sum, result) => sum + requests(view, { tier, result }), 0);
  return ratio(own, requests(view, { tier }));
}

function tierByteHits(view: MetricView, tier: string): number | undefined {
  const own = OWN_RESULTS.reduce((sum, result) => sum + view.total(cacheBytes, { tier, result }), 0);
  return ratio(own, view.total(cacheBytes, { tier }));
}
