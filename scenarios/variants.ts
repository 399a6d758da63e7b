import { z } from 'zod';
import { quantity } from '../models/core/quantity.ts';
import { TOTAL_COST } from '../models/operations/indicator.ts';
import { SLIS } from '../models/operations/sli.ts';
import { suggest } from './errors.ts';

const label = z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'expected lower-case letters, digits and dashes')
  .meta({ description: 'Name in tables, of folders and for --variant.', unit: 'name', source: 'assumed' });

const title = z.string().min(1).optional()
  .meta({ description: 'What it is, in a few words; its name by default.', unit: 'text', source: 'assumed' });

const indicator = z.string()
  .superRefine((name, context) => {
    const known = [...SLIS.map((sli) => sli.name), TOTAL_COST];
    if (known.includes(name)) return;
    const message = `unknown indicator "${name}": ${suggest(name, known)}`;
    context.addIssue({ code: 'custom', message, input: name });
  })
  .meta({ description: 'An indicator, or total_cost.', unit: 'name', source: 'assumed' });

/** The scenario with some parameters changed, to be held against it on the same random numbers. */
export const variantParams = z.strictObject({
  name: label,
  title,
  set: z.record(z.string(), z.unknown())
    .meta({
      description: 'Values by parameter path, such as cdn.edge.capacity: 40 GB; as --set takes them.',
      unit: 'parameters', source: 'assumed',
    }),
});

/** What the scenario as it stands is called beside its variants. */
export const baselineParams = z.strictObject({ name: label.prefault('base'), title });

/** How variants are held against each other. */
export const rankParams = z.strictObject({
  by: indicator,
  beside: z.array(indicator).max(20).optional()
    .meta({
      description: 'Indicators compared beside it; those of the objectives by default.', unit: 'names',
      source: 'assumed',
    }),
  indifference: quantity('ratio', {
    doc: 'Difference too small to matter, as a share of the baseline (of its distance to 100 % if nearer).',
    source: 'assumed', positive: true, max: '100%',
  }).prefault('5%'),
});

/** The parts of a scenario file that say what to compare; they change nothing that a run does. */
export const studyParams = {
  variants: z.array(variantParams).min(1).max(50).optional(),
  baseline: baselineParams.optional(),
  rank: rankParams.optional(),
};

/** What a scenario file wants compared, parsed. */
export const studySchema = z.object(studyParams);

export type Study = z.output<typeof studySchema>;
