import { assert } from '../assert.ts';
import type { RandomStream } from '../rng.ts';
import type { Distribution } from './distribution.ts';
import { gammaP, gammaQuantile } from './special.ts';

/**
 * Gamma with the given shape and mean. Drawn by inversion: 0.7 us a draw on a server of 2020, which is what
 * it costs that paired runs stay in step; Erlang is far cheaper where the shape is a small integer.
 */
export class Gamma implements Distribution {
  readonly mean: number;
  readonly variance: number;
  readonly shape: number;
  readonly #scale: number;

  constructor({ shape, mean }: { readonly shape: number; readonly mean: number }) {
    const good = shape > 0 && shape <= 1e6 && mean > 0 && mean < Infinity;
    assert(good, 'a gamma law has a shape in (0, 1e6] and a positive mean', { shape, mean });
    this.shape = shape;
    this.mean = mean;
    this.variance = mean ** 2 / shape;
    this.#scale = mean / shape;
  }

  sample(stream: RandomStream): number {
    return this.quantile(stream.uniform());
  }

  cdf(x: number): number {
    return x <= 0 ? 0 : gammaP(this.shape, x / this.#scale);
  }

  quantile(p: number): number {
    return this.#scale * gammaQuantile(this.shape, p);
  }
}
