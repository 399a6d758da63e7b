import { describe, expect, test } from 'vitest';
import { RandomStreams } from '../rng.ts';
import { BoundedPareto } from './bounded-pareto.ts';
import { secondMomentOf, variationOf, type Distribution } from './distribution.ts';
import { Empirical } from './empirical.ts';
import { Exponential } from './exponential.ts';
import { Gamma } from './gamma.ts';
import { Hyperexponential } from './hyperexponential.ts';
import { Lognormal } from './lognormal.ts';
import { Mixture } from './mixture.ts';
import { Pareto } from './pareto.ts';
import { createDistribution, DISTRIBUTIONS, type DistributionSpec } from './registry.ts';
import { Weibull } from './weibull.ts';

/** A law, its mean and variance worked out by hand, and whether its distribution function has jumps. */
interface Case {
  readonly spec: DistributionSpec;
  readonly mean: number;
  readonly variance: number;
  readonly jumps?: boolean;
  /** The variance of the sample variance is infinite or huge: only the mean is held to its bounds. */
  readonly heavy?: boolean;
}

const observed = [4, 1, 1, 2, 12];
const exponential = new Exponential({ mean: 3 });
const WEIBULL = 9 - 2.25 * Math.PI;
const BOUNDED = 1 / (1 - 1 / Math.E);
const SPREAD = Math.E - BOUNDED ** 2;
const cases: readonly Case[] = [
  { spec: { law: 'constant', value: 2.5 }, mean: 2.5, variance: 0, jumps: true },
  { spec: { law: 'uniform', low: 1, high: 5 }, mean: 3, variance: 4 / 3 },
  { spec: { law: 'exponential', mean: 4 }, mean: 4, variance: 16 },
  { spec: { law: 'erlang', phases: 4, mean: 2 }, mean: 2, variance: 1 },
  { spec: { law: 'erlang', phases: 40, mean: 2 }, mean: 2, variance: 0.1 },
  { spec: { law: 'gamma', shape: 0.25, mean: 1 }, mean: 1, variance: 4 },
  { spec: { law: 'gamma', shape: 2.5, mean: 5 }, mean: 5, variance: 10 },
  { spec: { law: 'hyperexponential', mean: 1, variation: 2 }, mean: 1, variance: 4 },
  { spec: { law: 'lognormal', mean: 1, variation: 2 }, mean: 1, variance: 4, heavy: true },
  { spec: { law: 'lognormal', mean: 10, variation: 0.5 }, mean: 10, variance: 25 },
  { spec: { law: 'normal', mean: -1, deviation: 2 }, mean: -1, variance: 4 },
  // Gamma(3/2) and Gamma(2) are sqrt(pi)/2 and 1.
  { spec: { law: 'weibull', shape: 2, scale: 3 }, mean: 1.5 * Math.sqrt(Math.PI), variance: WEIBULL },
  { spec: { law: 'weibull', shape: 0.5, scale: 1 }, mean: 2, variance: 20, heavy: true },
  { spec: { law: 'pareto', shape: 5, low: 4 }, mean: 5, variance: 80 / 48, heavy: true },
  // Integrals of x x^-2 and x^2 x^-2 over [1, e], and of 3 x x^-4 and 3 x^2 x^-4 over [1, 2], over their
  // masses.
  { spec: { law: 'bounded-pareto', shape: 1, low: 1, high: Math.E }, mean: BOUNDED, variance: SPREAD },
  { spec: { law: 'bounded-pareto', shape: 3, low: 1, high: 2 }, mean: 9 / 7, variance: 3 / 49 },
  // Ranks 0, 1, 2 with weights 6, 3, 2.
  { spec: { law: 'zipf', n: 3, exponent: 1 }, mean: 7 / 11, variance: 11 / 11 - (7 / 11) ** 2, jumps: true },
  { spec: { law: 'empirical', values: observed }, mean: 4, variance: 166 / 5 - 16, jumps: true },
  // Segments 1-1, 1-2, 2-4, 4-12: means 1, 3/2, 3, 8; second moments 1, 7/3, 28/3, 208/3.
  {
    spec: { law: 'empirical', values: observed, between: 'linear' },
    mean: 3.375,
    variance: 20.5 - 3.375 ** 2,
    jumps: true,
  },
  {
    spec: {
      law: 'mixture',
      components: [
        { weight: 3, distribution: exponential },
        { weight: 1, distribution: new Weibull({ shape: 1, scale: 7 }) },
      ],
    },
    mean: 4,
    variance: 0.75 * (9 + 1) + 0.25 * (49 + 9),
  },
];

