import { counter, level, tally } from '../../core/metrics.ts';

/** Queries of the metadata database by what became of them. */
export const queries = counter('metadata_queries_total', {
  labels: ['kind', 'result'], unit: 'queries',
  help: 'Queries of the metadata database, read or write: ok, cache (answered by the cache), timeout, '
    + 'unavailable.',
});
/** From a query to its answer, or until it was given up. */
export const querySeconds = tally('metadata_query_seconds', {
  unit: 's', help: 'From a query of the metadata database until its answer, or until it was given up.',
});
/** Time that nodes worked on queries. */
export const busySeconds = counter('metadata_busy_seconds_total', {
  unit: 's', help: 'Time that connections of the nodes of the metadata database worked on queries.',
});
/** Nodes that can be asked. */
export const nodesUp = level('metadata_nodes', { unit: 'nodes', help: 'Nodes of the database in use.' });
