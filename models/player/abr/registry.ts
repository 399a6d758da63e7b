import { z } from 'zod';
import { Bba0Rule, bba0Params } from './bba0.ts';
import { bolaParams, bolaRule } from './bola.ts';
import { bolaEParams, bolaERule } from './bolae.ts';
import { dynamicDashParams, dynamicDashRule, dynamicParams, dynamicRule } from './dynamic.ts';
import { FixedRule, fixedParams } from './fixed.ts';
import { HybridRule, hybridParams } from './hybrid.ts';
import { RobustMpcRule, robustMpcParams } from './robust-mpc.ts';
import type { AbrRule } from './rule.ts';
import { throughputParams, throughputRule } from './throughput.ts';

/** Parameters of any rule; `rule` names it. To add one: a file beside this one, a line in each list. */
export const abrParams = z.discriminatedUnion('rule', [
  hybridParams, fixedParams, throughputParams, bolaParams, bolaEParams, dynamicParams, dynamicDashParams,
  bba0Params, robustMpcParams,
]);

/** Parameters of a rule, parsed. */
export type AbrParams = z.output<typeof abrParams>;

/** Builds the rule for a fleet of `slots` players. */
export function createAbrRule(params: AbrParams, slots: number): AbrRule {
  switch (params.rule) {
    case 'hybrid':
      return new HybridRule(params, slots);
    case 'fixed':
      return new FixedRule(params, slots);
    case 'throughput':
      return throughputRule(params, slots);
    case 'bola':
      return bolaRule(params, slots);
    case 'bolae':
      return bolaERule(params, slots);
    case 'dynamic':
      return dynamicRule(params, slots);
    case 'dynamicdash':
      return dynamicDashRule(params, slots);
    case 'bba0':
      return new Bba0Rule(params, slots);
    case 'robust-mpc':
      return new RobustMpcRule(params, slots);
    default:
      params satisfies never;
      throw new Error('unreachable');
  }
}
