import { mean, quantile, sum, variance } from './functions.ts';
import { NAME, only, without, type LabelSet } from './labels.ts';
import type { AggregateOperator, Expression } from './syntax.ts';
import type { Sample, Value } from './value.ts';

type AggregateExpression = Extract<Expression, { kind: 'aggregate' }>;

/** Combines the samples of each group; `topk` and `bottomk` keep samples as they are. */
export function aggregate(
  { op, by, labels }: AggregateExpression, parameter: number, samples: readonly Sample[],
): Value {
  const groups = new Map<string, { readonly labels: LabelSet; readonly members: Sample[] }>();
  for (const sample of samples) {
    const kept = by ? only(sample.labels, labels) : without(sample.labels, [NAME, ...labels]);
    const group = groups.get(kept.key) ?? { labels: kept, members: [] };
    groups.set(kept.key, group);
    group.members.push(sample);
  }
  if (op === 'topk' || op === 'bottomk') {
    const sign = op === 'topk' ? -1 : 1;
    const chosen = [...groups.values()].flatMap(({ members }) =>
      members.toSorted((a, b) => sign * (a.value - b.value)).slice(0, Math.max(0, parameter)));
    return { kind: 'vector', samples: chosen };
  }
  const combined = [...groups.values()].map((group) => {
    const values = Float64Array.from(group.members, (member) => member.value);
    return { labels: group.labels, value: COMBINE[op](values, parameter) };
  });
  return { kind: 'vector', samples: combined };
}

const COMBINE: Readonly<
  Record<Exclude<AggregateOperator, 'topk' | 'bottomk'>, (values: Float64Array, parameter: number) => number>
> = {
  sum,
  avg: mean,
  min: (values) => values.reduce((least, value) => (value < least || Number.isNaN(least) ? value : least)),
  max: (values) => values.reduce((most, value) => (value > most || Number.isNaN(most) ? value : most)),
  count: (values) => values.length,
  group: () => 1,
  stddev: (values) => Math.sqrt(variance(values)),
  stdvar: variance,
  quantile: (values, q) => quantile(q, values),
};
