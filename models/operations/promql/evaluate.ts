import { aggregate } from './aggregate.ts';
import { binary } from './binary.ts';
import { bucketQuantile, OF_VALUE, OVER_TIME, type Window } from './functions.ts';
import { labelSet, labelValue, NAME, without } from './labels.ts';
import { ENDED, type SeriesStore } from './series.ts';
import type { Expression, RangeNode, SelectorNode, SubqueryNode } from './syntax.ts';
import { scalarOf, vectorOf, type Sample, type Value } from './value.ts';

/** Step of a subquery that names none. [ms] */
const DEFAULT_STEP_MS = 60_000; // Prometheus, evaluation_interval

/** Evaluates an expression over stored series as of one moment, as Prometheus does. [ms] */
export function evaluatePromql(expression: Expression, store: SeriesStore, timeMs: number): Value {
  return new Evaluation(store, timeMs).value(expression);
}

/** The samples of a rangeful expression, each series' in its order. */
interface Windows {
  readonly window: Window;
  readonly labels: Sample['labels'];
}

/** One moment at which an expression is evaluated. */
class Evaluation {
  readonly #store: SeriesStore;
  readonly #timeMs: number;

  constructor(store: SeriesStore, timeMs: number) {
    this.#store = store;
    this.#timeMs = timeMs;
  }

  value(expression: Expression): Value {
    switch (expression.kind) {
      case 'number':
        return { kind: 'scalar', value: expression.value };
      case 'negated':
        return this.#negated(expression.operand);
      case 'selector':
        return { kind: 'vector', samples: this.#select(expression) };
      case 'call':
        return this.#call(expression.name, expression.args);
      case 'aggregate': {
        const { parameter } = expression;
        const number = parameter === undefined ? 0 : scalarOf(this.value(parameter));
        return aggregate(expression, number, vectorOf(this.value(expression.operand)));
      }
      case 'binary':
        return binary(expression, this.value(expression.left), this.value(expression.right));
      case 'range':
      case 'subquery':
        throw new TypeError('a range is no value of its own');
      default:
        expression satisfies never;
        throw new TypeError('an expression of an unknown kind');
    }
  }

  #negated(operand: Expression): Value {
    const value = this.value(operand);
    if (value.kind === 'scalar') return { kind: 'scalar', value: -value.value };
    return mapped(value.samples, (one) => -one);
  }

