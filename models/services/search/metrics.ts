import { counter, level, tally } from '../../core/metrics.ts';

/** Searches by what became of them. */
export const searches = counter('searches_total', {
  labels: ['result'], unit: 'searches',
  help: 'Searches: ok, cache (answered by the cache), timeout, shed (refused at once), unavailable (a shard '
    + 'has no copy left).',
});
/** From a search to its answer, or until it was given up. */
export const searchSeconds = tally('search_seconds', {
  unit: 's', curve: true,
  help: 'From a search until its answer, or until it was given up; searches that were refused are left out.',
});
/** Queries that shards were asked. */
export const shardQueries = counter('search_shard_queries_total', {
  labels: ['copy'], unit: 'queries',
  help: 'Queries that nodes of the search index worked on: the first of a shard, or a hedge.',
});
/** Time that nodes worked on queries. */
export const busySeconds = counter('search_busy_seconds_total', {
  unit: 's', help: 'Time that threads of the nodes of the search index worked on queries.',
});
/** Time that nodes could have worked. */
export const capacitySeconds = counter('search_capacity_seconds_total', {
  unit: 's', help: 'Time of the threads of the nodes of the search index in use.',
});
/** Nodes that can be asked. */
export const nodesUp = level('search_nodes', { unit: 'nodes', help: 'Nodes of the search index in use.' });
