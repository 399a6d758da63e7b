import { assert } from '../assert.ts';
import type { RandomStream } from '../rng.ts';
import type { Distribution } from './distribution.ts';

/**
 * Two exponential branches fitted to a mean and a coefficient of variation of at least 1, with balanced
 * means: each branch contributes half of the mean (Whitt 1982).
 */
export class Hyperexponential implements Distribution {
  readonly mean: number;
  readonly variance: number;
  /** Probability of the short branch. */
  readonly probability: number;
  readonly shortMean: number;
  readonly longMean: number;

  constructor({ mean, variation }: { readonly mean: number; readonly variation: number }) {
    const good = mean > 0 && mean < Infinity && variation >= 1 && variation < Infinity;
    assert(good, 'a hyperexponential law has a positive mean and a coefficient of variation >= 1', {
      mean,
      variation,
    });
    const squared = variation ** 2;
    this.mean = mean;
    this.variance = mean ** 2 * squared;
    this.probability = (1 + Math.sqrt((squared - 1) / (squared + 1))) / 2;
    this.shortMean = mean / (2 * this.probability);
    this.longMean = mean / (2 * (1 - this.probability));
  }

  sample(stream: RandomStream): number {
    const mean = stream.uniform() < this.probability ? this.shortMean : this.longMean;
    return stream.exponential(mean);
  }

  cdf(x: number): number {
    if (x <= 0) return 0;
    const short = this.probability * Math.expm1(-x / this.shortMean);
    return -short - (1 - this.probability) * Math.expm1(-x / this.longMean);
  }
}
