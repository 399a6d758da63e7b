import { z } from 'zod';
import { CoreRule } from './core-rule.ts';
import { ThroughputCore } from './core/throughput.ts';
import { estimatorParams, safetyParam } from './estimator-params.ts';
import type { AbandoningRule } from './abandoning.ts';

/** Parameters of the throughput rule. */
export const throughputParams = z.strictObject({
  rule: z.literal('throughput').meta({
    description: 'What throughput sustains, held back while the buffer is short.',
    source: 'cited: Sabre, dash.js ThroughputRule and InsufficientBufferRule',
  }),
  safety: safetyParam,
  ...estimatorParams,
});

/** Parameters of the throughput rule, parsed. */
export type ThroughputParams = z.output<typeof throughputParams>;

/** The throughput rule with the insufficient-buffer and the abandon-requests rule. */
export function throughputRule(params: ThroughputParams, slots: number): AbandoningRule {
  const core = new ThroughputCore(slots, { safety: params.safety, insufficientBuffer: true });
  return new CoreRule('throughput', slots, core, params);
}
