import { assert } from './assert.ts';

/**
 * Quantile of ascending values by linear interpolation between order statistics (Hyndman and Fan
 * type 7, the default of R and NumPy); throws InvariantError on an empty array.
 */
export function quantileOfSorted(sorted: ArrayLike<number>, q: number): number {
  const n = sorted.length;
  assert(n > 0 && q >= 0 && q <= 1, 'quantile needs values and 0 <= q <= 1', { q, n });
  const position = (sorted.length - 1) * q;
  const below = Math.floor(position);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below]! + (sorted[above]! - sorted[below]!) * (position - below);
}

/** A figure with its confidence interval; `low` and `high` are null where the values give none. */
export interface Estimate {
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
  /** Independent values it was made from. */
  readonly n: number;
}

/** How an interval was made: reports print it, as an interval is worth what its assumptions are. */
export type IntervalMethod =
  | 'replications'
  | 'paired replications'
  | 'batch means'
  | 'overlapping batch means'
  | 'order statistics';

/** An estimate that says how it was obtained. */
export interface StatedEstimate extends Estimate {
  readonly method: IntervalMethod;
  /** Share of intervals made this way that cover the truth, as far as the assumptions hold. */
  readonly confidence: number;
}

/** Mean and t interval, 95 % by default, over independent replications; null bounds for a single value. */
export function estimateMean(values: readonly number[], confidence = 0.95): StatedEstimate {
  const n = values.length;
  assert(n > 0, 'an estimate needs a value');
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const variance = n === 1 ? 0 : values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  return meanInterval({ count: n, mean, variance }, confidence);
}

/** Mean and t interval from the moments of independent values, whose `variance` is the unbiased one. */
export function meanInterval(
  moments: { readonly count: number; readonly mean: number; readonly variance: number }, confidence = 0.95,
): StatedEstimate {
  const { count: n, mean: value, variance } = moments;
  const half = n < 2 ? null : studentQuantile((1 + confidence) / 2, n - 1) * Math.sqrt(variance / n);
  return { value, ...boundsAround(value, half), n, method: 'replications', confidence };
}

/** The interval half a width around a value; null bounds where there is no width. */
export function boundsAround(value: number, half: number | null): Pick<Estimate, 'low' | 'high'> {
  return half === null ? { low: null, high: null } : { low: value - half, high: value + half };
}

/** Quantile of Student's t with `df` degrees of freedom, for 0.5 < p < 1; absolute error below 1e-9. */
export function studentQuantile(p: number, df: number): number {
  assert(p > 0.5 && p < 1 && df >= 1, 'studentQuantile needs 0.5 < p < 1 and df >= 1', { p, df });
  const atZero = Math.exp(logGamma((df + 1) / 2) - logGamma(df / 2)) / Math.sqrt(df * Math.PI);
  // Newton from 0: right of 0 the distribution function is concave, so that no step goes past the quantile.
  let t = 0;
  for (let i = 0; i < 200; i++) {
    const density = atZero * (1 + (t * t) / df) ** (-(df + 1) / 2);
    const step = (studentTail(t, df) - (1 - p)) / density;
    t += step;
    if (step <= 1e-13 * t) break;
  }
  return t;
}

/** Distribution function of Student's t for t >= 0, by the regularised incomplete beta function. */
export function studentCdf(t: number, df: number): number {
  return 1 - studentTail(t, df);
}

/** Probability that Student's t exceeds t >= 0; keeps its digits however small it is. */
export function studentTail(t: number, df: number): number {
  assert(t >= 0 && df > 0, 'studentTail needs t >= 0 and df > 0', { t, df });
  return t === Infinity ? 0 : 0.5 * incompleteBeta(df / (df + t * t), df / 2, 0.5);
}

/** Probability of at most k successes in n trials of chance p, 0 < p < 1, by the incomplete beta function. */
export function binomialCdf(k: number, n: number, p: number): number {
  assert(p > 0 && p < 1 && n >= 0, 'binomialCdf needs 0 < p < 1 and n >= 0', { n, p });
  if (k < 0) return 0;
  return k >= n ? 1 : incompleteBeta(1 - p, n - Math.floor(k), Math.floor(k) + 1);
}

/** Regularised incomplete beta I_x(a, b), by Lentz's continued fraction (Numerical Recipes, 6.4). */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log(1 - x));
  return x < (a + 1) / (a + b + 2)
    ? (front * betaFraction(x, a, b)) / a
    : 1 - (front * betaFraction(1 - x, b, a)) / b;
}

function betaFraction(x: number, a: number, b: number): number {
  const tiny = 1e-300;
  let c = 1;
  let d = 1 / awayFromZero(1 - ((a + b) * x) / (a + 1), tiny);
  let fraction = d;
  for (let m = 1; m <= 100_000; m++) { // takes about the square root of the larger parameter
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / awayFromZero(1 + even * d, tiny);
    c = awayFromZero(1 + even / c, tiny);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / awayFromZero(1 + odd * d, tiny);
    c = awayFromZero(1 + odd / c, tiny);
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-15) break;
  }
  return fraction;
}

function awayFromZero(value: number, tiny: number): number {
  return Math.abs(value) < tiny ? tiny : value;
}

/** Natural logarithm of the gamma function for x > 0 (Lanczos, g = 7, nine terms; relative error 1e-15). */
export function logGamma(x: number): number {
  const coefficients = [
    0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
    12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
  ];
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const z = x - 1;
  let sum = coefficients[0]!;
  for (let i = 1; i < 9; i++) sum += coefficients[i]! / (z + i);
  const t = z + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (z + 0.5) * Math.log(t) - t + Math.log(sum);
}
