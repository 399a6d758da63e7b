import { z } from 'zod';
import { quantity } from '../core/quantity.ts';
import type { RandomStream } from '../core/rng.ts';
import type { Bytes } from '../core/units.ts';
import {
  AdmittedPolicy, ProbabilisticAdmission, SecondHitAdmission, SizeAdmission, type AdmissionFilter,
} from './policy/admission.ts';
import type { EvictionPolicy } from './policy/policy.ts';
import { createPolicy, POLICY_PARAMETERS, policyName } from './policy/registry.ts';
import { TINY_LFU_POLICIES, TINY_LFU_SAMPLE, TinyLfuAdmission } from './policy/tiny-lfu.ts';

const OF_LIBCACHESIM = 'cited: defaults of libCacheSim aa0fc40';

const share = (doc: string) =>
  quantity('ratio', { doc, source: OF_LIBCACHESIM, min: '0', max: '1' }).optional();
const count = (doc: string, most: number) =>
  z.number().int().min(1).max(most).meta({ description: doc, unit: 'count', source: OF_LIBCACHESIM })
    .optional();

/** What of a policy is set otherwise than by default; each belongs to some policies only. */
const tuningParams = z.strictObject({
  segments: count('Segments of equal size (slru). Default 4.', 255),
  inShare: share('Share of the capacity for objects asked for once (2q). Default 25%.'),
  outShare: share('Sizes remembered after the first queue, as a share of the capacity (2q). Default 50%.'),
  smallShare: share('Share of the capacity for new objects (s3fifo). Default 10%.'),
  ghostShare: share('Sizes remembered after the small queue, by share of capacity (s3fifo). Default 90%.'),
  promoteUses: count('Uses in the small queue that bring into the main one (s3fifo). Default 2.', 255),
  windowShare: share('Share of the capacity for new objects (wtinylfu). Default 1%.'),
  protectedShare: share('Share of the main part for objects used in it (wtinylfu). Default 80%.'),
  sample: count('Uses for each object held after which counts are halved (wtinylfu). Default 32.', 1e6),
});

const admissionParams = z.strictObject({
  rule: z.enum(['all', 'size', 'probability', 'secondHit', 'tinyLfu']).meta({
    description: 'Which missed objects are stored: all, those up to a size, some at random, those missed '
      + 'before, or those asked for more often than what would go (tinyLfu, before lru, fifo, lfu or gdsf).',
    unit: 'name', source: 'assumed',
  }).prefault('all'),
  largest: quantity('size', { doc: 'Largest object stored (size).', source: 'assumed', positive: true })
    .prefault('10 MB'),
  probability: quantity('ratio', {
    doc: 'Share of the misses stored (probability).', source: 'assumed', min: '0', max: '1',
  }).prefault(0.1),
  window: z.number().int().min(1).max(1e9).meta({
    description: 'Misses remembered, by two Bloom filters (secondHit).', unit: 'misses', source: 'assumed',
  }).prefault(1_000_000),
  sample: z.number().int().min(1).max(1e6).meta({
    description: 'Requests for each object held after which counts are halved (tinyLfu).', unit: 'requests',
    source: 'cited: Einziger, Friedman and Manes, TinyLFU, ACM Transactions on Storage 2017',
  }).prefault(TINY_LFU_SAMPLE),
});

const memoryParams = z.strictObject({
  capacity: quantity('size', {
    doc: 'Bytes in memory of what is on disk; an answer from there waits for no disk.',
    source: 'assumed', positive: true,
  }),
  policy: policyName.meta({ description: 'Eviction policy of the memory.', unit: 'name', source: 'assumed' })
    .prefault('lru'),
});

/** Parameters of what a cache stores, beside its capacity: policy, its tuning, admission, memory. */
export const storageParams = {
  policy: policyName.meta({
    description: 'Eviction policy.', unit: 'name', source: 'assumed',
  }).prefault('lru'),
  tuning: tuningParams.prefault({}),
  admission: admissionParams.prefault({}),
  memory: memoryParams.optional(),
};

/** Parsed parameters of what a cache stores. */
export type StorageParams = z.output<z.ZodObject<typeof storageParams, z.core.$strict>>;

/** Settings of a tier's tuning that are none of its policy's: what is wrong with each, by its name. */
export function misplacedTuning({ policy, tuning }: Pick<StorageParams, 'policy' | 'tuning'>): string[] {
  const known = Object.keys(POLICY_PARAMETERS[policy] ?? {});
  return Object.entries(tuning).flatMap(([name, value]) => {
    return value === undefined || known.includes(name) ? [] : [name];
  });
}

/** True when a tier's admission needs to know who would go next and its policy cannot say. */
export function misplacedAdmission({ policy, admission }: StorageParams): boolean {
  return admission.rule === 'tinyLfu' && !TINY_LFU_POLICIES.includes(policy);
}

/** The policies of one node; `stream` gives it a stream of its own by a name, if it draws. */
export function createStorage(
  params: StorageParams, capacity: Bytes, stream: (name: string) => RandomStream,
): { readonly policy: EvictionPolicy; readonly memory?: EvictionPolicy } {
  const { policy: name, tuning, admission, memory } = params;
  const layout = { compact: true, ...(name === 'random' ? { stream: stream('eviction') } : {}) };
  const given = Object.entries(tuning).filter((entry): entry is [string, number] => entry[1] !== undefined);
  const plain = createPolicy(name, capacity, Object.fromEntries(given), layout);
  const filter = createFilter(admission, stream);
  const policy = filter === undefined ? plain : new AdmittedPolicy(plain, filter);
  if (memory === undefined) return { policy };
  return { policy, memory: createPolicy(memory.policy, memory.capacity, {}, { compact: true }) };
}

function createFilter(
  { rule, largest, probability, window, sample }: StorageParams['admission'],
  stream: (name: string) => RandomStream,
): AdmissionFilter | undefined {
  switch (rule) {
    case 'all':
      return undefined;
    case 'size':
      return new SizeAdmission(largest);
    case 'probability':
      return new ProbabilisticAdmission(probability, stream('admission'));
    case 'secondHit':
      return new SecondHitAdmission(window);
    case 'tinyLfu':
      return new TinyLfuAdmission(sample);
    default:
      rule satisfies never;
      return undefined;
  }
}
