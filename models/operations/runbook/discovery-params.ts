import { z } from 'zod';
import { quantity } from '../../core/quantity.ts';
import { action, on } from './action.ts';
import { ROLLBACK, type RollbackAction } from './rollback.ts';

const count = (description: string, unit: string) =>
  z.number().int().min(1).max(100_000).meta({ description, unit, source: 'assumed' });
const takes = (usual: string, source: string) =>
  quantity('duration', { doc: 'Time until they answer.', source, min: '0s' }).prefault(usual);

/** What can be done about failures of search. */
export const searchActions = [
  z.strictObject({
    action: action('scaleSearch', 'Each shard of the search index gets more copies.'),
    copies: count('Copies more of each shard.', 'nodes').prefault(1),
    takes: takes('10min', 'assumed: 66 GB of a shard at 1 Gbps'),
  }),
  z.strictObject({
    action: action('hedgeSearches', 'A shard that is late is asked again, at another copy. Off: as before.'),
    after: quantity('duration', {
      doc: 'How late.', source: 'assumed: Dean and Barroso 2013, the 95th percentile', min: '0s',
    }).prefault('50ms'),
    on,
  }),
  z.strictObject({
    action: action('shedSearches', 'Searches that would wait for long are refused at once. Off: as before.'),
    wait: quantity('duration', { doc: 'How long.', source: 'assumed', min: '0s' }).prefault('150ms'),
    on,
  }),
  z.strictObject({
    action: action('cacheSearches', 'A cache is put before the search index, empty at first.'),
    hits: quantity('ratio', {
      doc: 'Share of searches that it answers once it is full.', source: 'assumed', min: '0', max: '1',
    }).prefault('50%'),
    warm: quantity('duration', {
      doc: 'Time constant with which it fills.', source: 'assumed', min: '0s',
    }).prefault('5min'),
  }),
] as const;

/** What can be done about failures of recommendations. */
export const recommendationsActions = [
  z.strictObject({
    action: action('scaleRecommendations', 'More instances rank recommendations.'),
    instances: count('Instances more.', 'nodes'),
    takes: takes('4min', 'assumed: start of a machine and load of a model'),
  }),
  z.strictObject({
    action: action('deferRecommendations', 'Nothing is ranked: popular videos are shown.'),
    on,
  }),
] as const;

/** Something done about search, parsed. */
export type SearchAction = z.output<(typeof searchActions)[number]>;
/** Something done about recommendations, parsed. */
export type RecommendationsAction = z.output<(typeof recommendationsActions)[number]> | RollbackAction;

const OF_SEARCH: ReadonlySet<string> = new Set(searchActions.map(({ shape }) => shape.action.value));
const OF_RECOMMENDATIONS: ReadonlySet<string> =
  new Set([ROLLBACK, ...recommendationsActions.map(({ shape }) => shape.action.value)]);

/** Whether an action is one about search. */
export function isSearchAction(params: { readonly action: string }): params is SearchAction {
  return OF_SEARCH.has(params.action);
}

/** Whether an action is one about recommendations; taking a deploy back concerns every part. */
export function isRecommendationsAction(
  params: { readonly action: string },
): params is RecommendationsAction {
  return OF_RECOMMENDATIONS.has(params.action);
}
