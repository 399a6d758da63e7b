import { z } from 'zod';
import { quantity } from '../../core/quantity.ts';
import { SLIS } from '../sli.ts';

const CHAOS_TOOLKIT = 'cited: Chaos Toolkit open API, steady-state-hypothesis';

const sliNames = SLIS.map((sli) => sli.name) as [string, ...string[]];

/** Something to be looked at: an indicator and a bound, or a question to the monitoring. */
export const probeParams = z.strictObject({
  name: z.string().min(1).meta({ description: 'Name of the probe.', unit: 'name', source: CHAOS_TOOLKIT }),
  sli: z.enum(sliNames)
    .meta({ description: 'Indicator it looks at, over `over`.', unit: 'name', source: 'assumed' }).optional(),
  below: z.number().optional()
    .meta({ description: 'The indicator is below this, in its own unit.', unit: 'the SLI\'s',
      source: 'assumed' }),
  above: z.number().optional()
    .meta({ description: 'The indicator is above this, in its own unit.', unit: 'the SLI\'s',
      source: 'assumed' }),
  promql: z.string().min(1).optional()
    .meta({
      description: 'PromQL that gives something when it holds, or the name of an alert that fires then.',
      unit: 'PromQL', source: 'assumed',
    }),
  over: quantity('duration', {
    doc: 'Span before the look that the indicator is taken over.', source: 'assumed', positive: true,
  }).prefault('5min'),
}).refine(({ sli, promql, below, above }) => {
  if (promql !== undefined) return sli === undefined && below === undefined && above === undefined;
  return sli !== undefined && (below === undefined) !== (above === undefined);
}, { error: 'expected "sli" with either "below" or "above", or "promql" alone' });

/** What holds in the steady state: before the faults, or there is nothing to rehearse, and after them. */
export const hypothesisParams = z.strictObject({
  title: z.string().min(1)
    .meta({ description: 'The hypothesis, in a sentence.', unit: 'text', source: CHAOS_TOOLKIT }),
  probes: z.array(probeParams).min(1).max(50),
});

/** A probe, parsed. */
export type ProbeParams = z.output<typeof probeParams>;
/** A hypothesis, parsed. */
export type HypothesisParams = z.output<typeof hypothesisParams>;
