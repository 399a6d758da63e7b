import type { Us } from '../../core/units.ts';

/** What a fault does to calls at a port, in force from one moment to another. */
export interface PortFault {
  readonly from: Us;
  readonly until: Us;
  /** Time over which it grows to its full strength. [us] */
  readonly ramp: Us;
  /** Share of calls that fail at full strength, with this status. */
  readonly share: number;
  readonly status: number;
  /** What it adds to each call at full strength. [us] */
  readonly delay: Us;
}

/** What becomes of one call. */
export interface PortVerdict {
  /** 0: it goes through. */
  status: number;
  /** [us] */
  delay: Us;
}

/**
 * The faults at one port, composed: delays add up, and a call fails by the first fault that fails it. The
 * component behind the port sees slow and failed calls, and nothing of this.
 */
export class PortFaults {
  readonly #faults: PortFault[] = [];
  readonly #verdict: PortVerdict = { status: 0, delay: 0 };

  /** Adds a fault; its end may be brought forward later. */
  add(fault: PortFault): void {
    this.#faults.push(fault);
  }

  /** Forgets all faults of this port, as when calls go elsewhere from now on. */
  clear(): void {
    this.#faults.length = 0;
  }

  /** True when nothing can happen at the port any more or yet. */
  idle(now: Us): boolean {
    return !this.#faults.some((fault) => now >= fault.from && now < fault.until);
  }

  /** What becomes of a call now; `draw` gives uniform numbers. The answer is good until the next call. */
  verdict(now: Us, draw: () => number): Readonly<PortVerdict> {
    const verdict = this.#verdict;
    verdict.status = 0;
    verdict.delay = 0;
    for (const fault of this.#faults) {
      if (now < fault.from || now >= fault.until) continue;
      const strength = fault.ramp > 0 ? Math.min(1, (now - fault.from) / fault.ramp) : 1;
      verdict.delay += Math.round(fault.delay * strength);
      // A number is drawn for each fault, whatever the others do: they stay comparable.
      const isFailed = fault.share > 0 && draw() < fault.share * strength;
      if (isFailed && verdict.status === 0) verdict.status = fault.status;
    }
    return verdict;
  }

  /** A copy of the faults. */
  save(): readonly PortFault[] {
    return this.#faults.map((fault) => ({ ...fault }));
  }

  /** Puts saved faults back. */
  restore(faults: readonly PortFault[]): void {
    this.#faults.length = 0;
    for (const fault of faults) this.#faults.push({ ...fault });
  }
}
