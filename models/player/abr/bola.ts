import { z } from 'zod';
import type { AbandoningRule } from './abandoning.ts';
import { gammaParam, holdParam } from './bola-params.ts';
import { CoreRule } from './core-rule.ts';
import { BolaCore } from './core/bola.ts';
import { estimatorParams } from './estimator-params.ts';

/** Parameters of BOLA. */
export const bolaParams = z.strictObject({
  rule: z.literal('bola').meta({
    description: 'BOLA: utility against buffer level.',
    source: 'cited: Spiteri, Urgaonkar, Sitaraman 2016; Sabre',
  }),
  form: z.enum(['finite', 'basic'])
    .meta({
      description: 'Basic aims at the whole buffer at once; finite lets its goal grow with the session.',
      unit: 'variant', source: 'cited: Sabre (finite; basic with -ab)',
    })
    .prefault('finite'),
  hold: holdParam,
  gamma: gammaParam,
  ...estimatorParams,
});

/** Parameters of BOLA, parsed. */
export type BolaParams = z.output<typeof bolaParams>;

/** BOLA, which climbs no further than the rendition before and throughput allow. */
export function bolaRule(params: BolaParams, slots: number): AbandoningRule {
  const { hold, gamma: gp } = params;
  const core = new BolaCore(slots, { gp, hold, basic: params.form === 'basic', trustsOwnDecisions: false });
  return new CoreRule('bola', slots, core, params);
}
