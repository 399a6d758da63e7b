import { z } from 'zod';
import { kind, onset, ramp, span } from './scope.ts';

const factor = z.number().min(1).max(100_000)
  .meta({ description: 'Times the usual that it takes.', unit: '1', source: 'assumed' }).prefault(10);
const shard = z.number().int().min(0).max(4999).optional()
  .meta({ description: 'Number of the shard it is about, from 0; all without one.', unit: 'number',
    source: 'assumed' });
const copies = z.number().int().min(1).max(1000)
  .meta({ description: 'Copies of each such shard it is about.', unit: 'nodes', source: 'assumed' })
  .prefault(1);

/** Faults of search and recommendations. */
export const discoveryFaults = [
  z.strictObject({
    kind: kind('searchSlow', 'Nodes of the search index take longer for each query.'),
    ...span, ramp, factor, shard, copies,
  }),
  z.strictObject({
    kind: kind('searchNodeLoss', 'Nodes of the search index are gone; other copies get their queries.'),
    ...span, shard, copies,
  }),
  z.strictObject({
    kind: kind('searchCacheFlush', 'The cache before the search index loses all that it holds.'),
    ...onset,
  }),
  z.strictObject({
    kind: kind('rankingSlow', 'Ranking recommendations takes longer: a deploy of a heavier model.'),
    ...span, ramp, factor,
  }),
  z.strictObject({
    kind: kind('rankingLoss', 'Instances that rank recommendations are gone; others get their requests.'),
    ...span,
    instances: z.number().int().min(1).max(100_000)
      .meta({ description: 'Instances that are lost.', unit: 'nodes', source: 'assumed' }),
  }),
  z.strictObject({
    kind: kind('featureCacheFlush', 'The cache of viewers\' features loses all that it holds.'),
    ...onset,
  }),
] as const;

/** A fault of search or recommendations, parsed. */
export type DiscoveryFault = z.output<(typeof discoveryFaults)[number]>;
/** A fault of search, parsed. */
export type SearchFault = Extract<DiscoveryFault, { readonly kind: `search${string}` }>;
/** A fault of recommendations, parsed. */
export type RecommendationsFault = Exclude<DiscoveryFault, SearchFault>;

const KINDS: ReadonlySet<string> = new Set(discoveryFaults.map(({ shape }) => shape.kind.value));

/** Whether a fault is one of search. */
export function isSearchFault(fault: { readonly kind: string }): fault is SearchFault {
  return KINDS.has(fault.kind) && fault.kind.startsWith('search');
}

/** Whether a fault is one of recommendations. */
export function isRecommendationsFault(fault: { readonly kind: string }): fault is RecommendationsFault {
  return KINDS.has(fault.kind) && !fault.kind.startsWith('search');
}
