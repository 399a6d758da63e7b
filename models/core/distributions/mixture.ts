import { assert } from '../assert.ts';
import type { RandomStream } from '../rng.ts';
import type { Distribution } from './distribution.ts';

/** One of several laws, chosen anew at each draw with probability proportional to its weight. */
export class Mixture implements Distribution {
  readonly mean: number;
  readonly variance: number;
  readonly cdf?: (x: number) => number;
  readonly #components: readonly Distribution[];
  /** Weights summed up; the last is 1. */
  readonly #upTo: readonly number[];

  constructor({ components }: { readonly components: readonly MixtureComponent[] }) {
    const total = components.reduce((sum, { weight }) => sum + weight, 0);
    const good = components.every(({ weight }) => weight >= 0) && total > 0 && total < Infinity;
    assert(good, 'a mixture has weights >= 0, not all of them 0', { total });
    const shares = components.map(({ weight }) => weight / total);
    const laws = components.map(({ distribution }) => distribution);
    let sum = 0;
    this.#upTo = shares.map((share, i) => (i === shares.length - 1 ? 1 : (sum += share)));
    this.#components = laws;
    const mean = average(shares, laws.map((law) => law.mean));
    this.mean = mean;
    this.variance = average(shares, laws.map((law) => law.variance + (law.mean - mean) ** 2));
    if (laws.every((law) => law.cdf !== undefined)) {
      this.cdf = (x) => average(shares, laws.map((law) => law.cdf!(x)));
    }
  }

  sample(stream: RandomStream): number {
    const u = stream.uniform();
    let chosen = 0;
    while (u >= this.#upTo[chosen]!) chosen++;
    return this.#components[chosen]!.sample(stream);
  }
}

/** A law and how often it is chosen, in proportion to the other weights. */
export interface MixtureComponent {
  readonly weight: number;
  readonly distribution: Distribution;
}

function average(shares: readonly number[], values: readonly number[]): number {
  return shares.reduce((sum, share, i) => (share === 0 ? sum : sum + share * values[i]!), 0);
}
