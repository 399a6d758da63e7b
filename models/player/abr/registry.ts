import { z } from 'zod';
import { Bba0Rule, bba0Params } from './bba0.ts';
import { bolaParams, bolaRule } from './bola.ts';
import { bolaEParams, bolaERule } from './bolae.ts';
import { bba1Params, bba2Params, ChunkMapRule } from './chunk-map.ts';
import { dashJsParams, dashJsRule } from './dashjs.ts';
import { dynamicDashParams, dynamicDashRule, dynamicParams, dynamicRule } from './dynamic.ts';
import { FixedRule, fixedParams } from './fixed.ts';
import { HlsJsRule, hlsJsParams } from './hlsjs.ts';
import { HYBRID_NUMBERS, HybridRule, hybridParams } from './hybrid.ts';
import { L2aRule, l2aParams } from './l2a.ts';
import { LolpRule, lolpParams } from './lolp.ts';
import { MpcRule, mpcParams, robustMpcParams } from './mpc.ts';
import type { AbrRule, RuleRoom } from './rule.ts';
import { ShakaRule, shakaParams } from './shaka.ts';
import { throughputParams, throughputRule } from './throughput.ts';

/** Parameters of any rule; `rule` names it. To add one: a file beside this one, a line in each list. */
export const abrParams = z.discriminatedUnion('rule', [
  hybridParams, fixedParams, throughputParams, bolaParams, bolaEParams, dynamicParams, dynamicDashParams,
  bba0Params, bba1Params, bba2Params, mpcParams, robustMpcParams, hlsJsParams, dashJsParams, shakaParams,
  l2aParams, lolpParams,
], { error: ({ input }) => (isOracle(input) ? NO_ORACLE : undefined) });

/** Parameters of a rule, parsed. */
export type AbrParams = z.output<typeof abrParams>;

function isOracle(input: unknown): boolean {
  return typeof input === 'object' && input !== null && 'rule' in input && input.rule === 'oracle';
}

const NO_ORACLE = 'expected a rule that a player can follow, got "oracle": it has to know what its link will '
  + 'carry, and is a bound in weir abr alone (weir abr TRACE VIDEO --rule oracle)';

/** Numbers for which a rule wants room in each row of the fleet; 0 of one that keeps columns of its own. */
export function numbersOfRule(params: AbrParams): number {
  return params.rule === 'hybrid' ? HYBRID_NUMBERS : 0;
}

/** Builds the rule for a fleet of `slots` players, with room for as many numbers as it wants. */
export function createAbrRule(params: AbrParams, slots: number, room?: RuleRoom): AbrRule {
  switch (params.rule) {
    case 'hybrid':
      return new HybridRule(params, slots, room);
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
    case 'bba1':
    case 'bba2':
      return new ChunkMapRule(params, slots);
    case 'mpc':
    case 'robust-mpc':
      return new MpcRule(params, slots);
    case 'hlsjs':
      return new HlsJsRule(params, slots);
    case 'dashjs':
      return dashJsRule(params, slots);
    case 'shaka':
      return new ShakaRule(params, slots);
    case 'l2a':
      return new L2aRule(params, slots);
    case 'lolp':
      return new LolpRule(params, slots);
    default:
      params satisfies never;
      throw new Error('unreachable');
  }
}
