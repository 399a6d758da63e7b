import { z } from 'zod';
import { quantity } from '../../core/quantity.ts';
import { US_PER_MS } from '../../core/units.ts';
import type { AbandoningRule } from './abandoning.ts';
import { gammaParam, holdParam } from './bola-params.ts';
import { CoreRule } from './core-rule.ts';
import { BolaCore } from './core/bola.ts';
import { BolaECore } from './core/bolae.ts';
import { DynamicCore } from './core/dynamic.ts';
import { ThroughputCore } from './core/throughput.ts';
import { estimatorParams, safetyParam } from './estimator-params.ts';

const bolaAbove = quantity('duration', {
  doc: 'Buffer above which BOLA decides; half of bufferMax at most.', source: 'cited: Sabre', min: '0s',
}).prefault('10s');

/** Parameters of DYNAMIC. */
export const dynamicParams = z.strictObject({
  rule: z.literal('dynamic').meta({
    description: 'DYNAMIC: throughput while the buffer is low, BOLA when it is not.',
    source: 'cited: Spiteri, Sitaraman, Sparacio 2019; Sabre',
  }),
  bolaAbove,
  throughputBelow: quantity('duration', {
    doc: 'Buffer below which throughput decides; half of bufferMax at most.',
    source: 'cited: Sabre', min: '0s',
  }).prefault('10s'),
  hold: holdParam,
  gamma: gammaParam,
  safety: safetyParam,
  ...estimatorParams,
});

/** Parameters of DYNAMIC, parsed. */
export type DynamicParams = z.output<typeof dynamicParams>;

/** Parameters of DYNAMIC as dash.js builds it. */
export const dynamicDashParams = z.strictObject({
  rule: z.literal('dynamicdash').meta({
    description: 'DYNAMIC with BOLA-E: throughput while the buffer is low, BOLA-E when it is not.',
    source: 'cited: Sabre dynamicdash, dash.js 5.1.1',
  }),
  bolaAbove,
  throughputBelow: quantity('duration', {
    doc: 'Buffer below which throughput decides; half of bufferMax at most.',
    source: 'cited: Sabre', min: '0s',
  }).prefault('5s'),
  hold: holdParam,
  safety: safetyParam,
  ...estimatorParams,
});

/** Parameters of DYNAMIC with BOLA-E, parsed. */
export type DynamicDashParams = z.output<typeof dynamicDashParams>;

/** DYNAMIC: BOLA takes over in a high buffer if it chooses as high as throughput, and gives way likewise. */
export function dynamicRule(params: DynamicParams, slots: number): AbandoningRule {
  const { hold, gamma: gp } = params;
  const bola = new BolaCore(slots, { gp, hold, basic: false, trustsOwnDecisions: false });
  return new CoreRule('dynamic', slots, around(bola, params, slots, true), params);
}

/** DYNAMIC with BOLA-E, by the level of the buffer alone. */
export function dynamicDashRule(params: DynamicDashParams, slots: number): AbandoningRule {
  const bola = new BolaECore(slots, {
    hold: params.hold, levels: 'enhanced', insufficientBuffer: true, gp: NaN,
  });
  return new CoreRule('dynamicdash', slots, around(bola, params, slots, false), params);
}

function around(
  bola: BolaCore | BolaECore, params: DynamicParams | DynamicDashParams, slots: number, compares: boolean,
): DynamicCore {
  const throughput = new ThroughputCore(slots, { safety: params.safety, insufficientBuffer: true });
  return new DynamicCore(slots, bola, throughput, {
    bolaAboveMs: params.bolaAbove / US_PER_MS, throughputBelowMs: params.throughputBelow / US_PER_MS,
    compares, mostOfBuffer: HALF, abandonsBy: compares ? 'throughput' : 'active',
  });
}

const HALF = 0.5; // dash.js turns back at half of its threshold; a buffer of 10 s could else never turn
