import { z } from 'zod';
import type { Bytes } from '../../core/units.ts';
import { LruPolicy } from './lru.ts';
import type { EvictionPolicy } from './policy.ts';
import { UnboundedPolicy } from './unbounded.ts';

/** Names of the eviction policies. To add one: one file beside this one, one name here, one case below. */
export const policyName = z.enum(['lru', 'unbounded']);

/** Builds an eviction policy by its name; `capacity` in bytes. */
export function createPolicy(name: z.output<typeof policyName>, capacity: Bytes): EvictionPolicy {
  switch (name) {
    case 'lru':
      return new LruPolicy(capacity);
    case 'unbounded':
      return new UnboundedPolicy();
    default:
      name satisfies never;
      throw new Error('unreachable');
  }
}
