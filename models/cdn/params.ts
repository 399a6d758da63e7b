import { z } from 'zod';
import { quantity } from '../core/quantity.ts';
import { behaviourParams } from './behaviour-params.ts';
import { storageParams } from './storage-params.ts';
import {
  hashingParams, outageParams, peeringParams, providerParams, routingParams, serverParams,
} from './topology/params.ts';

const SEED = 'cited: platform design document, section 8.1';

/** Parameters of one tier of caches; every node of a tier is alike. */
export const cacheTierParams = (latency: string, source: string) => z.strictObject({
  nodes: z.number().int().min(1).max(10_000)
    .meta({ description: 'Places of the tier (points of presence).', unit: 'places', source: 'assumed' })
    .prefault(1),
  servers: z.number().int().min(1).max(256)
    .meta({
      description: 'Servers in each place, which share objects by consistent hashing.', unit: 'servers',
      source: 'assumed',
    })
    .prefault(1),
  server: serverParams.prefault({}),
  capacity: quantity('size', { doc: 'Bytes each server can hold.', source: 'assumed', positive: true })
    .prefault('100 GB'),
  ...storageParams,
  latency: quantity('duration', {
    doc: 'From a request at the node to the first byte of its answer, when it holds the object.',
    source, min: '0s',
  }).prefault(latency),
  behaviour: behaviourParams.prefault({}),
  uplink: quantity('rate', {
    doc: 'Capacity of the link from the parent to each server, shared by its fetches.',
    source: 'assumed', positive: true,
  }).prefault('10 Gbps'),
});

const egressItem = (what: string) => z.string().min(1).optional().meta({
  description: `Item of the price list for what ${what}, to which the market is appended; without it, `
    + 'nothing is paid.',
  unit: 'name', source: 'assumed',
});

/** Parameters of the edge tier. */
export const edgeParams = cacheTierParams('5ms', `${SEED}: below 10 ms`);
/** Parameters of the regional tier. */
export const regionalParams = cacheTierParams('25ms', `${SEED}: below 50 ms`)
  .extend({ egress: egressItem('the tier sends to edges') });

/** Parameters of a tier between the regionals and the origin. */
export const shieldParams = cacheTierParams('25ms', 'assumed, as a regional').extend({
  enabled: z.boolean()
    .meta({
      description: 'Whether all regionals ask one shield, so that the origin sees a request once.',
      unit: 'flag', source: 'assumed',
    })
    .prefault(false),
  egress: egressItem('the shield sends to regionals'),
});

/** Parameters of the object store behind the caches. */
export const originParams = z.strictObject({
  sites: z.number().int().min(1).max(100)
    .meta({
      description: 'Places of the origin, each with all objects; with a geography the nearest is asked.',
      unit: 'places', source: `${SEED}: 3 to 5`,
    })
    .prefault(1),
  requestsPerS: quantity('frequency', {
    doc: 'Requests it takes on, all sites together; others queue. Without it: no limit.',
    source: 'assumed; S3 takes 5500 GET/s a prefix (AWS)', positive: true,
  }).optional(),
  bandwidth: quantity('rate', {
    doc: 'What it sends at most, all sites together. Without it: no limit.', source: 'assumed',
    positive: true,
  }).optional(),
  longestWait: quantity('duration', {
    doc: 'Who would wait longer than this for a limited origin gets 503 at once.', source: 'assumed',
    min: '0s',
  }).prefault('1s'),
  refusalWork: quantity('ratio', {
    doc: 'Work of refusing a request over that of taking one on: with some, retries can keep it down.',
    source: 'assumed', min: '0', max: '1',
  }).prefault('0%'),
  egress: z.string().min(1).meta({
    description: 'Item of the price list for what it sends to caches.', unit: 'name',
    source: 'assumed; AWS: transfer from S3 to its CDN, which is free',
  }).prefault('s3.to-cloudfront'),
  latency: quantity('duration', {
    doc: 'From a request at the object store to the first byte of its answer.',
    source: `${SEED}: 100 to 300 ms`, min: '0s',
  }).prefault('150ms'),
});

const claimed = (doc: string) =>
  quantity('ratio', { doc, source: `${SEED}: 85 % at the edge, 80 % of its misses at the regional, 97 %`,
    positive: true, max: '99.99%' }).optional();

/** Hit rates that somebody promises of the caches; a run then says what sizes they would take. */
export const claimsParams = z.strictObject({
  edge: claimed('Share of the requests at the edge that it answers from its own store.'),
  regional: claimed('Share of the requests at the regional tier that it answers from its own store.'),
  shield: claimed('Share of the requests at the shield that it answers from its own store.'),
  together: claimed('Share of the requests of viewers that do not reach the origin.'),
}).refine((claims) => [claims.edge, claims.regional, claims.shield].some((share) => share !== undefined), {
  error: 'expected a claim of a tier: edge, regional or shield',
});

/** Parameters of the CDN: its tiers, how requests find their way, and what goes down. */
export const cdnParams = z.strictObject({
  edge: edgeParams.prefault({}),
  regional: regionalParams.prefault({}),
  shield: shieldParams.prefault({}),
  origin: originParams.prefault({}),
  routing: routingParams.prefault({}),
  hashing: hashingParams.prefault({}),
  peering: peeringParams.prefault({}),
  providers: z.array(providerParams).min(1).max(10).prefault([{ name: 'own', share: '100%' }]),
  outages: z.array(outageParams).max(1000).prefault([]),
  claims: claimsParams.optional(),
});

export type CdnParams = z.output<typeof cdnParams>;
export type CacheTierParams = z.output<typeof edgeParams>;
export type OriginParams = z.output<typeof originParams>;
