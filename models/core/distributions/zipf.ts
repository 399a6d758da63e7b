import type { RandomStream } from '../rng.ts';
import { Zipf } from '../zipf.ts';
import type { Distribution } from './distribution.ts';

/**
 * Ranks 0..n-1, the most popular first, with P(rank r) proportional to (r + 1)^-exponent; see
 * models/core/zipf.ts.
 */
export class ZipfRanks implements Distribution {
  readonly mean: number;
  readonly variance: number;
  readonly #zipf: Zipf;
  /** P(X <= rank). */
  readonly #upTo: Float64Array;

  constructor({ n, exponent }: { readonly n: number; readonly exponent: number }) {
    this.#zipf = new Zipf(n, exponent);
    this.#upTo = new Float64Array(n);
    let total = 0;
    let first = 0;
    let second = 0;
    for (let rank = 0; rank < n; rank++) {
      const weight = (rank + 1) ** -exponent;
      total += weight;
      first += rank * weight;
      second += rank * rank * weight;
      this.#upTo[rank] = total;
    }
    for (let rank = 0; rank < n; rank++) this.#upTo[rank]! /= total;
    this.mean = first / total;
    this.variance = second / total - this.mean ** 2;
  }

  sample(stream: RandomStream): number {
    return this.#zipf.sample(stream);
  }

  cdf(x: number): number {
    return x < 0 ? 0 : this.#upTo[Math.min(this.#upTo.length - 1, Math.floor(x))]!;
  }

  quantile(p: number): number {
    let low = 0;
    let high = this.#upTo.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#upTo[middle]! >= p) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
