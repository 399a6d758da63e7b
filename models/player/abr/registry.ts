import { z } from 'zod';
import { FixedRule, fixedParams } from './fixed.ts';
import { HybridRule, hybridParams } from './hybrid.ts';
import type { AbrRule } from './rule.ts';

/** Parameters of any rule; `rule` names it. To add a rule: one file beside this one, one line in each list here. */
export const abrParams = z.discriminatedUnion('rule', [hybridParams, fixedParams]);

export type AbrParams = z.output<typeof abrParams>;

/** Builds the rule for a fleet of `slots` players. */
export function createAbrRule(params: AbrParams, slots: number): AbrRule {
  switch (params.rule) {
    case 'hybrid':
      return new HybridRule(params, slots);
    case 'fixed':
      return new FixedRule(params, slots);
    default:
      params satisfies never;
      throw new Error('unreachable');
  }
}