const DRAWS = 200_000;

describe.each(cases)('$spec', ({ spec, mean, variance, jumps, heavy }) => {
  const law = createDistribution(spec);
  const stream = new RandomStreams(1, 0).stream(JSON.stringify(spec));
  const sample = Float64Array.from({ length: DRAWS }, () => law.sample(stream));

  test('mean and variance are the closed forms', () => {
    expect(law.mean).toBeCloseTo(mean, 10);
    expect(law.variance).toBeCloseTo(variance, 10);
  });

  test('moments of a sample lie within five standard errors', () => {
    const [m1, m2, m4] = centralMoments(sample);
    expect(Math.abs(m1 - law.mean)).toBeLessThanOrEqual(5 * Math.sqrt(law.variance / DRAWS) + 1e-12);
    if (heavy !== true) {
      expect(Math.abs(m2 - law.variance)).toBeLessThanOrEqual(5 * Math.sqrt((m4 - m2 ** 2) / DRAWS) + 1e-12);
    }
  });

  test('a sample follows the distribution function (Kolmogorov-Smirnov at 1e-4)', () => {
    // sqrt(-ln(1e-4 / 2) / 2): the asymptotic critical value, conservative where the law has jumps.
    expect(Math.sqrt(DRAWS) * distance(sample, law)).toBeLessThan(2.2253);
  });

  test('quantile inverts the distribution function', () => {
    if (law.quantile === undefined) return;
    for (const p of [1e-6, 0.001, 0.1, 0.25, 0.5, 0.8, 0.999, 1 - 1e-9]) {
      const x = law.quantile(p);
      if (jumps === true) {
        expect(law.cdf!(x)).toBeGreaterThanOrEqual(p - 1e-12);
        expect(law.cdf!(x - 1e-6)).toBeLessThanOrEqual(p);
      } else {
        expect(Math.abs(law.cdf!(x) - p)).toBeLessThan(1e-9 * Math.max(p, 1e-3));
        expect(Math.abs(law.quantile(law.cdf!(x)) - x)).toBeLessThan(1e-6 * Math.abs(x) + 1e-9);
      }
    }
  });
});

