import { z } from 'zod';
import type { AbandoningRule } from './abandoning.ts';
import { holdParam } from './bola-params.ts';
import { CoreRule } from './core-rule.ts';
import { BolaECore } from './core/bolae.ts';
import { estimatorParams } from './estimator-params.ts';

/** Parameters of BOLA-E. */
export const bolaEParams = z.strictObject({
  rule: z.literal('bolae').meta({
    description: 'BOLA-E: BOLA with a placeholder buffer and the insufficient-buffer rule.',
    source: 'cited: Spiteri, Sitaraman, Sparacio 2019; Sabre; dash.js BolaRule',
  }),
  hold: holdParam,
  ...estimatorParams,
});

/** Parameters of BOLA-E, parsed. */
export type BolaEParams = z.output<typeof bolaEParams>;

/** BOLA-E: starts by throughput, then BOLA on a level that a placeholder raises. */
export function bolaERule(params: BolaEParams, slots: number): AbandoningRule {
  const core = new BolaECore(slots, {
    hold: params.hold, levels: 'enhanced', insufficientBuffer: true, gp: NaN,
  });
  return new CoreRule('bolae', slots, core, params);
}
