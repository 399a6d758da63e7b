import type { RandomStream } from '../core/rng.ts';
import { NEVER, US_PER_S, type Us } from '../core/units.ts';

/** When those come who are not simulated, independently of each other. */
export class PoissonClock {
  /** When the next one comes; NEVER when nobody does. */
  at: Us = 0;
  readonly #rate: number;
  readonly #stream: RandomStream;

  /** `rate` in 1/s; 0: nobody comes. */
  constructor(rate: number, stream: RandomStream) {
    this.#rate = rate;
    this.#stream = stream;
    this.next();
  }

  /** The one after. */
  next(): void {
    this.at = this.#rate === 0 ? NEVER
      : this.at + Math.round(this.#stream.exponential(US_PER_S / this.#rate));
  }
}
