import { z } from 'zod';
import { quantity } from '../../core/quantity.ts';
import { actionParams } from '../runbook/params.ts';

const SEED = 'cited: platform design document, section 9.4';

/** A degraded level: what is done together, when, and when it is undone. */
export const levelParams = z.strictObject({
  level: z.number().int().min(1).max(9)
    .meta({ description: 'Number of the level; a higher one is worse.', unit: 'number', source: SEED }),
  name: z.string().min(1).meta({ description: 'What is going on.', unit: 'text', source: SEED }),
  when: z.string().min(1).meta({
    description: 'Name of an alert that fires, or a PromQL expression that gives something: it is entered.',
    unit: 'alert or PromQL', source: SEED,
  }),
  for: quantity('duration', {
    doc: 'How long that has to hold without a break.', source: 'assumed', min: '0s',
  }).prefault('0s'),
  do: z.array(actionParams).min(1).max(20),
  until: z.string().min(1).meta({
    description: 'What has to be seen before it is left; without it, that `when` does not hold.',
    unit: 'alert or PromQL', source: 'assumed',
  }).optional(),
  hold: quantity('duration', {
    doc: 'How long that has to be seen without a break.', source: 'assumed', min: '0s',
  }).prefault('5min'),
}).superRefine(({ do: actions }, context) => {
  actions.forEach((one, i) => {
    if (one.action !== 'degrade') return;
    const message = 'expected an action other than degrade: a level does not enter another';
    context.addIssue({ code: 'custom', path: ['do', i, 'action'], message, input: one.action });
  });
});

/** Degraded levels as a file has them. */
export const levelFile = z.strictObject({ levels: z.array(levelParams).min(1).max(9) });

/** Degraded levels of a scenario: files that have them, and levels of its own. */
export const degradedParams = z.array(z.strictObject({
  file: z.string().min(1)
    .meta({ description: 'A file with degraded levels.', unit: 'path', source: 'assumed' }).optional(),
  levels: z.array(levelParams).max(9).prefault([]),
})).max(9);

/** A degraded level, parsed. */
export type LevelParams = z.output<typeof levelParams>;

/** The degraded levels of a scenario whose files have been read. */
export function levelsOf(entries: z.output<typeof degradedParams>): LevelParams[] {
  return entries.flatMap(({ levels }) => levels);
}
