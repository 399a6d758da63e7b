import { Ewma } from '../estimator/ewma.ts';
import { SampleWindow } from '../estimator/window.ts';

/** What a session measures of its link, and believes of it. */
export interface History {
  /** Throughput without the wait for the first byte; NaN before the first transfer. [kbit/s] */
  readonly throughputKbps: number;
  /** Wait for the first byte; NaN before the first transfer. [ms] */
  readonly latencyMs: number;
  /** Takes in a transfer: its bits, the time they took after the first byte, and the time until that. */
  push(bits: number, transferMs: number, firstByteMs: number): void;
}

/** Two half-lives, 3 s and 8 s of transfer, the lower mean counts; latency by segments, the higher one. */
export class EwmaHistory implements History {
  throughputKbps = NaN;
  latencyMs = NaN;
  readonly #throughput: Ewma;
  readonly #latency: Ewma;

  constructor(segmentMs: number) {
    this.#throughput = new Ewma(1, HALF_LIVES_MS);
    this.#latency = new Ewma(1, HALF_LIVES_MS.map((ms) => ms / segmentMs));
  }

  push(bits: number, transferMs: number, firstByteMs: number): void {
    this.#throughput.observe(0, transferMs, bits / transferMs);
    this.#latency.observe(0, 1, firstByteMs);
    this.throughputKbps = this.#throughput.least(0);
    this.latencyMs = this.#latency.most(0);
  }
}

/** Means over the last three transfers. */
export class SlidingHistory implements History {
  throughputKbps = NaN;
  latencyMs = NaN;
  readonly #throughput = new SampleWindow(1, WINDOW);
  readonly #latency = new SampleWindow(1, WINDOW);

  push(bits: number, transferMs: number, firstByteMs: number): void {
    this.#throughput.observe(0, bits / transferMs);
    this.#latency.observe(0, firstByteMs);
    this.throughputKbps = this.#throughput.mean(0);
    this.latencyMs = this.#latency.mean(0);
  }
}

const HALF_LIVES_MS = [3000, 8000]; // Sabre -hl 3 8, dash.js throughputFastHalfLifeSeconds and ...Slow...
const WINDOW = 3; // Sabre -ws 3
