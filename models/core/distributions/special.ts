import { assert } from '../assert.ts';
import { logGamma } from '../statistics.ts';

/**
 * Regularised lower incomplete gamma P(a, x), by series below a + 1 and continued fraction above (DLMF 8.11,
 * 8.9).
 */
export function gammaP(a: number, x: number): number {
  assert(a > 0 && x >= 0, 'gammaP needs a > 0 and x >= 0', { a, x });
  if (x === 0) return 0;
  if (x === Infinity) return 1;
  return x < a + 1 ? gammaSeries(a, x) : 1 - gammaFraction(a, x);
}

/** Its complement Q(a, x) = 1 - P(a, x), exact in the far tail. */
export function gammaQ(a: number, x: number): number {
  assert(a > 0 && x >= 0, 'gammaQ needs a > 0 and x >= 0', { a, x });
  if (x === 0) return 1;
  if (x === Infinity) return 0;
  return x < a + 1 ? 1 - gammaSeries(a, x) : gammaFraction(a, x);
}

/**
 * The x with P(a, x) = p: a start by Wilson and Hilferty, then Halley's steps; relative error below 1e-10.
 */
export function gammaQuantile(a: number, p: number): number {
  assert(a > 0 && p >= 0 && p <= 1, 'gammaQuantile needs a > 0 and 0 <= p <= 1', { a, p });
  if (p === 0) return 0;
  if (p === 1) return Infinity;
  let x = startingPoint(a, p);
  const logGammaA = logGamma(a);
  for (let step = 0; step < 60; step++) {
    // The error in the smaller of the two tails, where it is exact.
    const error = p > 0.5 ? (1 - p) - gammaQ(a, x) : gammaP(a, x) - p;
    const density = Math.exp((a - 1) * Math.log(x) - x - logGammaA);
    if (density === 0) return x;
    const newton = error / density;
    const change = newton / (1 - Math.max(-1, Math.min(1, newton * ((a - 1) / x - 1))) / 2);
    const next = x - change;
    // Half way to 0 when a step would leave the axis.
    const moved = next > 0 ? next : x / 2;
    if (Math.abs(moved - x) <= 1e-12 * x) return moved;
    x = moved;
  }
  return x;
}

/** Standard normal distribution function. */
export function normalCdf(x: number): number {
  const tail = gammaQ(0.5, (x * x) / 2) / 2;
  return x < 0 ? tail : 1 - tail;
}

/**
 * Standard normal quantile, by Wichura's rational approximations (AS 241, PPND16); relative error about
 * 1e-16.
 */
export function normalQuantile(p: number): number {
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q;
    return (q * polynomial(CENTRE_ABOVE, r)) / polynomial(CENTRE_BELOW, r);
  }
  const tail = q < 0 ? p : 1 - p;
  if (tail <= 0) return q < 0 ? -Infinity : Infinity;
  const r = Math.sqrt(-Math.log(tail));
  const value = r <= 5
    ? polynomial(MIDDLE_ABOVE, r - 1.6) / polynomial(MIDDLE_BELOW, r - 1.6)
    : polynomial(FAR_ABOVE, r - 5) / polynomial(FAR_BELOW, r - 5);
  return q < 0 ? -value : value;
}

function startingPoint(a: number, p: number): number {
  const small = Math.exp((Math.log(p) + logGamma(a + 1)) / a);
  // Near 0 the density is a power; it is also all there is to a small shape but for its tail.
  if (small < 0.1 * (a + 1)) return Math.max(small, Number.MIN_VALUE * 1e16);
  const z = normalQuantile(p);
  const cube = 1 - 1 / (9 * a) + z / (3 * Math.sqrt(a));
  return cube > 0.1 ? a * cube ** 3 : Math.max(small, 1e-3 * a);
}

function gammaSeries(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let n = 1; n < 100_000; n++) {
    term *= x / (a + n);
    sum += term;
    if (term < sum * 1e-17) break;
  }
  return sum * Math.exp(a * Math.log(x) - x - logGamma(a));
}

/** Lentz's evaluation of the continued fraction for Q(a, x). */
function gammaFraction(a: number, x: number): number {
  let b = x + 1 - a;
  let c = 1e300;
  let d = 1 / b;
  let fraction = d;
  for (let n = 1; n < 100_000; n++) {
    const numerator = -n * (n - a);
    b += 2;
    d = 1 / (numerator * d + b);
    c = b + numerator / c;
    fraction *= c * d;
    if (Math.abs(c * d - 1) < 1e-16) break;
  }
  return fraction * Math.exp(a * Math.log(x) - x - logGamma(a));
}

function polynomial(coefficients: readonly number[], x: number): number {
  let value = 0;
  for (let i = coefficients.length - 1; i >= 0; i--) value = value * x + coefficients[i]!;
  return value;
}

// Coefficients of AS 241 (Wichura 1988), lowest power first.
const CENTRE_ABOVE = [
  3.3871328727963666080, 133.14166789178437745, 1971.5909503065514427, 13731.693765509461125,
  45921.953931549871457, 67265.770927008700853, 33430.575583588128105, 2509.0809287301226727,
];
const CENTRE_BELOW = [
  1, 42.313330701600911252, 687.18700749205790830, 5394.1960214247511077,
  21213.794301586595867, 39307.895800092710610, 28729.085735721942674, 5226.4952788528545610,
];
const MIDDLE_ABOVE = [
  1.42343711074968357734, 4.63033784615654529590, 5.76949722146069140550, 3.64784832476320460504,
  1.27045825245236838258, 0.241780725177450611770, 0.0227238449892691845833, 7.74545014278341407640e-4,
];
const MIDDLE_BELOW = [
  1, 2.05319162663775882187, 1.67638483018380384940, 0.689767334985100004550,
  0.148103976427480074590, 0.0151986665636164571966, 5.47593808499534494600e-4, 1.05075007164441684324e-9,
];
const FAR_ABOVE = [
  6.65790464350110377720, 5.46378491116411436990, 1.78482653991729133580, 0.296560571828504891230,
  0.0265321895265761230930, 0.00124266094738807843860, 2.71155556874348757815e-5, 2.01033439929228813265e-7,
];
const FAR_BELOW = [
  1, 0.599832206555887937690, 0.136929880922735805310, 0.0148753612908506148525,
  7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15,
];
