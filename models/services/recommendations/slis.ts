import { ANY, RATIO, ratio, type SliDefinition } from '../../core/sli.ts';
import * as metrics from './metrics.ts';

/** What who opens a home page meets, in the order of reports. */
export const RECOMMENDATION_SLIS: readonly SliDefinition[] = [
  {
    name: 'recommendation_seconds_p99', unit: 's', better: 'lower', range: ANY,
    help: 'From a request for recommendations until there is a list, 99th percentile.',
    compute: (view) => view.quantile(metrics.recommendationSeconds, 0.99),
  },
  {
    name: 'recommendation_seconds_p50', unit: 's', better: 'lower', range: ANY,
    help: 'From a request for recommendations until there is a list, median.',
    compute: (view) => view.quantile(metrics.recommendationSeconds, 0.5),
  },
  {
    name: 'recommendation_ranked_rate', unit: 'ratio', better: 'higher', range: RATIO,
    help: 'Lists that were ranked for their viewer, not popular videos.',
    compute: (view) => ratio(view.total(metrics.recommendations, { result: 'ranked' }),
      view.total(metrics.recommendations)),
  },
  {
    name: 'recommendation_utilisation', unit: 'ratio', better: 'lower', range: RATIO,
    help: 'Share of their time that threads that rank recommendations worked.',
    compute: (view) => ratio(view.total(metrics.busySeconds), view.total(metrics.capacitySeconds)),
  },
];