describe('distributions', () => {
  test('the registry has a case of each', () => {
    expect(new Set(cases.map((one) => one.spec.law))).toEqual(new Set(Object.keys(DISTRIBUTIONS)));
  });

  test('an unknown name is answered with the known ones', () => {
    expect(() => createDistribution({ law: 'gauss' } as unknown as DistributionSpec))
      .toThrow(/no such distribution; known are constant, uniform, .*mixture \(law=gauss\)/);
  });

  test.each<[DistributionSpec, RegExp]>([
    [{ law: 'constant', value: NaN }, /finite value/],
    [{ law: 'uniform', low: 2, high: 2 }, /low < high/],
    [{ law: 'exponential', mean: 0 }, /positive mean/],
    [{ law: 'erlang', phases: 1.5, mean: 1 }, /phases/],
    [{ law: 'gamma', shape: -1, mean: 1 }, /shape/],
    [{ law: 'hyperexponential', mean: 1, variation: 0.9 }, /variation >= 1/],
    [{ law: 'lognormal', mean: 1, variation: 0 }, /coefficient of variation/],
    [{ law: 'normal', mean: 0, deviation: 0 }, /standard deviation/],
    [{ law: 'weibull', shape: 0, scale: 1 }, /shape and scale/],
    [{ law: 'pareto', shape: 1, low: 0 }, /least value/],
    [{ law: 'bounded-pareto', shape: 1, low: 2, high: 1 }, /0 < low < high/],
    [{ law: 'zipf', n: 0, exponent: 1 }, /Zipf needs ranks/],
    [{ law: 'empirical', values: [] }, /at least one value/],
    [{ law: 'empirical', values: [1, Infinity] }, /finite/],
    [{ law: 'mixture', components: [] }, /weights/],
  ])('%j is refused', (spec, message) => {
    expect(() => createDistribution(spec)).toThrow(message);
  });

  test('a Pareto law says where it has no mean or variance', () => {
    expect([new Pareto({ shape: 1, low: 1 }).mean, new Pareto({ shape: 2, low: 1 }).variance])
      .toEqual([Infinity, Infinity]);
  });

  test('a hyperexponential law has balanced means', () => {
    const law = new Hyperexponential({ mean: 6, variation: 3 });
    expect(law.probability * law.shortMean).toBeCloseTo(3, 12);
    expect((1 - law.probability) * law.longMean).toBeCloseTo(3, 12);
    expect(new Hyperexponential({ mean: 2, variation: 1 }).cdf(1)).toBeCloseTo(1 - Math.exp(-0.5), 12);
  });

  test('variation and second moment', () => {
    const law = new Lognormal({ mean: 2, variation: 3 });
    expect(variationOf(law)).toBeCloseTo(3, 12);
    expect(secondMomentOf(law)).toBeCloseTo(40, 12);
  });

  test('one seed gives paired draws: a longer law follows a shorter one draw by draw', () => {
    const pairs: readonly (readonly [Distribution, Distribution])[] = [
      [
        new BoundedPareto({ shape: 1.5, low: 1, high: 9 }),
        new BoundedPareto({ shape: 1.5, low: 1, high: 99 }),
      ],
      [new Gamma({ shape: 0.7, mean: 1 }), new Gamma({ shape: 0.7, mean: 2 })],
      [new Empirical({ values: [1, 2, 3] }), new Empirical({ values: [1, 2, 4] })],
      [new Mixture({ components: [{ weight: 1, distribution: exponential }] }), exponential],
    ];
    for (const [shorter, longer] of pairs) {
      const [a, b] = [new RandomStreams(7, 0).stream('x'), new RandomStreams(7, 0).stream('x')];
      if (shorter instanceof Mixture) b.uniform();
      for (let i = 0; i < 20; i++) {
        expect(shorter.sample(a)).toBeLessThanOrEqual(longer.sample(b) * (1 + 1e-9));
        if (shorter instanceof Mixture) b.uniform();
      }
      if (!(shorter instanceof Mixture)) expect(a.save()).toEqual(b.save());
    }
  });
});

function centralMoments(values: Float64Array): readonly [number, number, number] {
  const n = values.length;
  const mean = values.reduce((sum, x) => sum + x, 0) / n;
  const m2 = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / n;
  return [mean, m2, values.reduce((sum, x) => sum + (x - mean) ** 4, 0) / n];
}

/**
 * The greatest distance between the empirical and the true distribution function, on both sides of each
 * value.
 */
function distance(sample: Float64Array, law: Distribution): number {
  const sorted = sample.slice().sort();
  let greatest = 0;
  for (let i = 0; i < sorted.length;) {
    let next = i + 1;
    while (next < sorted.length && sorted[next] === sorted[i]) next++;
    const above = law.cdf!(sorted[i]!);
    const below = next - i > 1 ? law.cdf!(sorted[i]! - 1e-9) : above;
    const [reached, left] = [next / sorted.length, i / sorted.length];
    greatest = Math.max(greatest, Math.abs(reached - above), Math.abs(left - below));
    i = next;
  }
  return greatest;
}
