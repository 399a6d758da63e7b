import { z } from 'zod';
import { parseDurationMs } from '../promql/parse.ts';

const duration = z
  .string()
  .refine((text) => text === '0' || parseDurationMs(text) !== undefined, {
    error: 'expected a duration such as 30s, 5m or 1h30m',
  })
  .transform((text) => parseDurationMs(text) ?? 0);

const labels = z.record(
  z.string().regex(/^[a-zA-Z_]\w*$/, 'expected a label name: letters, digits and _'),
  z.coerce.string(),
);

const NAME_PATTERN = /^[a-zA-Z_:][\w:]*$/;

const rule = z
  .strictObject({
    alert: z.string().min(1).optional(),
    record: z.string().regex(NAME_PATTERN, 'expected a metric name: letters, digits, _ and :').optional(),
    expr: z.coerce.string().min(1),
    for: duration.optional(),
    keep_firing_for: duration.optional(),
    labels: labels.optional(),
    annotations: labels.optional(),
  })
  .superRefine((value, context) => {
    const problem = (path: string, message: string) => {
      context.addIssue({ code: 'custom', path: [path], message, input: value });
    };
    if (value.alert === undefined && value.record === undefined)
      problem('expr', 'expected "alert" or "record" beside it');
    if (value.record === undefined) return;
    if (value.alert !== undefined) problem('record', 'expected either "alert" or "record"');
    for (const key of ['for', 'keep_firing_for', 'annotations'] as const) {
      if (value[key] !== undefined) problem(key, 'is for alerts, not for recording rules');
    }
  });

/** A Prometheus rule file, as its documentation has it; unknown keys are errors. */
export const ruleFileSchema = z.strictObject({
  groups: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        interval: duration.optional(),
        limit: z.number().int().min(0).optional(),
        query_offset: duration.optional(),
        labels: labels.optional(),
        rules: z.array(rule).prefault([]),
      }),
    )
    .prefault([]),
});

/** A rule file as parsed: durations in ms. */
export type RuleFile = z.output<typeof ruleFileSchema>;
