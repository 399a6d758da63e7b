import { ANY, RATIO, ratio, type SliDefinition } from '../../core/sli.ts';
import * as metrics from './metrics.ts';

/** What who searches meets, in the order of reports. */
export const SEARCH_SLIS: readonly SliDefinition[] = [
  {
    name: 'search_seconds_p99', unit: 's', better: 'lower', range: ANY,
    help: 'From a search until its answer, 99th percentile.',
    compute: (view) => view.quantile(metrics.searchSeconds, 0.99),
  },
  {
    name: 'search_seconds_p50', unit: 's', better: 'lower', range: ANY,
    help: 'From a search until its answer, median.',
    compute: (view) => view.quantile(metrics.searchSeconds, 0.5),
  },
  {
    name: 'search_success_rate', unit: 'ratio', better: 'higher', range: RATIO,
    help: 'Searches that were answered in time, by the index or its cache.',
    compute: (view) => {
      const count = (result: string) => view.total(metrics.searches, { result });
      return ratio(count('ok') + count('cache'), view.total(metrics.searches));
    },
  },
  {
    name: 'search_utilisation', unit: 'ratio', better: 'lower', range: RATIO,
    help: 'Share of their time that threads of the search index worked.',
    compute: (view) => ratio(view.total(metrics.busySeconds), view.total(metrics.capacitySeconds)),
  },
  {
    name: 'search_hedge_rate', unit: 'ratio', better: 'lower', range: ANY,
    help: 'Second queries to shards, relative to the first ones.',
    compute: (view) => ratio(view.total(metrics.shardQueries, { copy: 'hedge' }),
      view.total(metrics.shardQueries, { copy: 'first' })),
  },
];
