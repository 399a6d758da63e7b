import { assert } from '../assert.ts';
import type { RandomStream } from '../rng.ts';
import type { Distribution } from './distribution.ts';

/** Pareto with tail index `shape`, conditioned to lie in [low, high], by inversion. */
export class BoundedPareto implements Distribution {
  readonly mean: number;
  readonly variance: number;
  readonly shape: number;
  readonly low: number;
  readonly high: number;
  /** Share of the unbounded law within the bounds. */
  readonly #mass: number;

  constructor({ shape, low, high }: { readonly shape: number; readonly low: number; readonly high: number }) {
    const good = shape > 0 && shape < Infinity && low > 0 && high > low && high < Infinity;
    assert(good, 'a bounded Pareto law has a positive shape and 0 < low < high', { shape, low, high });
    this.shape = shape;
    this.low = low;
    this.high = high;
    this.#mass = 1 - (low / high) ** shape;
    this.mean = this.#moment(1);
    this.variance = this.#moment(2) - this.mean ** 2;
  }

  sample(stream: RandomStream): number {
    return this.quantile(stream.uniform());
  }

  cdf(x: number): number {
    if (x <= this.low) return 0;
    return x >= this.high ? 1 : (1 - (this.low / x) ** this.shape) / this.#mass;
  }

  quantile(p: number): number {
    return Math.min(this.high, this.low * (1 - p * this.#mass) ** (-1 / this.shape));
  }

  #moment(order: number): number {
    const { shape, low, high } = this;
    const front = (shape * low ** shape) / this.#mass;
    if (shape === order) return front * Math.log(high / low);
    return (front * (high ** (order - shape) - low ** (order - shape))) / (order - shape);
  }
}
