import { counter, level, tally } from '../../core/metrics.ts';

/** Lists of recommendations by what became of them. */
export const recommendations = counter('recommendations_total', {
  labels: ['result'], unit: 'lists',
  help: 'Lists of recommendations: ranked (for this viewer), lateCandidates or lateRanking (popular videos, '
    + 'as that was not done in time), deferred (popular videos, as nothing was ranked).',
});
/** From a request to its list. */
export const recommendationSeconds = tally('recommendation_seconds', {
  unit: 's', curve: true,
  help: 'From a request for recommendations until there is a list, of whichever kind.',
});
/** Time that instances ranked. */
export const busySeconds = counter('recommendation_busy_seconds_total', {
  unit: 's', help: 'Time that threads of the instances that rank recommendations worked.',
});
/** Time that instances could have ranked. */
export const capacitySeconds = counter('recommendation_capacity_seconds_total', {
  unit: 's', help: 'Time of the threads of the instances that rank recommendations in use.',
});
/** Instances that can be asked. */
export const nodesUp = level('recommendation_instances', {
  unit: 'nodes', help: 'Instances that rank recommendations in use.',
});
