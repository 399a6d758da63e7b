import { monitorEventLoopDelay } from 'node:perf_hooks';

/**
 * Watches how late this process's timers are: on a busy machine a real run measures the machine, not the
 * system.
 */
export class Lateness {
  readonly #delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });

  constructor() {
    this.#delays.enable();
  }

  /**
   * Ends it; a warning for the record when a timer in a hundred was late enough to be seen in the figures.
   */
  finish(): string | undefined {
    this.#delays.disable();
    const lateMs = this.#delays.percentile(99) / 1e6 - RESOLUTION_MS;
    if (!(lateMs > BEARABLE_MS)) return undefined;
    return (
      `the machine was busy: one timer in a hundred was over ${Math.round(lateMs)} ms late; ` +
      'start-up times and throughputs include that'
    );
  }
}

const RESOLUTION_MS = 10;
const BEARABLE_MS = 20; // half the round trip of a good line
