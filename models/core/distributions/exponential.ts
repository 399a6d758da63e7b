import { assert } from '../assert.ts';
import type { RandomStream } from '../rng.ts';
import type { Distribution } from './distribution.ts';

/** Exponential with the given mean, by inversion. */
export class Exponential implements Distribution {
  readonly mean: number;
  readonly variance: number;

  constructor({ mean }: { readonly mean: number }) {
    assert(mean > 0 && mean < Infinity, 'an exponential law has a positive mean', { mean });
    this.mean = mean;
    this.variance = mean ** 2;
  }

  sample(stream: RandomStream): number {
    return stream.exponential(this.mean);
  }

  cdf(x: number): number {
    return x <= 0 ? 0 : -Math.expm1(-x / this.mean);
  }

  quantile(p: number): number {
    return -this.mean * Math.log1p(-p);
  }
}
