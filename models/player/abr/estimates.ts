import { US_PER_S, type BitsPerS, type Bytes, type Us } from '../../core/units.ts';
import { Ewma } from '../estimator/ewma.ts';
import type { AbrRuleState } from './rule.ts';

/** How a player estimates throughput from finished transfers. */
export interface RateEstimateOptions {
  /** Half-lives of the means, the least of which counts, in seconds of sample weight. */
  readonly halfLivesS: readonly number[];
  /** What a second of transfer weighs. */
  readonly weightPerS: number;
  /** Whether the wait for the first byte counts as time of transfer. */
  readonly withFirstByte: boolean;
}

/** Exponentially weighted means of throughput with two half-lives, corrected for their start from zero. */
export class RateEstimate {
  readonly #options: RateEstimateOptions;
  readonly #means: Ewma;

  constructor(slots: number, options: RateEstimateOptions) {
    this.#options = options;
    this.#means = new Ewma(slots, options.halfLivesS);
  }

  reset(slot: number): void {
    this.#means.reset(slot);
  }

  /** Takes in a transfer; nothing that came in no time or without a byte. */
  observe(slot: number, bytes: Bytes, firstByteUs: Us, transferUs: Us): void {
    const { withFirstByte, weightPerS } = this.#options;
    const seconds = Math.max(1, withFirstByte ? firstByteUs + transferUs : transferUs) / US_PER_S;
    if (bytes > 0) this.#means.observe(slot, weightPerS * seconds, (bytes * 8) / seconds);
  }

  known(slot: number): boolean {
    return this.#means.known(slot);
  }

  /** The least of the means; NaN before the first sample. */
  rate(slot: number): BitsPerS {
    return this.#means.least(slot);
  }

  save(prefix: string): Record<string, Float64Array> {
    return this.#means.save(prefix);
  }

  restore(prefix: string, state: AbrRuleState): void {
    this.#means.restore(prefix, state);
  }
}
