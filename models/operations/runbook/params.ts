import { z } from 'zod';
import { quantity } from '../../core/quantity.ts';
import { SEED } from './action.ts';
import { commonActions } from './common-params.ts';
import { deliveryActions } from './delivery-params.ts';
import { recommendationsActions, searchActions } from './discovery-params.ts';
import { metadataActions } from './metadata-params.ts';
import { pipelineActions } from './pipeline-params.ts';

/** What can be done about a failure, a part of the platform a list. */
export const actionParams = z.discriminatedUnion('action', [
  ...deliveryActions, ...pipelineActions, ...metadataActions, ...searchActions, ...recommendationsActions,
  ...commonActions,
]);

const probe = (description: string) => z.string().min(1)
  .meta({ description, unit: 'PromQL', source: SEED }).optional();

/** A step of a runbook: when, what, what is expected of it, within how long. */
export const stepParams = z.strictObject({
  when: z.string().min(1).meta({
    description: 'Name of an alert that fires, or a PromQL expression that gives something.',
    unit: 'alert or PromQL',
    source: SEED,
  }),
  if: probe('What a look at the dashboards has to find as well: a PromQL expression that gives something.'),
  for: quantity('duration', {
    doc: 'How long both have to hold without a break.', source: 'assumed', min: '0s',
  }).prefault('0s'),
  after: quantity('duration', {
    doc: 'Time from then until it is done: somebody has to read the page first.',
    source: 'assumed',
    min: '0s',
  }).prefault('5min'),
  do: actionParams,
  expect: probe('A PromQL expression that gives something once the step has worked.'),
  within: quantity('duration', {
    doc: 'Time the step has to work.',
    source: 'assumed',
    positive: true,
  }).prefault('10min'),
});

const name = z.string().min(1).meta({ description: 'Name of the runbook.', unit: 'name', source: SEED });

/** A runbook, as a file has it: steps that are each done once. */
export const runbookParams = z.strictObject({ name, steps: z.array(stepParams).min(1).max(100) });

/** A runbook in a scenario: its steps, or the file that has them. */
export const runbookEntry = z.strictObject({
  file: z.string().min(1)
    .meta({ description: 'A file with a runbook.', unit: 'path', source: 'assumed' }).optional(),
  name: name.optional(),
  steps: z.array(stepParams).max(100).prefault([]),
}).superRefine(({ file, name: own, steps }, context) => {
  const given = { name: own !== undefined, steps: steps.length > 0 };
  for (const key of ['name', 'steps'] as const) {
    if (given[key] === (file === undefined)) continue;
    const message = file === undefined ? `expected ${key}, or a file that has them`
      : `expected no ${key} beside "file", which has them`;
    context.addIssue({ code: 'custom', path: [key], message, input: own });
  }
});

/** One action, parsed. */
export type ActionParams = z.output<typeof actionParams>;
/** A runbook, parsed. */
export type RunbookParams = z.output<typeof runbookParams>;
/** A runbook in a scenario, parsed. */
export type RunbookEntry = z.output<typeof runbookEntry>;

/** The runbooks of a scenario whose files have been read. */
export function runbooksOf(entries: readonly RunbookEntry[]): RunbookParams[] {
  return entries.flatMap(({ name: own, steps }) => (own === undefined ? [] : [{ name: own, steps }]));
}

/** What undoes an action; undefined for what cannot be undone. */
export function undoOf(params: ActionParams): ActionParams | undefined {
  return 'on' in params ? { ...params, on: !params.on } : undefined;
}

/** An action in a word or two. */
export function actionText(params: ActionParams): string {
  const detail = params.action === 'announce' ? ` ${params.to}`
    : params.action === 'degrade' ? ` level ${params.level}` : '';
  return `${params.action}${detail}${'on' in params && !params.on ? ' off' : ''}`;
}
