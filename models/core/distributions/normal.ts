import { assert } from '../assert.ts';
import type { RandomStream } from '../rng.ts';
import type { Distribution } from './distribution.ts';
import { normalCdf, normalQuantile } from './special.ts';

/** Normal, by inversion; it can be negative, so it is no law for durations. */
export class Normal implements Distribution {
  readonly mean: number;
  readonly variance: number;
  readonly #deviation: number;

  constructor({ mean, deviation }: { readonly mean: number; readonly deviation: number }) {
    const good = Number.isFinite(mean) && deviation > 0 && deviation < Infinity;
    assert(good, 'a normal law has a finite mean and a positive standard deviation', { mean, deviation });
    this.mean = mean;
    this.variance = deviation ** 2;
    this.#deviation = deviation;
  }

  sample(stream: RandomStream): number {
    return this.quantile(stream.uniformPositive());
  }

  cdf(x: number): number {
    return normalCdf((x - this.mean) / this.#deviation);
  }

  quantile(p: number): number {
    return this.mean + this.#deviation * normalQuantile(p);
  }
}
