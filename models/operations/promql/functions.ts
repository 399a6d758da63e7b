import { quantileOfSorted } from '../../core/statistics.ts';
import type { PrometheusSemantics } from './series.ts';

/** What a function takes: number of arguments, and whether one of them is a range. */
export interface FunctionSignature {
  readonly arity: readonly [number, number];
  readonly overTime: boolean;
}

/** Samples in a range, to be reduced to one value; times in ms. */
export interface Window {
  readonly times: Float64Array;
  readonly values: Float64Array;
  readonly startMs: number;
  readonly endMs: number;
  readonly semantics: PrometheusSemantics;
}

/** A function of a range and, for some, a number; undefined when it has no value. */
type OverTime = (window: Window, parameter: number) => number | undefined;

/** Functions of the samples of a range. */
export const OVER_TIME: Readonly<Record<string, OverTime>> = {
  rate: (window) => extrapolated(window, true, true),
  increase: (window) => extrapolated(window, true, false),
  delta: (window) => extrapolated(window, false, false),
  irate: (window) => instantaneous(window, true),
  idelta: (window) => instantaneous(window, false),
  avg_over_time: ({ values }) => mean(values),
  sum_over_time: ({ values }) => sum(values),
  min_over_time: ({ values }) => values.reduce((least, value) => Math.min(least, value)),
  max_over_time: ({ values }) => values.reduce((most, value) => Math.max(most, value)),
  count_over_time: ({ values }) => values.length,
  last_over_time: ({ values }) => values[values.length - 1],
  present_over_time: () => 1,
  stddev_over_time: ({ values }) => Math.sqrt(variance(values)),
  stdvar_over_time: ({ values }) => variance(values),
  quantile_over_time: ({ values }, q) => quantile(q, values),
  changes: ({ values }) => count(values, (value, before) => value !== before),
  resets: ({ values }) => count(values, (value, before) => value < before),
  deriv: (window) => regression(window)?.slope,
  predict_linear: (window, aheadS) => {
    const line = regression(window);
    return line === undefined ? undefined : line.atEnd + line.slope * aheadS;
  },
};

/** Functions of each value of a vector. */
export const OF_VALUE: Readonly<Record<string, (value: number, ...parameters: number[]) => number>> = {
  abs: Math.abs,
  ceil: Math.ceil,
  floor: Math.floor,
  exp: Math.exp,
  ln: Math.log,
  log2: Math.log2,
  log10: Math.log10,
  sqrt: Math.sqrt,
  sgn: Math.sign,
  round: (value, to = 1) => Math.floor(value / to + 0.5) * to,
  clamp: (value, least = -Infinity, most = Infinity) => Math.max(least, Math.min(most, value)),
  clamp_min: (value, least = -Infinity) => Math.max(least, value),
  clamp_max: (value, most = Infinity) => Math.min(most, value),
};

/** Every function Weir evaluates. */
export const FUNCTIONS: Readonly<Record<string, FunctionSignature>> = {
  ...signatures(Object.keys(OVER_TIME), [1, 1], true),
  ...signatures(['quantile_over_time', 'predict_linear'], [2, 2], true),
  absent_over_time: { arity: [1, 1], overTime: true },
  ...signatures(Object.keys(OF_VALUE), [1, 1], false),
  round: { arity: [1, 2], overTime: false },
  clamp: { arity: [3, 3], overTime: false },
  ...signatures(['clamp_min', 'clamp_max', 'histogram_quantile'], [2, 2], false),
  ...signatures(['scalar', 'vector', 'absent', 'timestamp', 'sort', 'sort_desc'], [1, 1], false),
  time: { arity: [0, 0], overTime: false },
};

/**
 * Quantile of classic histogram buckets, linear within a bucket, as Prometheus' bucketQuantile: buckets are
 * cumulative, ascending, the last one `+Inf`; NaN without observations or without that bucket.
 */
