import { assert } from '../assert.ts';
import type { RandomStream } from '../rng.ts';
import type { Distribution } from './distribution.ts';

/**
 * The law of observed values: each of them equally likely ('step'), or with straight lines between neighbours
 * of the ascending values ('linear'). By inversion.
 */
export class Empirical implements Distribution {
  readonly mean: number;
  readonly variance: number;
  readonly #sorted: Float64Array;
  readonly #linear: boolean;

  constructor({ values, between = 'step' }: EmpiricalParameters) {
    const good = values.length > 0 && Array.prototype.every.call(values, Number.isFinite);
    assert(good, 'an empirical law has at least one value, all finite', { count: values.length });
    this.#linear = between === 'linear' && values.length > 1;
    this.#sorted = Float64Array.from(values).sort();
    this.mean = this.#momentAbout(0, 1);
    this.variance = this.#momentAbout(this.mean, 2);
  }

  sample(stream: RandomStream): number {
    return this.quantile(stream.uniform());
  }

  cdf(x: number): number {
    const sorted = this.#sorted;
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (sorted[middle]! <= x) low = middle + 1;
      else high = middle;
    }
    if (!this.#linear) return low / sorted.length;
    if (low === 0) return 0;
    if (low === sorted.length) return 1;
    const from = sorted[low - 1]!;
    return (low - 1 + (x - from) / (sorted[low]! - from)) / (sorted.length - 1);
  }

  quantile(p: number): number {
    const sorted = this.#sorted;
    const n = sorted.length;
    if (!this.#linear) return sorted[Math.max(0, Math.ceil(p * n) - 1)]!;
    const place = p * (n - 1);
    const below = Math.min(n - 2, Math.floor(place));
    return sorted[below]! + (sorted[below + 1]! - sorted[below]!) * (place - below);
  }

  /** E[(X - about)^order] for order 1 and 2. */
  #momentAbout(about: number, order: 1 | 2): number {
    const sorted = this.#sorted;
    const n = sorted.length;
    let sum = 0;
    for (let i = 0; i < n; i++) {
      const a = sorted[i]! - about;
      if (!this.#linear) sum += a ** order;
      else if (i + 1 < n) {
        const b = sorted[i + 1]! - about;
        sum += order === 1 ? (a + b) / 2 : (a * a + a * b + b * b) / 3;
      }
    }
    return sum / (this.#linear ? n - 1 : n);
  }
}

/** What an empirical law is made of. */
export interface EmpiricalParameters {
  readonly values: ArrayLike<number>;
  /** How values between the observed ones are treated; 'step' by default. */
  readonly between?: 'step' | 'linear';
}
