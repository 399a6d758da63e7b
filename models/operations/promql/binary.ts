import { labelRecord, labelSet, labelValue, NAME, only, without, type LabelSet } from './labels.ts';
import type { BinaryOperator, Expression, VectorMatching } from './syntax.ts';
import { vectorOf, type Sample, type Value } from './value.ts';

type BinaryExpression = Extract<Expression, { kind: 'binary' }>;

/** Applies an operator between two values; throws TypeError where series do not match one to one. */
export function binary(expression: BinaryExpression, left: Value, right: Value): Value {
  const { op, bool } = expression;
  if (left.kind === 'scalar' && right.kind === 'scalar') {
    return { kind: 'scalar', value: compute(op, left.value, right.value) };
  }
  if (op === 'and' || op === 'or' || op === 'unless') {
    return {
      kind: 'vector',
      samples: setOperation(op, expression.matching, vectorOf(left), vectorOf(right)),
    };
  }
  if (left.kind === 'scalar') return withScalar(op, bool, vectorOf(right), left.value, true);
  if (right.kind === 'scalar') return withScalar(op, bool, left.samples, right.value, false);
  return { kind: 'vector', samples: matched(expression, left.samples, right.samples) };
}

function withScalar(
  op: BinaryOperator,
  bool: boolean,
  samples: readonly Sample[],
  scalar: number,
  scalarFirst: boolean,
): Value {
  const results: Sample[] = [];
  for (const { labels, value } of samples) {
    const result = scalarFirst ? compute(op, scalar, value) : compute(op, value, scalar);
    if (!COMPARISONS.has(op) || bool) results.push({ labels: without(labels, [NAME]), value: result });
    else if (result === 1) results.push({ labels, value });
  }
  return { kind: 'vector', samples: results };
}

function setOperation(
  op: 'and' | 'or' | 'unless',
  matching: VectorMatching,
  left: readonly Sample[],
  right: readonly Sample[],
): readonly Sample[] {
  const keyOf = (sample: Sample) => signature(sample.labels, matching).key;
  if (op === 'or') {
    const known = new Set(left.map(keyOf));
    return [...left, ...right.filter((sample) => !known.has(keyOf(sample)))];
  }
  const known = new Set(right.map(keyOf));
  return left.filter((sample) => known.has(keyOf(sample)) === (op === 'and'));
}

function matched(
  { op, bool, matching }: BinaryExpression,
  left: readonly Sample[],
  right: readonly Sample[],
): Sample[] {
  const swapped = matching.many === 'right';
  const [many, one] = swapped ? [right, left] : [left, right];
  const byKey = new Map<string, Sample>();
  for (const sample of one) {
    const { key } = signature(sample.labels, matching);
    if (byKey.has(key))
      throw new TypeError(`several series for one on the ${swapped ? 'left' : 'right'} side`);
    byKey.set(key, sample);
  }
  const results: Sample[] = [];
  const used = new Set<string>();
  for (const sample of many) {
    const { key } = signature(sample.labels, matching);
    const partner = byKey.get(key);
    if (partner === undefined) continue;
    if (matching.many === 'none' && used.has(key))
      throw new TypeError('several series for one on the left side');
    used.add(key);
    const [a, b] = swapped ? [partner, sample] : [sample, partner];
    const result = compute(op, a.value, b.value);
    const filters = COMPARISONS.has(op) && !bool;
    if (filters && result !== 1) continue;
    const labels = resultLabels(sample.labels, partner.labels, matching, filters);
    results.push({ labels, value: filters ? a.value : result });
  }
  return results;
}

/** The labels by which a series finds its partner. */
function signature(labels: LabelSet, { on, labels: named }: VectorMatching): LabelSet {
  return on ? only(labels, named) : without(labels, [NAME, ...named]);
}

function resultLabels(many: LabelSet, one: LabelSet, matching: VectorMatching, keepName: boolean): LabelSet {
  const base = keepName ? many : without(many, [NAME]);
  if (matching.many === 'none') {
    return matching.on ? only(base, matching.labels) : without(base, matching.labels);
  }
  const taken = Object.fromEntries(matching.include.map((label) => [label, labelValue(one, label)]));
  return labelSet({ ...labelRecord(base), ...taken });
}

const COMPARISONS: ReadonlySet<BinaryOperator> = new Set(['==', '!=', '<', '<=', '>', '>=']);

function compute(op: BinaryOperator, a: number, b: number): number {
  switch (op) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    case '%':
      return a % b;
    case '^':
      return a ** b;
    case 'atan2':
      return Math.atan2(a, b);
    case '==':
      return a === b ? 1 : 0;
    case '!=':
      return a === b ? 0 : 1;
    case '<':
      return a < b ? 1 : 0;
    case '<=':
      return a <= b ? 1 : 0;
    case '>':
      return a > b ? 1 : 0;
    case '>=':
      return a >= b ? 1 : 0;
    case 'and':
    case 'or':
    case 'unless':
      throw new TypeError(`${op} is for vectors`);
    default:
      op satisfies never;
      return NaN;
  }
}
