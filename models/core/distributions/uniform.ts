import { assert } from '../assert.ts';
import type { RandomStream } from '../rng.ts';
import type { Distribution } from './distribution.ts';

/** Uniform on [low, high). */
export class Uniform implements Distribution {
  readonly mean: number;
  readonly variance: number;
  readonly low: number;
  readonly high: number;

  constructor({ low, high }: { readonly low: number; readonly high: number }) {
    const good = Number.isFinite(low) && high > low && high < Infinity;
    assert(good, 'a uniform law has low < high', { low, high });
    this.low = low;
    this.high = high;
    this.mean = (low + high) / 2;
    this.variance = (high - low) ** 2 / 12;
  }

  sample(stream: RandomStream): number {
    return this.quantile(stream.uniform());
  }

  cdf(x: number): number {
    return Math.min(1, Math.max(0, (x - this.low) / (this.high - this.low)));
  }

  quantile(p: number): number {
    return this.low + (this.high - this.low) * p;
  }
}
