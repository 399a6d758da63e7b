import { assert } from './assert.ts';
import type { RandomStream } from './rng.ts';

/**
 * Zipf popularity over ranks 0..n-1 with P(rank r) proportional to (r + 1)^-exponent, drawn in O(1)
 * expected time by rejection-inversion (Hormann and Derflinger 1996). `first` cuts the head off: only ranks
 * from there on are drawn, in the same proportions.
 */
export class Zipf {
  readonly n: number;
  readonly exponent: number;
  /** First rank drawn. */
  readonly first: number;
  readonly #low: number;
  readonly #high: number;
  readonly #shortcut: number;

  constructor(n: number, exponent: number, first = 0) {
    assert(
      Number.isSafeInteger(n) && first >= 0 && n > first && exponent >= 0,
      'Zipf needs ranks and exponent >= 0', { n, exponent, first },
    );
    this.n = n;
    this.exponent = exponent;
    this.first = first;
    const k = first + 1;
    this.#low = this.#integral(k + 0.5) - k ** -exponent;
    this.#high = this.#integral(n + 0.5);
    this.#shortcut = k + 1 - this.#inverse(this.#integral(k + 1.5) - (k + 1) ** -exponent);
  }

  /** A rank from 0, the most popular first. */
  sample(stream: RandomStream): number {
    for (;;) {
      const u = this.#high + stream.uniform() * (this.#low - this.#high);
      const x = this.#inverse(u);
      const k = Math.min(this.n, Math.max(this.first + 1, Math.round(x)));
      if (k - x <= this.#shortcut || u >= this.#integral(k + 0.5) - k ** -this.exponent) return k - 1;
    }
  }

  /** Probability of a rank, by direct summation: O(n), for tests and closed forms. */
  probability(rank: number): number {
    let sum = 0;
    for (let k = this.first + 1; k <= this.n; k++) sum += k ** -this.exponent;
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
