import { assert } from '../assert.ts';
import type { RandomStream } from '../rng.ts';
import type { Distribution } from './distribution.ts';
import { gammaP, gammaQuantile } from './special.ts';

/** Erlang: the sum of `phases` exponential phases of equal mean, drawn as one logarithm of a product. */
export class Erlang implements Distribution {
  readonly mean: number;
  readonly variance: number;
  readonly phases: number;
  readonly #phaseMean: number;

  constructor({ phases, mean }: { readonly phases: number; readonly mean: number }) {
    const counted = Number.isSafeInteger(phases) && phases > 0 && phases <= MOST_PHASES;
    const good = counted && mean > 0 && mean < Infinity;
    assert(good, `an Erlang law has 1 to ${MOST_PHASES} phases and a positive mean`, { phases, mean });
    this.phases = phases;
    this.mean = mean;
    this.variance = mean ** 2 / phases;
    this.#phaseMean = mean / phases;
  }

  sample(stream: RandomStream): number {
    let product = 1;
    let sum = 0;
    for (let phase = 1; phase <= this.phases; phase++) {
      product *= stream.uniformPositive();
      // Sixteen factors are at least 2^-848: the product cannot vanish in between.
      if ((phase & 15) === 0) {
        sum += Math.log(product);
        product = 1;
      }
    }
    return -this.#phaseMean * (sum + Math.log(product));
  }

  cdf(x: number): number {
    return x <= 0 ? 0 : gammaP(this.phases, x / this.#phaseMean);
  }

  quantile(p: number): number {
    return this.#phaseMean * gammaQuantile(this.phases, p);
  }
}

// A draw takes a uniform a phase; a gamma law does with one.
const MOST_PHASES = 1000;
