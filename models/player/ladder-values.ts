import type { BitsPerS } from '../core/units.ts';

/**
 * What segments of a ladder add to QoE_lin [Mbit/s] and QoE_log, and what changes between its renditions take
 * from them: worked out once, because the logarithms would be a good part of what a segment costs.
 */
export class LadderValues {
  readonly bitrates: readonly BitsPerS[];
  readonly rates: Float64Array;
  /** Logarithm of a rate over the lowest. */
  readonly utilities: Float64Array;
  readonly #rateSteps: Float64Array;
  readonly #utilitySteps: Float64Array;

  constructor(bitrates: readonly BitsPerS[]) {
    const count = bitrates.length;
    this.bitrates = bitrates;
    this.rates = Float64Array.from(bitrates, (bitrate) => bitrate / 1e6);
    this.utilities = Float64Array.from(bitrates, (bitrate) => Math.log(bitrate / bitrates[0]!));
    this.#rateSteps = new Float64Array(count * count);
    this.#utilitySteps = new Float64Array(count * count);
    bitrates.forEach((to, i) => bitrates.forEach((from, j) => {
      this.#rateSteps[i * count + j] = Math.abs(to / 1e6 - from / 1e6);
      this.#utilitySteps[i * count + j] = Math.abs(Math.log(to / from));
    }));
  }

  /** How far the rates of a rendition and of the one before it lie apart; 0 without one before. [Mbit/s] */
  rateStep(rendition: number, before: number): number {
    return before < 0 ? 0 : this.#rateSteps[rendition * this.rates.length + before]!;
  }

  /** The same of their utilities. */
  utilityStep(rendition: number, before: number): number {
    return before < 0 ? 0 : this.#utilitySteps[rendition * this.rates.length + before]!;
  }
}
