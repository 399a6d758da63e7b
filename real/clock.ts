import type { Us } from '../models/core/units.ts';

/** Tells the time of a run: integer microseconds since the run began, never going back. */
export interface Clock {
  now(): Us;
}

/**
 * The clock of a real run: the machine's monotonic clock, counted from an epoch. The monotonic clock is one
 * for all processes of a machine, so a child that is given the epoch tells the same time as its parent.
 */
export class RunClock implements Clock {
  #epochNs: bigint;

  /** Begins now, or at the epoch of another process's clock, as its `epoch()` gave it. */
  constructor(epoch?: string) {
    this.#epochNs = epoch === undefined ? process.hrtime.bigint() : BigInt(epoch);
  }

  /** Begins again, now or at another clock's epoch; to be called before anybody has been told a time. */
  restart(epoch?: string): void {
    this.#epochNs = epoch === undefined ? process.hrtime.bigint() : BigInt(epoch);
  }

  /** Time since the epoch, rounded down. [us] */
  now(): Us {
    return Number((process.hrtime.bigint() - this.#epochNs) / 1000n);
  }

  /**
   * The epoch in nanoseconds of the machine's monotonic clock, as text that can be sent to another process.
   */
  epoch(): string {
    return String(this.#epochNs);
  }
}
