import { assert } from '../assert.ts';
import type { RandomStream } from '../rng.ts';
import type { Distribution } from './distribution.ts';
import { normalCdf, normalQuantile } from './special.ts';

/** Lognormal with the given mean and coefficient of variation (deviation over mean), by inversion. */
export class Lognormal implements Distribution {
  readonly mean: number;
  readonly variance: number;
  /** Mean of the logarithm. */
  readonly #mu: number;
  /** Standard deviation of the logarithm. */
  readonly #sigma: number;

  constructor({ mean, variation }: { readonly mean: number; readonly variation: number }) {
    const good = mean > 0 && mean < Infinity && variation > 0 && variation < Infinity;
    assert(good, 'a lognormal law has a positive mean and coefficient of variation', { mean, variation });
    this.mean = mean;
    this.variance = (mean * variation) ** 2;
    const sigmaSquared = Math.log1p(variation ** 2);
    this.#mu = Math.log(mean) - sigmaSquared / 2;
    this.#sigma = Math.sqrt(sigmaSquared);
  }

  sample(stream: RandomStream): number {
    return this.quantile(stream.uniformPositive());
  }

  cdf(x: number): number {
    return x <= 0 ? 0 : normalCdf((Math.log(x) - this.#mu) / this.#sigma);
  }

  quantile(p: number): number {
    return Math.exp(this.#mu + this.#sigma * normalQuantile(p));
  }
}
