import { z } from 'zod';
import { durationLaw } from '../../core/distribution.ts';
import { quantity } from '../../core/quantity.ts';
import { balance, item, others, perSession, threads } from '../common-params.ts';

const SEED = 'cited: platform design document, section 4.2: Elasticsearch, 200 nodes';

/** The search index: every search asks all of its shards, and is answered when the last has. */
export const searchParams = z.strictObject({
  shards: z.number().int().min(1).max(5000)
    .meta({ description: 'Parts of the index: a search asks each of them.', unit: 'shards',
      source: `${SEED}; 3.3 TB in shards of up to 66 GB (docs/search.md)` })
    .prefault(50),
  copies: z.number().int().min(1).max(1000)
    .meta({ description: 'Copies of each shard, its primary among them, each on a node of its own.',
      unit: 'nodes', source: SEED })
    .prefault(4),
  threads,
  service: durationLaw.prefault({ law: 'lognormal', mean: '8ms', median: '5ms' }),
  overhead: quantity('duration', {
    doc: 'Time of a search beside its shards: the way to them and back, and merging.', source: 'assumed',
    min: '0s',
  }).prefault('5ms'),
  balance,
  timeout: quantity('duration', {
    doc: 'A search that takes longer has failed; what a node works on, it finishes for nobody.',
    source: 'assumed', positive: true,
  }).prefault('2s'),
  hedge: z.strictObject({
    after: quantity('duration', {
      doc: 'A shard that has not answered after so long is asked again, at another copy.',
      source: 'assumed: Dean and Barroso 2013 take the 95th percentile of the expected latency', min: '0s',
    }),
  }).optional(),
  shed: z.strictObject({
    wait: quantity('duration', {
      doc: 'A search is refused at once when a shard would let it wait longer.', source: 'assumed', min: '0s',
    }),
  }).optional(),
  cache: z.strictObject({
    hits: quantity('ratio', { doc: 'Share of searches that it answers once it is full.', source: 'assumed',
      min: '0', max: '1' }),
    warm: quantity('duration', {
      doc: 'Time constant with which it fills when it is empty.', source: 'assumed', min: '0s',
    }).prefault('5min'),
    latency: quantity('duration', {
      doc: 'Time of an answer from it.', source: 'assumed: Redis in the same data centre', min: '0s',
    }).prefault('1ms'),
  }).prefault({ hits: '0%' }),
  perSession: perSession('Searches of a viewer before they press play.', 0.2,
    'assumed: one search to five views'),
  others: others('Searches by who is not simulated.'),
  item,
});

/** Parameters of the search index. */
export type SearchParams = z.output<typeof searchParams>;
