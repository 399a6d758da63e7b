import { z } from 'zod';
import { RandomStreams } from '../../core/rng.ts';
import type { Bytes } from '../../core/units.ts';
import { ArcPolicy } from './arc.ts';
import { ClockPolicy } from './clock.ts';
import { FifoPolicy } from './fifo.ts';
import { GdsfPolicy } from './gdsf.ts';
import { LfuPolicy } from './lfu.ts';
import { LruPolicy } from './lru.ts';
import type { EvictionPolicy, PolicyLayout } from './policy.ts';
import { RandomPolicy } from './random.ts';
import { S3_FIFO_DEFAULTS, S3FifoPolicy } from './s3-fifo.ts';
import { SievePolicy } from './sieve.ts';
import { SLRU_DEFAULTS, SlruPolicy } from './slru.ts';
import { TWO_Q_DEFAULTS, TwoQPolicy } from './two-q.ts';
import { UnboundedPolicy } from './unbounded.ts';
import { W_TINY_LFU_DEFAULTS, WTinyLfuPolicy } from './w-tiny-lfu.ts';

const NAMES = [
  'lru', 'fifo', 'clock', 'sieve', 'lfu', 'slru', '2q', 'arc', 's3fifo', 'wtinylfu', 'gdsf', 'random',
  'unbounded',
] as const;

/** Why there is no Belady in a scenario. */
const NO_FUTURE = `expected ${NAMES.map((name) => `"${name}"`).join(' or ')}, got "belady": `
  + 'it has to know the requests to come, which only a recorded trace has; "weir cache" replays one';

/**
 * Names of the eviction policies, the bound `unbounded` last. To add one: one file beside this one, one
 * name here, one case below. The other bound, BeladyPolicy, is made of a trace and so has no name here.
 */
export const policyName = z.enum(NAMES, {
  error: ({ input }) => (input === 'belady' ? NO_FUTURE : undefined),
});

/** Values of a policy's parameters by name; what is left out keeps its default. */
export type PolicyParameters = Readonly<Record<string, number>>;

/** Parameters of the policies that have any, with their defaults; each is documented in the policy's file. */
export const POLICY_PARAMETERS: Readonly<Partial<Record<z.output<typeof policyName>, PolicyParameters>>> = {
  slru: SLRU_DEFAULTS,
  '2q': TWO_Q_DEFAULTS,
  s3fifo: S3_FIFO_DEFAULTS,
  wtinylfu: W_TINY_LFU_DEFAULTS,
};

/** Builds an eviction policy by its name; `capacity` in bytes. */
export function createPolicy(
  name: z.output<typeof policyName>, capacity: Bytes, parameters: PolicyParameters = {},
  layout: PolicyLayout = {},
): EvictionPolicy {
  switch (name) {
    case 'lru':
      return new LruPolicy(capacity, layout);
    case 'fifo':
      return new FifoPolicy(capacity, layout);
    case 'clock':
      return new ClockPolicy(capacity, layout);
    case 'sieve':
      return new SievePolicy(capacity, layout);
    case 'lfu':
      return new LfuPolicy(capacity, layout);
    case 'slru':
      return new SlruPolicy(capacity, parameters, layout);
    case '2q':
      return new TwoQPolicy(capacity, parameters, layout);
    case 'arc':
      return new ArcPolicy(capacity, layout);
    case 's3fifo':
      return new S3FifoPolicy(capacity, parameters, layout);
    case 'wtinylfu':
      return new WTinyLfuPolicy(capacity, parameters, layout);
    case 'gdsf':
      return new GdsfPolicy(capacity, layout);
    case 'random':
      return new RandomPolicy(capacity, layout.stream ?? new RandomStreams(1, 0).stream('eviction'), layout);
    case 'unbounded':
      return new UnboundedPolicy();
    default:
      name satisfies never;
      throw new Error('unreachable');
  }
}
