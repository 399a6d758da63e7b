import { z } from 'zod';
import { quantity } from '../core/quantity.ts';
import { behaviourParams } from './behaviour-params.ts';
import { policyName } from './policy/registry.ts';

const SEED = 'cited: platform design document, section 8.1';

/** Parameters of one tier of caches; every node of a tier is alike. */
export const cacheTierParams = (latency: string, source: string) => z.strictObject({
  nodes: z.number().int().min(1).max(10_000)
    .meta({ description: 'Nodes of the tier.', unit: 'nodes', source: 'assumed' })
    .prefault(1),
  capacity: quantity('size', { doc: 'Bytes each node can hold.', source: 'assumed', positive: true })
    .prefault('100 GB'),
  policy: policyName.meta({
    description: 'Eviction policy.', unit: 'name', source: 'assumed',
  }).prefault('lru'),
  latency: quantity('duration', {
    doc: 'From a request at the node to the first byte of its answer, when it holds the object.',
    source, min: '0s',
  }).prefault(latency),
  behaviour: behaviourParams.prefault({}),
  uplink: quantity('rate', {
    doc: 'Capacity of the link from the parent to each node, shared by its fetches.',
    source: 'assumed', positive: true,
  }).prefault('10 Gbps'),
});

/** Parameters of the edge tier. */
export const edgeParams = cacheTierParams('5ms', `${SEED}: below 10 ms`);
/** Parameters of the regional tier. */
export const regionalParams = cacheTierParams('25ms', `${SEED}: below 50 ms`);

/** Parameters of the object store behind the caches. */
export const originParams = z.strictObject({
  latency: quantity('duration', {
    doc: 'From a request at the object store to the first byte of its answer.',
    source: `${SEED}: 100 to 300 ms`, min: '0s',
  }).prefault('150ms'),
});

/** Parameters of the CDN: edge, regional and origin. */
export const cdnParams = z.strictObject({
  edge: edgeParams.prefault({}),
  regional: regionalParams.prefault({}),
  origin: originParams.prefault({}),
});

export type CdnParams = z.output<typeof cdnParams>;
export type CacheTierParams = z.output<typeof edgeParams>;
