import { assert } from './assert.ts';
import type { RandomStream } from './rng.ts';

/**
 * Zipf popularity over ranks 0..n-1 with P(rank r) proportional to (r + 1)^-exponent, drawn in O(1)
 * expected time by rejection-inversion (Hormann and Derflinger 1996).
 */
export class Zipf {
  readonly n: number;
  readonly exponent: number;
  readonly #low: number;
  readonly #high: number;
  readonly #shortcut: number;

  constructor(n: number, exponent: number) {
    assert(
      Number.isSafeInteger(n) && n > 0 && exponent >= 0, 'Zipf needs n > 0 and exponent >= 0',
      { n, exponent },
    );
    this.n = n;
    this.exponent = exponent;
    this.#low = this.#integral(1.5) - 1;
    this.#high = this.#integral(n + 0.5);
    this.#shortcut = 2 - this.#inverse(this.#integral(2.5) - 2 ** -exponent);
  }

  /** A rank from 0, the most popular first. */
  sample(stream: RandomStream): number {
    for (;;) {
      const u = this.#high + stream.uniform() * (this.#low - this.#high);
      const x = this.#inverse(u);
      const k = Math.min(this.n, Math.max(1, Math.round(x)));
      if (k - x <= this.#shortcut || u >= this.#integral(k + 0.5) - k ** -this.exponent) return k - 1;
    }
  }

  /** Probability of a rank, by direct summation: O(n), for tests and closed forms. */
  probability(rank: number): number {
    let sum = 0;
    for (let k = 1; k <= this.n; k++) sum += k ** -this.exponent;
    return (rank + 1) ** -this.exponent / sum;
  }

  /** Integral of x^-exponent, with log x as its limit at exponent 1. */
  #integral(x: number): number {
    const log = Math.log(x);
    return expm1Over((1 - this.exponent) * log) * log;
  }

  #inverse(y: number): number {
    const t = Math.max(-1, y * (1 - this.exponent));
    return Math.exp(log1pOver(t) * y);
  }
}

/** (e^x - 1) / x without cancellation near 0. */
function expm1Over(x: number): number {
  return Math.abs(x) > 1e-8 ? Math.expm1(x) / x : 1 + (x / 2) * (1 + x / 3);
}

/** log(1 + x) / x without cancellation near 0. */
function log1pOver(x: number): number {
  return Math.abs(x) > 1e-8 ? Math.log1p(x) / x : 1 - x * (0.5 - x / 3);
}
