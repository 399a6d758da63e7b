import { ANY, RATIO, ratio, scaled, type SliDefinition } from '../../core/sli.ts';
import * as metrics from './metrics.ts';

/** What pages and uploads meet at the metadata database, in the order of reports. */
export const METADATA_SLIS: readonly SliDefinition[] = [
  {
    name: 'metadata_query_ms_p99', unit: 'ms', better: 'lower', range: ANY,
    help: 'From a query of the metadata database until its answer, 99th percentile.',
    compute: (view) => scaled(1000, view.quantile(metrics.querySeconds, 0.99)),
  },
  {
    name: 'metadata_query_ms_p50', unit: 'ms', better: 'lower', range: ANY,
    help: 'From a query of the metadata database until its answer, median.',
    compute: (view) => scaled(1000, view.quantile(metrics.querySeconds, 0.5)),
  },
  {
    name: 'metadata_success_rate', unit: 'ratio', better: 'higher', range: RATIO,
    help: 'Queries that were answered in time, by the database or its cache.',
    compute: (view) => {
      const count = (result: string) => view.total(metrics.queries, { result });
      return ratio(count('ok') + count('cache'), view.total(metrics.queries));
    },
  },
];
