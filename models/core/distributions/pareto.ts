import { assert } from '../assert.ts';
import type { RandomStream } from '../rng.ts';
import type { Distribution } from './distribution.ts';

/** Pareto from `low` on with tail index `shape`, by inversion: P(X > x) = (low / x)^shape. */
export class Pareto implements Distribution {
  /** Infinite for a shape of at most 1. */
  readonly mean: number;
  /** Infinite for a shape of at most 2. */
  readonly variance: number;
  readonly shape: number;
  readonly low: number;

  constructor({ shape, low }: { readonly shape: number; readonly low: number }) {
    const good = shape > 0 && shape < Infinity && low > 0 && low < Infinity;
    assert(good, 'a Pareto law has a positive shape and least value', { shape, low });
    this.shape = shape;
    this.low = low;
    this.mean = shape > 1 ? (shape * low) / (shape - 1) : Infinity;
    this.variance = shape > 2 ? (shape * low ** 2) / ((shape - 1) ** 2 * (shape - 2)) : Infinity;
  }

  sample(stream: RandomStream): number {
    return this.quantile(stream.uniform());
  }

  cdf(x: number): number {
    return x <= this.low ? 0 : 1 - (this.low / x) ** this.shape;
  }

  quantile(p: number): number {
    return this.low * (1 - p) ** (-1 / this.shape);
  }
}
