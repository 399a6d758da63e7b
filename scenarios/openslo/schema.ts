import { z } from 'zod';

/** A duration as OpenSLO writes it: a number and m, h, d, w, M (30 days), Q (90 days) or Y (365 days). */
const duration = z.string().regex(/^\d+[mhdwMQY]$/, 'expected a duration such as 5m, 1h or 28d');

/** Names as Kubernetes has them (RFC 1123). */
const name = z
  .string()
  .max(63)
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 'expected lower-case letters, digits and dashes');

const metadata = z.strictObject({
  name,
  displayName: z.string().optional(),
  labels: z.record(z.string(), z.union([z.string(), z.array(z.string())])).optional(),
  annotations: z.record(z.string(), z.string()).optional(),
});

const metricSource = z.strictObject({
  metricSource: z.strictObject({
    metricSourceRef: z.string().optional(),
    type: z.string().optional(),
    /** What a data source understands: of Weir's, `query` (PromQL) or `sli` (an indicator's name). */
    spec: z.record(z.string(), z.unknown()),
  }),
});

const ratioMetric = z
  .strictObject({
    counter: z.boolean().optional(),
    good: metricSource.optional(),
    bad: metricSource.optional(),
    total: metricSource.optional(),
    raw: metricSource.optional(),
    rawType: z.enum(['success', 'failure']).optional(),
  })
  .superRefine((ratio, context) => {
    const problem = (message: string) =>
      context.addIssue({ code: 'custom', path: [], message, input: ratio });
    if (ratio.raw !== undefined)
      return problem('"raw" is not supported: expected "good" or "bad", and "total"');
    if ((ratio.good === undefined) === (ratio.bad === undefined)) problem('expected either "good" or "bad"');
    else if (ratio.total === undefined) problem('expected "total" beside "good" or "bad"');
  });

const indicatorSpec = z
  .strictObject({
    description: z.string().optional(),
    thresholdMetric: metricSource.optional(),
    ratioMetric: ratioMetric.optional(),
  })
  .refine((spec) => (spec.thresholdMetric === undefined) !== (spec.ratioMetric === undefined), {
    error: 'expected either "thresholdMetric" or "ratioMetric"',
  });

const objective = z
  .strictObject({
    displayName: z.string().optional(),
    op: z.enum(['lte', 'gte', 'lt', 'gt']).optional(),
    value: z.number().optional(),
    target: z.number().min(0).lt(1).optional(),
    targetPercent: z.number().min(0).lt(100).optional(),
    timeSliceTarget: z.number().gt(0).max(1).optional(),
    timeSliceWindow: duration.optional(),
    compositeWeight: z.number().optional(),
  })
  .refine((one) => (one.target === undefined) !== (one.targetPercent === undefined), {
    error: 'expected either "target" or "targetPercent"',
  });

const timeWindow = z.strictObject({
  duration,
  isRolling: z.boolean().optional(),
  calendar: z.strictObject({ startTime: z.string(), timeZone: z.string() }).optional(),
});

const head = <Kind extends string>(kind: Kind) => ({
  apiVersion: z.literal('openslo/v1'),
  kind: z.literal(kind),
  metadata,
});

/** An SLO. */
const slo = z.strictObject({
  ...head('SLO'),
  spec: z
    .strictObject({
      description: z.string().optional(),
      service: z.string().min(1),
      indicator: z.strictObject({ metadata: metadata.optional(), spec: indicatorSpec }).optional(),
      indicatorRef: z.string().optional(),
      timeWindow: z.array(timeWindow).length(1, 'expected exactly one time window').optional(),
      budgetingMethod: z.enum(['Occurrences', 'Timeslices', 'RatioTimeslices']),
      objectives: z.array(objective).min(1),
      alertPolicies: z.array(z.unknown()).optional(),
    })
    .refine((spec) => (spec.indicator === undefined) !== (spec.indicatorRef === undefined), {
      error: 'expected either "indicator" or "indicatorRef"',
    }),
});

const sli = z.strictObject({ ...head('SLI'), spec: indicatorSpec });

/** Kinds that say where data lies or who is told: read, and of no effect in a run. */
const other = z.strictObject({
  apiVersion: z.literal('openslo/v1'),
  kind: z.enum(['Service', 'DataSource', 'AlertPolicy', 'AlertCondition', 'AlertNotificationTarget']),
  metadata,
  spec: z.record(z.string(), z.unknown()).optional(),
});

/** Any document of OpenSLO v1. */
export const openSloSchema = z.discriminatedUnion('kind', [slo, sli, other]);

/** An SLO document as parsed. */
export type OpenSlo = z.output<typeof slo>;
/** The specification of an indicator as parsed. */
export type OpenSloIndicator = z.output<typeof indicatorSpec>;
