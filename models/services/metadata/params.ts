import { z } from 'zod';
import { durationLaw } from '../../core/distribution.ts';
import { quantity } from '../../core/quantity.ts';

const SEED = 'cited: platform design document, section 4.2';

/** The database of videos' metadata: what a page and the end of an upload have to ask before they go on. */
export const metadataParams = z.strictObject({
  replicas: z.number().int().min(0).max(1000)
    .meta({ description: 'Copies of the primary that can be read.', unit: 'nodes',
      source: `${SEED}: MySQL and Vitess; three nodes a shard are Vitess' habit` })
    .prefault(2),
  reads: z.enum(['replicas', 'primary'])
    .meta({ description: 'Who answers reads; without a replica the primary does.', unit: 'name',
      source: 'assumed' })
    .prefault('replicas'),
  connections: z.number().int().min(1).max(100_000)
    .meta({ description: 'Queries that a node works on at a time; others wait in order of arrival.',
      unit: 'queries', source: 'assumed' })
    .prefault(16),
  read: durationLaw.prefault({ law: 'exponential', mean: '2ms' }),
  write: durationLaw.prefault({ law: 'exponential', mean: '5ms' }),
  network: quantity('duration', {
    doc: 'Round trip between a service and the database.', source: 'assumed: within a data centre', min: '0s',
  }).prefault('1ms'),
  timeout: quantity('duration', {
    doc: 'A query that takes longer has failed; what a node works on, it finishes for nobody.',
    source: 'assumed', positive: true,
  }).prefault('2s'),
  cache: z.strictObject({
    hits: quantity('ratio', { doc: 'Share of reads that the cache answers.', source: 'assumed', min: '0',
      max: '1' }),
  }).optional(),
  cacheLatency: quantity('duration', {
    doc: 'Time of an answer from a cache.', source: 'assumed: Redis in the same data centre', min: '0s',
  }).prefault('1ms'),
  others: z.strictObject({
    reads: quantity('frequency', {
      doc: 'Reads by what is not simulated: pages of the other viewers.', source: 'assumed', positive: true,
    }).optional(),
    writes: quantity('frequency', {
      doc: 'Writes by what is not simulated.', source: 'assumed', positive: true,
    }).optional(),
  }).prefault({}),
});

/** Parameters of the metadata database. */
export type MetadataParams = z.output<typeof metadataParams>;
