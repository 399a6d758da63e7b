import { assert } from '../assert.ts';
import type { RandomStream } from '../rng.ts';
import { logGamma } from '../statistics.ts';
import type { Distribution } from './distribution.ts';

/** Weibull with the given shape and scale, by inversion: F(x) = 1 - exp(-(x / scale)^shape). */
export class Weibull implements Distribution {
  readonly mean: number;
  readonly variance: number;
  readonly shape: number;
  readonly scale: number;

  constructor({ shape, scale }: { readonly shape: number; readonly scale: number }) {
    const good = shape > 0 && shape < Infinity && scale > 0 && scale < Infinity;
    assert(good, 'a Weibull law has a positive shape and scale', { shape, scale });
    this.shape = shape;
    this.scale = scale;
    this.mean = scale * Math.exp(logGamma(1 + 1 / shape));
    this.variance = scale ** 2 * Math.exp(logGamma(1 + 2 / shape)) - this.mean ** 2;
  }

  sample(stream: RandomStream): number {
    return this.quantile(stream.uniform());
  }

  cdf(x: number): number {
    return x <= 0 ? 0 : -Math.expm1(-((x / this.scale) ** this.shape));
  }

  quantile(p: number): number {
    return this.scale * (-Math.log1p(-p)) ** (1 / this.shape);
  }
}