  #select({ matchers, offsetMs }: SelectorNode): Sample[] {
    const at = this.#timeMs - offsetMs;
    const samples: Sample[] = [];
    for (const series of this.#store.matching(matchers)) {
      const index = this.#store.indexAt(series, at);
      if (index < 0) continue;
      const value = series.values.array[index]!;
      samples.push({ labels: series.labels, value, timeMs: series.times.array[index]! });
    }
    return samples;
  }

  #call(name: string, args: readonly Expression[]): Value {
    const overTime = OVER_TIME[name];
    if (overTime !== undefined) return this.#overTime(name, overTime, args);
    const ofValue = OF_VALUE[name];
    if (ofValue !== undefined) {
      const parameters = args.slice(1).map((arg) => scalarOf(this.value(arg)));
      return mapped(vectorOf(this.value(args[0]!)), (value) => ofValue(value, ...parameters));
    }
    return this.#special(name, args);
  }

  #special(name: string, args: readonly Expression[]): Value {
    const first = args[0];
    switch (name) {
      case 'time':
        return { kind: 'scalar', value: this.#timeMs / 1000 };
      case 'vector':
        return single(scalarOf(this.value(first!)));
      case 'scalar': {
        const samples = vectorOf(this.value(first!));
        return { kind: 'scalar', value: samples.length === 1 ? samples[0]!.value : NaN };
      }
      case 'absent':
        return vectorOf(this.value(first!)).length > 0 ? EMPTY : this.#absence(first!);
      case 'absent_over_time':
        return this.#windows(first as RangeNode | SubqueryNode).length > 0 ? EMPTY : this.#absence(first!);
      case 'timestamp': {
        const samples = vectorOf(this.value(first!));
        const stamped = samples.map((one) => ({ ...one, value: (one.timeMs ?? this.#timeMs) / 1000 }));
        return mapped(stamped, (value) => value);
      }
      case 'sort':
      case 'sort_desc': {
        const sign = name === 'sort' ? 1 : -1;
        const samples = vectorOf(this.value(first!)).toSorted((a, b) => sign * (a.value - b.value));
        return { kind: 'vector', samples };
      }
      case 'histogram_quantile':
        return histogram(scalarOf(this.value(first!)), vectorOf(this.value(args[1]!)));
      default:
        throw new TypeError(`no function ${name}`);
    }
  }

  #overTime(
    name: string,
    reduce: (window: Window, parameter: number) => number | undefined,
    args: readonly Expression[],
  ): Value {
    const range = args.find((arg) => arg.kind === 'range' || arg.kind === 'subquery') as
      RangeNode | SubqueryNode;
    const other = args.find((arg) => arg !== range);
    const parameter = other === undefined ? 0 : scalarOf(this.value(other));
    const samples: Sample[] = [];
    for (const { labels, window } of this.#windows(range)) {
      const value = reduce(window, parameter);
      const kept = name === 'last_over_time' ? labels : without(labels, [NAME]);
      if (value !== undefined) samples.push({ labels: kept, value });
    }
    return { kind: 'vector', samples };
  }

  #windows(range: RangeNode | SubqueryNode): Windows[] {
    return range.kind === 'range' ? this.#rangeOf(range) : this.#subquery(range);
  }

  #rangeOf({ selector, rangeMs }: RangeNode): Windows[] {
    const endMs = this.#timeMs - selector.offsetMs;
    const { semantics } = this.#store;
    const found: Windows[] = [];
    for (const series of this.#store.matching(selector.matchers)) {
      const { from, to } = this.#store.span(series, endMs, rangeMs);
      // Views, not copies: a window of a burn rate holds all of a run, and is looked at with every scrape.
      let times = series.times.array.subarray(from, to);
      let values = series.values.array.subarray(from, to);
      if (values.includes(ENDED)) {
        const all = values;
        times = times.filter((_time, i) => all[i] !== ENDED);
        values = values.filter((value) => value !== ENDED);
      }
      if (values.length === 0) continue;
      found.push({
        labels: series.labels,
        window: { times, values, startMs: endMs - rangeMs, endMs, semantics },
      });
    }
    return found;
  }

  #subquery({ expression, rangeMs, stepMs = DEFAULT_STEP_MS, offsetMs }: SubqueryNode): Windows[] {
    const { semantics } = this.#store;
    const endMs = this.#timeMs - offsetMs;
    const startMs = endMs - rangeMs;
    const series = new Map<string, { labels: Sample['labels']; times: number[]; values: number[] }>();
    // Steps are multiples of the step, whatever the moment of evaluation.
    let at = Math.ceil(startMs / stepMs) * stepMs;
    if (semantics === 'v3' && at === startMs) at += stepMs;
    for (; at <= endMs; at += stepMs) {
      for (const { labels, value } of vectorOf(evaluatePromql(expression, this.#store, at))) {
        const known = series.get(labels.key) ?? { labels, times: [], values: [] };
        series.set(labels.key, known);
        known.times.push(at);
        known.values.push(value);
      }
    }
    return [...series.values()].map(({ labels, times, values }) => ({
      labels,
      window: {
        times: Float64Array.from(times),
        values: Float64Array.from(values),
        startMs,
        endMs,
        semantics,
      },
    }));
  }

  /** The vector that says that a selector found nothing, with the labels it asked for. */
  #absence(argument: Expression): Value {
    const selector = argument.kind === 'range' ? argument.selector : argument;
    if (selector.kind !== 'selector') return single(1);
    const equal = selector.matchers.filter((one) => one.op === '=' && one.label !== NAME);
    const labels = labelSet(Object.fromEntries(equal.map((one) => [one.label, one.value])));
    return { kind: 'vector', samples: [{ labels, value: 1 }] };
  }
}

const EMPTY: Value = { kind: 'vector', samples: [] };

function single(value: number): Value {
  return { kind: 'vector', samples: [{ labels: labelSet({}), value }] };
}

/** A value each, names dropped: what is computed from a metric is not that metric. */
function mapped(samples: readonly Sample[], compute: (value: number) => number): Value {
  return {
    kind: 'vector',
    samples: samples.map(({ labels, value }) => ({ labels: without(labels, [NAME]), value: compute(value) })),
  };
}

function histogram(q: number, samples: readonly Sample[]): Value {
  const groups = new Map<string, { labels: Sample['labels']; buckets: { bound: number; count: number }[] }>();
  for (const { labels, value } of samples) {
    const text = labelValue(labels, 'le');
    const bound = text === '+Inf' ? Infinity : Number(text);
    if (text === '' || Number.isNaN(bound)) continue;
    const rest = without(labels, [NAME, 'le']);
    const group = groups.get(rest.key) ?? { labels: rest, buckets: [] };
    groups.set(rest.key, group);
    group.buckets.push({ bound, count: value });
  }
  const found = [...groups.values()].map(({ labels, buckets }) => ({
    labels,
    value: bucketQuantile(q, buckets),
  }));
  return { kind: 'vector', samples: found };
}
