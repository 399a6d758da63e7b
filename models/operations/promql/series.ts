import { GrowableFloat64 } from '../../core/growable.ts';
import { labelSet, labelValue, NAME, type LabelSet } from './labels.ts';
import type { LabelMatcher } from './syntax.ts';

/**
 * How the boundaries of a range count. `v2`: samples at both ends belong to it, as in Prometheus 2; `v3`:
 * the one at its start does not, as in Prometheus 3.
 */
export type PrometheusSemantics = 'v2' | 'v3';

/** How long a sample stands for its series when no newer one comes. [ms] */
export const LOOKBACK_MS = 300_000; // Prometheus, --query.lookback-delta

/** Marks that a series ended: a value no metric takes, where Prometheus has a NaN of its own. */
export const ENDED = -Number.MAX_VALUE;

/** One series: samples with ascending times. */
export interface Series {
  readonly labels: LabelSet;
  /** [ms] */
  readonly times: GrowableFloat64;
  readonly values: GrowableFloat64;
}

/** Samples of a series from one index up to, but not including, another. */
export interface Span {
  readonly series: Series;
  readonly from: number;
  readonly to: number;
}

/** Copied state of a store. */
export interface SeriesStoreState {
  readonly series: ReadonlyArray<{
    readonly labels: Readonly<Record<string, string>>;
    readonly times: Float64Array;
    readonly values: Float64Array;
  }>;
}

/** Series by their labels, as a monitoring system keeps them: what rules are evaluated over. */
export class SeriesStore {
  readonly semantics: PrometheusSemantics;
  readonly #byName = new Map<string, Series[]>();
  readonly #byKey = new Map<string, Series>();

  constructor(semantics: PrometheusSemantics = 'v3') {
    this.semantics = semantics;
  }

  /**
   * Adds a sample; ENDED as value marks that its series ended here. False, and nothing is added, when the
   * series has a sample as new as this.
   */
  append(labels: LabelSet, timeMs: number, value: number): boolean {
    const series = this.#byKey.get(labels.key) ?? this.#open(labels);
    const { times, values } = series;
    const last = times.length - 1;
    if (last >= 0 && times.array[last]! >= timeMs) return false;
    times.push(timeMs);
    values.push(value);
    return true;
  }

  /** All series, in the order they were first seen. */
  all(): Series[] {
    return [...this.#byKey.values()];
  }

  /** Names of the metrics there are. */
  names(): string[] {
    return [...this.#byName.keys()];
  }

  /** Series that match all of the matchers, in the order they were first seen. */
  matching(matchers: readonly LabelMatcher[]): Series[] {
    const exact = matchers.find((one) => one.label === NAME && one.op === '=');
    const candidates = exact === undefined ? this.all() : (this.#byName.get(exact.value) ?? []);
    return candidates.filter((series) =>
      matchers.every((one) => one.test(labelValue(series.labels, one.label))));
  }

  /** Index of a series' newest sample no older than the lookback; -1 when it has none or ended. */
  indexAt(series: Series, timeMs: number): number {
    const at = upTo(series.times, timeMs) - 1;
    if (at < 0 || series.values.array[at] === ENDED) return -1;
    const age = timeMs - series.times.array[at]!;
    const alive = this.semantics === 'v2' ? age <= LOOKBACK_MS : age < LOOKBACK_MS;
    return alive ? at : -1;
  }

  /** Samples in the range that ends at `timeMs`. */
  span(series: Series, timeMs: number, rangeMs: number): Span {
    const start = timeMs - rangeMs;
    const from = this.semantics === 'v2' ? below(series.times, start) : upTo(series.times, start);
    return { series, from, to: upTo(series.times, timeMs) };
  }

  /** A copy of the whole state. */
  save(): SeriesStoreState {
    return {
      series: this.all().map(({ labels, times, values }) => ({
        labels: Object.fromEntries(labels.names.map((name, i) => [name, labels.values[i]!])),
        times: times.slice(0), values: values.slice(0),
      })),
    };
  }

  /** Puts a saved state back. */
  restore(state: SeriesStoreState): void {
    this.#byKey.clear();
    this.#byName.clear();
    for (const { labels, times, values } of state.series) {
      const series = this.#open(labelSet(labels));
      series.times.replace(times);
      series.values.replace(values);
    }
  }

  #open(labels: LabelSet): Series {
    const series = { labels, times: new GrowableFloat64(16), values: new GrowableFloat64(16) };
    this.#byKey.set(labels.key, series);
    const name = labelValue(labels, NAME);
    const named = this.#byName.get(name);
    if (named === undefined) this.#byName.set(name, [series]);
    else named.push(series);
    return series;
  }
}

/** Number of times at or before `timeMs`. */
function upTo(times: GrowableFloat64, timeMs: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times.array[middle]! <= timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Number of times before `timeMs`. */
function below(times: GrowableFloat64, timeMs: number): number {
  const count = upTo(times, timeMs);
  return count > 0 && times.array[count - 1] === timeMs ? count - 1 : count;
}