export function bucketQuantile(
  q: number, buckets: ReadonlyArray<{ readonly bound: number; readonly count: number }>,
): number {
  if (Number.isNaN(q)) return NaN;
  if (q < 0) return -Infinity;
  if (q > 1) return Infinity;
  const sorted = buckets.toSorted((a, b) => a.bound - b.bound);
  const last = sorted[sorted.length - 1];
  if (last === undefined || last.bound !== Infinity || sorted.length < 2) return NaN;
  let most = 0;
  const counts = sorted.map(({ count }) => (most = Math.max(most, count)));
  const observations = counts[counts.length - 1]!;
  if (observations === 0) return NaN;
  const rank = q * observations;
  const at = counts.findIndex((count, i) => i === counts.length - 1 || count >= rank);
  if (at === sorted.length - 1) return sorted[sorted.length - 2]!.bound;
  const end = sorted[at]!.bound;
  if (at === 0 && end <= 0) return end;
  const start = at === 0 ? 0 : sorted[at - 1]!.bound;
  const before = at === 0 ? 0 : counts[at - 1]!;
  return start + ((end - start) * (rank - before)) / (counts[at]! - before);
}

/** Quantile of values with linear interpolation, as Prometheus'. */
export function quantile(q: number, values: Float64Array): number {
  if (values.length === 0 || Number.isNaN(q)) return NaN;
  if (q < 0) return -Infinity;
  if (q > 1) return Infinity;
  return quantileOfSorted(values.toSorted(), q);
}

/** Population variance. */
export function variance(values: Float64Array): number {
  const middle = mean(values);
  return values.reduce((total, value) => total + (value - middle) ** 2, 0) / values.length;
}

/** Arithmetic mean. */
export function mean(values: Float64Array): number {
  return sum(values) / values.length;
}

/** Kahan's compensated sum, as Prometheus adds. */
export function sum(values: Float64Array): number {
  let total = 0;
  let lost = 0;
  for (const value of values) {
    const next = total + value;
    lost += Math.abs(total) >= Math.abs(value) ? total - next + value : value - next + total;
    total = next;
  }
  return Number.isFinite(total) ? total + lost : total;
}

/**
 * Increase over the range, extrapolated to its ends where samples come near them: the rule of Prometheus'
 * extrapolatedRate, of which 2 and 3 differ in the order of two limits.
 */
function extrapolated(window: Window, isCounter: boolean, isRate: boolean): number | undefined {
  const { times, values, startMs, endMs } = window;
  const n = values.length;
  if (n < 2) return undefined;
  const first = values[0]!;
  let gained = values[n - 1]! - first;
  if (isCounter) {
    for (let i = 1; i < n; i++) if (values[i]! < values[i - 1]!) gained += values[i - 1]!;
  }
  const sampled = (times[n - 1]! - times[0]!) / 1000;
  const between = sampled / (n - 1);
  const threshold = between * 1.1;
  let toStart = (times[0]! - startMs) / 1000;
  const toZero = isCounter && gained > 0 && first >= 0 ? sampled * (first / gained) : Infinity;
  if (window.semantics === 'v3' && toStart >= threshold) toStart = between / 2;
  toStart = Math.min(toStart, toZero);
  if (toStart >= threshold) toStart = between / 2;
  const toEnd = (endMs - times[n - 1]!) / 1000;
  const span = sampled + toStart + (toEnd < threshold ? toEnd : between / 2);
  const increase = gained * (span / sampled);
  return isRate ? increase / ((endMs - startMs) / 1000) : increase;
}

function instantaneous({ times, values }: Window, isRate: boolean): number | undefined {
  const n = values.length;
  if (n < 2) return undefined;
  const [before, last] = [values[n - 2]!, values[n - 1]!];
  const gained = isRate && last < before ? last : last - before;
  return isRate ? gained / ((times[n - 1]! - times[n - 2]!) / 1000) : gained;
}

function regression({ times, values, endMs }: Window): { slope: number; atEnd: number } | undefined {
  const n = values.length;
  if (n < 2) return undefined;
  const x = times.map((time) => (time - endMs) / 1000);
  const [meanX, meanY] = [mean(x), mean(values)];
  let covariance = 0;
  let spread = 0;
  for (let i = 0; i < n; i++) {
    covariance += (x[i]! - meanX) * (values[i]! - meanY);
    spread += (x[i]! - meanX) ** 2;
  }
  const slope = covariance / spread;
  return { slope, atEnd: meanY - slope * meanX };
}

function count(values: Float64Array, changed: (value: number, before: number) => boolean): number {
  let found = 0;
  for (let i = 1; i < values.length; i++) if (changed(values[i]!, values[i - 1]!)) found++;
  return found;
}

function signatures(
  names: readonly string[], arity: readonly [number, number], overTime: boolean,
): Record<string, FunctionSignature> {
  return Object.fromEntries(names.map((name) => [name, { arity, overTime }]));
}
