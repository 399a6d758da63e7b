import { NEVER, type Us } from '../../core/units.ts';

/** What a fault does to a way through the network, in force from one moment to another. */
export interface WayFault {
  readonly from: Us;
  readonly until: Us;
  /** Time over which it grows to its full strength. [us] */
  readonly ramp: Us;
  /** What it adds to a round trip at full strength. [us] */
  readonly latency: Us;
  /** Share of packets that are lost at full strength. */
  readonly loss: number;
}

/** How a way is at a moment. */
export interface WayState {
  /** Added to each round trip. [us] */
  latency: Us;
  /** Share of packets that are lost. */
  loss: number;
  /** When that is over, or less so. [us] */
  until: Us;
}

/**
 * The faults of one way through the network, composed: latencies add up, a packet gets through when no fault
 * loses it. Who sends over it sees longer round trips and less throughput, and nothing of this.
 */
export class WayFaults {
  readonly #faults: WayFault[] = [];
  readonly #state: WayState = { latency: 0, loss: 0, until: NEVER };

  /** Adds a fault. */
  add(fault: WayFault): void {
    this.#faults.push(fault);
  }

  /** How the way is at a moment. The answer is good until the next call. */
  at(now: Us): Readonly<WayState> {
    const state = this.#state;
    state.latency = 0;
    state.until = NEVER;
    let through = 1;
    for (const fault of this.#faults) {
      if (now < fault.from || now >= fault.until) continue;
      const strength = fault.ramp > 0 ? Math.min(1, (now - fault.from) / fault.ramp) : 1;
      state.latency += Math.round(fault.latency * strength);
      through *= 1 - fault.loss * strength;
      state.until = Math.min(state.until, fault.until);
    }
    state.loss = 1 - through;
    return state;
  }

  /** A copy of the faults. */
  save(): readonly WayFault[] {
    return this.#faults.map((fault) => ({ ...fault }));
  }
}
