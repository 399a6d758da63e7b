import { z } from 'zod';
import { quantity } from '../../core/quantity.ts';

const SEED = 'cited: platform design document, sections 9.2 to 9.4';

const action = <Name extends string>(name: Name, description: string) =>
  z.literal(name).meta({ description, unit: 'name', source: SEED });

/** What can be done about a failure. */
export const actionParams = z.discriminatedUnion('action', [
  z.strictObject({
    action: action('reroute', 'Places that are down are taken out of routing now, found out or not.'),
  }),
  z.strictObject({
    action: action('shield', 'One cache in front of the origin, on or off.'),
    on: z.boolean().meta({ description: 'On or off.', unit: 'flag', source: 'assumed' }).prefault(true),
  }),
  z.strictObject({
    action: action('prewarm', 'Edges fetch the most popular videos before anybody asks.'),
    videos: z
      .number()
      .int()
      .min(1)
      .max(10_000)
      .meta({ description: 'Videos, from the most popular on.', unit: 'videos', source: 'assumed' })
      .prefault(10),
  }),
  z.strictObject({
    action: action('scaleOrigin', 'The origin gets more capacity.'),
    factor: z
      .number()
      .min(1)
      .max(1000)
      .meta({ description: 'Times its capacity.', unit: '1', source: 'assumed' })
      .prefault(4),
  }),
  z.strictObject({
    action: action('failoverOrigin', 'Reads go to a replica of the object store that is well.'),
  }),
  z.strictObject({ action: action('rollback', 'The deploy, or the expired key, is taken back.') }),
]);

/** A step of a runbook: when, what, what is expected of it, within how long. */
export const stepParams = z.strictObject({
  when: z.string().min(1).meta({
    description: 'Name of an alert that fires, or a PromQL expression that gives something.',
    unit: 'alert or PromQL',
    source: SEED,
  }),
  after: quantity('duration', {
    doc: 'Time from then until it is done: somebody has to read the page first.',
    source: 'assumed',
    min: '0s',
  }).prefault('5min'),
  do: actionParams,
  expect: z
    .string()
    .min(1)
    .meta({
      description: 'A PromQL expression that gives something once the step has worked.',
      unit: 'PromQL',
      source: 'assumed',
    })
    .optional(),
  within: quantity('duration', {
    doc: 'Time the step has to work.',
    source: 'assumed',
    positive: true,
  }).prefault('10min'),
});

/** A runbook: steps that are each done once. */
export const runbookParams = z.strictObject({
  name: z.string().min(1).meta({ description: 'Name of the runbook.', unit: 'name', source: SEED }),
  steps: z.array(stepParams).min(1).max(100),
});

/** One action, parsed. */
export type ActionParams = z.output<typeof actionParams>;
/** A runbook, parsed. */
export type RunbookParams = z.output<typeof runbookParams>;
