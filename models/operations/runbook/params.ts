import { z } from 'zod';
import { quantity } from '../../core/quantity.ts';
import { SEED } from './action.ts';
import { deliveryActions } from './delivery-params.ts';

/** What can be done about a failure, a part of the platform a list. */
export const actionParams = z.discriminatedUnion('action', [...deliveryActions]);

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
