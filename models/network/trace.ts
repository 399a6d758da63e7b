import { assert } from '../core/assert.ts';
import { US_PER_S, type BitsPerS, type Us } from '../core/units.ts';
import type { Bandwidth, TracePeriod } from './bandwidth.ts';

/** A link whose capacity [bits/s] and round-trip time [µs] never change. */
export class ConstantBandwidth implements Bandwidth {
  readonly #rate: BitsPerS;
  readonly #latencyUs: Us;

  constructor(rate: BitsPerS, latencyUs: Us = 0) {
    assert(rate >= 0 && rate < Infinity, 'a rate is finite and not negative', { rate });
    assert(isWholeUs(latencyUs), 'a latency is whole µs >= 0', { latencyUs });
    this.#rate = rate;
    this.#latencyUs = latencyUs;
  }

  bitsUntil(at: Us): number {
    assert(at >= 0 && at < Infinity, 'a link is asked about a time from 0 on');
    return (this.#rate * at) / US_PER_S;
  }

  timeOfBits(bits: number): Us {
    if (bits <= 0) return 0;
    return earliestTime(this, bits, Math.ceil((bits / this.#rate) * US_PER_S));
  }

  rateAt(_at: Us): BitsPerS {
    return this.#rate;
  }

  latencyAt(_at: Us): Us {
    return this.#latencyUs;
  }
}

/**
 * A trace with its prefix sums: made once, shared by every viewer that plays the trace from some
 * point of its own. Throws InvariantError unless the trace carries at least one bit.
 */
export class TraceTable {
  /** Time at which period i starts [µs]; one entry more than periods, the last is the length of the trace. */
  readonly startUs: Float64Array;
  /** Bits carried before period i; the last entry is the bits of a whole turn. */
  readonly bitsBefore: Float64Array;
  /** Capacity in period i [bits/s]. */
  readonly rate: Float64Array;
  /** Round-trip time in period i [µs]. */
  readonly latencyUs: Float64Array;
  /** Length of one turn of the trace [µs]. */
  readonly lengthUs: Us;
  /** Bits the link can carry in one turn of the trace. */
  readonly lengthBits: number;

  constructor(periods: readonly TracePeriod[]) {
    const kept = periods.filter((period) => period.durationUs !== 0);
    this.startUs = new Float64Array(kept.length + 1);
    this.bitsBefore = new Float64Array(kept.length + 1);
    this.rate = Float64Array.from(kept, (period) => period.rate);
    this.latencyUs = Float64Array.from(kept, (period) => period.latencyUs);
    kept.forEach(({ durationUs, rate, latencyUs }, i) => {
      assert(isWholeUs(durationUs), 'a period lasts whole µs', { i, durationUs });
      assert(rate >= 0 && rate < Infinity, 'a rate is finite and not negative', { i, rate });
      assert(isWholeUs(latencyUs), 'a latency is whole µs >= 0', { i, latencyUs });
      this.startUs[i + 1] = this.startUs[i]! + durationUs;
      this.bitsBefore[i + 1] = this.bitsBefore[i]! + (rate * durationUs) / US_PER_S;
    });
    this.lengthUs = this.startUs[kept.length]!;
    this.lengthBits = this.bitsBefore[kept.length]!;
    assert(this.lengthBits > 0, 'a trace carries at least one bit', { periods: periods.length });
  }
}

/** A trace repeated for ever, begun `startUs` after its own beginning. */
export class TraceBandwidth implements Bandwidth {
  readonly #table: TraceTable;
  readonly #startUs: Us;
  readonly #startBits: number;

  constructor(trace: TraceTable | readonly TracePeriod[], startUs: Us = 0) {
    assert(isWholeUs(startUs), 'a trace starts at whole µs >= 0', { startUs });
    this.#table = trace instanceof TraceTable ? trace : new TraceTable(trace);
    this.#startUs = startUs % this.#table.lengthUs;
    this.#startBits = bitsInTrace(this.#table, this.#startUs);
  }

  bitsUntil(at: Us): number {
    assert(at >= 0 && at < Infinity, 'a link is asked about a time from 0 on');
    return bitsInTrace(this.#table, at + this.#startUs) - this.#startBits;
  }

  timeOfBits(bits: number): Us {
    if (bits <= 0) return 0;
    const estimate = timeInTrace(this.#table, bits + this.#startBits) - this.#startUs;
    return earliestTime(this, bits, Math.max(0, estimate));
  }

  rateAt(at: Us): BitsPerS {
    return this.#table.rate[this.#periodAt(at)]!;
  }

  latencyAt(at: Us): Us {
    return this.#table.latencyUs[this.#periodAt(at)]!;
  }

  #periodAt(at: Us): number {
    assert(at >= 0 && at < Infinity, 'a link is asked about a time from 0 on');
    return lastNotAbove(this.#table.startUs, (at + this.#startUs) % this.#table.lengthUs);
  }
}

/** Bits carried from the beginning of the trace to `at`; never decreases with `at`, rounding included. */
function bitsInTrace(table: TraceTable, at: Us): number {
  const turns = Math.floor(at / table.lengthUs);
  const within = at - turns * table.lengthUs;
  const i = lastNotAbove(table.startUs, within);
  const bits = table.bitsBefore[i]! + (table.rate[i]! * (within - table.startUs[i]!)) / US_PER_S;
  // The sum may round above the next turn's first value, so it is held to it: the inverse needs monotony.
  return Math.min(turns * table.lengthBits + bits, (turns + 1) * table.lengthBits);
}

/** Time at which the trace has carried `bits` > 0, up to rounding: the start for the exact search. */
function timeInTrace(table: TraceTable, bits: number): Us {
  // Bits at the very end of a turn belong to that turn: the earliest time, not the end of a pause after it.
  const turns = Math.max(0, Math.ceil(bits / table.lengthBits) - 1);
  const within = Math.min(bits - turns * table.lengthBits, table.lengthBits);
  if (within <= 0) return turns * table.lengthUs;
  const i = lastBelow(table.bitsBefore, within);
  const intoPeriod = ((within - table.bitsBefore[i]!) / table.rate[i]!) * US_PER_S;
  return turns * table.lengthUs + Math.ceil(table.startUs[i]! + intoPeriod);
}

/**
 * The earliest whole µs at which `bandwidth.bitsUntil` reaches `bits` > 0, searched outwards from an
 * estimate that is off by rounding only: two look-ups as a rule. Infinity past the times a double counts.
 */
function earliestTime(bandwidth: Bandwidth, bits: number, estimate: Us): Us {
  if (!(estimate <= Number.MAX_SAFE_INTEGER)) return Infinity;
  let enough = estimate;
  let tooEarly = estimate;
  let step = 1;
  if (bandwidth.bitsUntil(estimate) >= bits) {
    tooEarly = Math.max(0, estimate - 1);
    while (tooEarly > 0 && bandwidth.bitsUntil(tooEarly) >= bits) {
      enough = tooEarly;
      step *= 2;
      tooEarly = Math.max(0, enough - step);
    }
  } else {
    enough = estimate + 1;
    while (bandwidth.bitsUntil(enough) < bits) {
      tooEarly = enough;
      step *= 2;
      enough += step;
    }
  }
  while (enough - tooEarly > 1) {
    const middle = tooEarly + Math.floor((enough - tooEarly) / 2);
    if (bandwidth.bitsUntil(middle) >= bits) enough = middle;
    else tooEarly = middle;
  }
  return enough;
}

function isWholeUs(value: Us): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

/** Index of the last of the ascending bounds that is <= value, the final bound left out. */
function lastNotAbove(bounds: Float64Array, value: number): number {
  let low = 0;
  let high = bounds.length - 2;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (bounds[middle]! <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Index of the last of the ascending bounds that is < value, the final bound left out; 0 when none is. */
function lastBelow(bounds: Float64Array, value: number): number {
  let low = 0;
  let high = bounds.length - 2;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (bounds[middle]! < value) low = middle;
    else high = middle - 1;
  }
  return low;
}
