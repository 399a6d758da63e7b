import type { Labels } from '../core/labels.ts';
import type { MetricView } from '../core/metrics.ts';
import { ANY, observed, RATIO, ratio, scaled, type SliDefinition } from '../core/sli.ts';
import { cacheBytes, cacheFetches, cacheFetchSeconds, cacheRequests } from './metrics.ts';

/** What caches and the object store do, in the order of reports. */
export const CDN_SLIS: readonly SliDefinition[] = [
  {
    name: 'cdn_availability', unit: 'ratio', better: 'higher', range: RATIO,
    help: 'Requests of viewers that the edge answered without an error.',
    compute: (view) => {
      const failures = requests(view, { tier: 'edge', result: 'error' });
      const failed = ratio(failures, requests(view, { tier: 'edge' }));
      return failed === undefined ? undefined : 1 - failed;
    },
  },
  {
    name: 'cache_hit_rate', unit: 'ratio', better: 'higher', range: RATIO,
    help: 'Requests of viewers that did not reach the origin: 1 - origin requests / edge requests.',
    compute: (view) => {
      const reached = view.total(cacheFetches, { tier: 'regional' });
      const share = ratio(reached, requests(view, { tier: 'edge' }));
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
    name: 'origin_fetch_latency_ms', unit: 'ms', better: 'lower', range: ANY,
    help: 'From a request to the object store to the last byte of its answer, 99th percentile.',
    compute: (view) => scaled(1000, view.quantile(cacheFetchSeconds, 0.99, { tier: 'regional' })),
  },
  {
    name: 'origin_bytes', unit: 'bytes', better: 'lower', range: ANY,
    help: 'Bytes fetched from the object store.',
    compute: (view) => {
      const bytes = view.total(cacheBytes, { tier: 'regional', result: 'miss' });
      return observed(view, cacheRequests, bytes);
    },
  },
];

function requests(view: MetricView, labels: Labels): number {
  return view.total(cacheRequests, labels);
}

function tierHits(view: MetricView, tier: string): number | undefined {
  return ratio(requests(view, { tier, result: 'hit' }), requests(view, { tier }));
}
