import type { RateEstimator } from './rate-estimator.ts';
import { SampleWindow } from './window.ts';

/**
 * The mean of the last samples, each counting alike: arithmetic (sliding), or harmonic, which a peak moves
 * less.
 */
export class WindowMean implements RateEstimator {
  readonly #window: SampleWindow;
  readonly #harmonic: boolean;

  constructor(slots: number, size: number, harmonic: boolean) {
    this.#window = new SampleWindow(slots, size);
    this.#harmonic = harmonic;
  }

  reset(slot: number): void {
    this.#window.reset(slot);
  }

  observe(slot: number, _weight: number, sample: number): void {
    this.#window.observe(slot, sample);
  }

  known(slot: number): boolean {
    return this.#window.count(slot) > 0;
  }

  least(slot: number): number {
    return this.#harmonic ? this.#window.harmonicMean(slot) : this.#window.mean(slot);
  }

  save(prefix: string): Record<string, Float64Array> {
    return this.#window.save(prefix);
  }

  restore(prefix: string, state: Readonly<Record<string, Float64Array>>): void {
    this.#window.restore(prefix, state);
  }
}
