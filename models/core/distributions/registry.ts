import { assert } from '../assert.ts';
import { BoundedPareto } from './bounded-pareto.ts';
import { Constant } from './constant.ts';
import type { Distribution } from './distribution.ts';
import { Empirical } from './empirical.ts';
import { Erlang } from './erlang.ts';
import { Exponential } from './exponential.ts';
import { Gamma } from './gamma.ts';
import { Hyperexponential } from './hyperexponential.ts';
import { Lognormal } from './lognormal.ts';
import { Mixture } from './mixture.ts';
import { Normal } from './normal.ts';
import { Pareto } from './pareto.ts';
import { Uniform } from './uniform.ts';
import { Weibull } from './weibull.ts';
import { ZipfRanks } from './zipf.ts';

/** Every distribution there is, by the name that data uses. */
export const DISTRIBUTIONS = {
  constant: Constant,
  uniform: Uniform,
  exponential: Exponential,
  erlang: Erlang,
  gamma: Gamma,
  hyperexponential: Hyperexponential,
  lognormal: Lognormal,
  normal: Normal,
  weibull: Weibull,
  pareto: Pareto,
  'bounded-pareto': BoundedPareto,
  zipf: ZipfRanks,
  empirical: Empirical,
  mixture: Mixture,
} as const;

/** Name of a distribution in data. */
export type DistributionName = keyof typeof DISTRIBUTIONS;

/** A distribution as data: its name and its parameters. */
export type DistributionSpec = {
  [Name in DistributionName]:
    { readonly law: Name } & ConstructorParameters<(typeof DISTRIBUTIONS)[Name]>[0];
}[DistributionName];

/**
 * Makes a distribution from data; throws InvariantError on an unknown name, which it answers with the known
 * ones.
 */
export function createDistribution(spec: DistributionSpec): Distribution {
  const known = Object.keys(DISTRIBUTIONS);
  assert(known.includes(spec.law), `no such distribution; known are ${known.join(', ')}`, { law: spec.law });
  const Law = DISTRIBUTIONS[spec.law] as new (parameters: DistributionSpec) => Distribution;
  return new Law(spec);
}
