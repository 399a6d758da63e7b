import { z } from 'zod';
import { quantity } from '../../core/quantity.ts';
import { US_PER_MS } from '../../core/units.ts';
import type { AbandoningRule } from './abandoning.ts';
import { CoreRule } from './core-rule.ts';
import { DashCore } from './core/dash.ts';

const DASH = 'cited: dash.js 5.1.1';

/** Parameters of dash.js's rules; the defaults are its own. */
export const dashJsParams = z.strictObject({
  rule: z.literal('dashjs').meta({
    description: 'dash.js 5.1: DYNAMIC held by InsufficientBuffer and SwitchHistory; AbandonRequests.',
    source: `${DASH} (src/streaming/rules/abr)`,
  }),
  bolaFrom: quantity('duration', {
    doc: 'Buffer from which BOLA decides; throughput does again below half of it.',
    source: `${DASH} (bufferTimeDefault 18)`, min: '0s',
  }).prefault('18s'),
  safety: quantity('ratio', {
    doc: 'Share of the throughput estimate that is used.', source: `${DASH} (bandwidthSafetyFactor 0.9)`,
    min: '0.05', max: '2',
  }).prefault('0.9'),
  bufferShare: quantity('ratio', {
    doc: 'Share of what comes while the buffer lasts that a segment may take.',
    source: `${DASH} (InsufficientBufferRule throughputSafetyFactor 0.7)`, min: '0.05', max: '2',
  }).prefault('0.7'),
  dropShare: quantity('ratio', {
    doc: 'Drops over stays at a rendition from which it is avoided.',
    source: `${DASH} (SwitchHistoryRule switchPercentageThreshold 0.075)`, min: '0', max: '1',
  }).prefault('0.075'),
});

/** Parameters of dash.js's rules, parsed. */
export type DashJsParams = z.output<typeof dashJsParams>;

/** dash.js as it comes; DroppedFramesRule has nothing to see here, L2A and LoL+ are rules of their own. */
export function dashJsRule(params: DashJsParams, slots: number): AbandoningRule {
  const { safety, bufferShare, dropShare } = params;
  const bolaFromMs = params.bolaFrom / US_PER_MS;
  const core = new DashCore(slots, { safety, bufferShare, dropShare, bolaFromMs });
  return new CoreRule('dashjs', slots, core, ESTIMATE);
}

// dash.js weighs a millisecond of transfer with 0.0015 s against half-lives of 3 s and 8 s.
const ESTIMATE = {
  estimator: 'ewma', estimatorWindow: 1, fastHalfLife: 3e6 / 1.5, slowHalfLife: 8e6 / 1.5,
} as const;
