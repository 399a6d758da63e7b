import { assert, broken } from '../core/assert.ts';
import { US_PER_S, type BitsPerS, type Us } from '../core/units.ts';
import type { Bandwidth, SteppedBandwidth, TracePeriod } from './bandwidth.ts';
import { BoundsIndex } from './bounds-index.ts';

/** A link whose capacity [bits/s] and round-trip time [µs] never change. */
export class ConstantBandwidth implements SteppedBandwidth {
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

  changeAfter(_at: Us): Us {
    return Infinity;
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
  readonly #sameLatency: boolean;
  readonly #byTime: BoundsIndex;
  readonly #byBits: BoundsIndex;
  /**
   * Start, bits before and rate of each period once more, side by side (PERIOD numbers each), and the end: a
   * transfer needs one or two lines of memory of them.
   */
  readonly #rows: Float64Array;

  constructor(periods: readonly TracePeriod[]) {
    const kept = periods.filter((period) => period.durationUs !== 0);
    this.startUs = new Float64Array(kept.length + 1);
    this.bitsBefore = new Float64Array(kept.length + 1);
    this.rate = new Float64Array(kept.length);
    this.latencyUs = new Float64Array(kept.length);
    kept.forEach(({ durationUs, rate, latencyUs }, i) => {
      if (!isWholeUs(durationUs)) broken('a period lasts whole µs', { i, durationUs });
      if (!(rate >= 0 && rate < Infinity)) broken('a rate is finite and not negative', { i, rate });
      if (!isWholeUs(latencyUs)) broken('a latency is whole µs >= 0', { i, latencyUs });
      this.rate[i] = rate;
      this.latencyUs[i] = latencyUs;
      this.startUs[i + 1] = this.startUs[i]! + durationUs;
      this.bitsBefore[i + 1] = this.bitsBefore[i]! + (rate * durationUs) / US_PER_S;
    });
    this.lengthUs = this.startUs[kept.length]!;
    this.lengthBits = this.bitsBefore[kept.length]!;
    assert(this.lengthBits > 0, 'a trace carries at least one bit', { periods: periods.length });
    this.#sameLatency = this.latencyUs.every((latencyUs) => latencyUs === this.latencyUs[0]);
    this.#byTime = new BoundsIndex(this.startUs);
    this.#byBits = new BoundsIndex(this.bitsBefore);
    this.#rows = new Float64Array(PERIOD * (kept.length + 1));
    for (let i = 0; i <= kept.length; i++) {
      this.#rows[PERIOD * i] = this.startUs[i]!;
      this.#rows[PERIOD * i + BITS] = this.bitsBefore[i]!;
      if (i < kept.length) this.#rows[PERIOD * i + RATE] = this.rate[i]!;
    }
  }

  /** Bits carried from the beginning of the trace to `at`; never decreases with `at`, rounding included. */
  bitsUntil(at: Us): number {
    const turns = Math.floor(at / this.lengthUs);
    const within = at - turns * this.lengthUs;
    const i = this.#byTime.lastNotAbove(within);
    const bits = this.bitsBefore[i]! + (this.rate[i]! * (within - this.startUs[i]!)) / US_PER_S;
    // The sum may round above the next turn's first value, so it is held to it: the inverse needs monotony.
    return Math.min(turns * this.lengthBits + bits, (turns + 1) * this.lengthBits);
  }

  /** Time at which the trace has carried `bits` > 0, up to rounding: the start for the exact search. */
  timeNear(bits: number): Us {
    // Bits at the very end of a turn belong to that turn: the earliest time, not the end of a pause after it.
    const turns = Math.max(0, Math.ceil(bits / this.lengthBits) - 1);
    const within = Math.min(bits - turns * this.lengthBits, this.lengthBits);
    if (within <= 0) return turns * this.lengthUs;
    const i = this.#byBits.lastBelow(within);
    const intoPeriod = ((within - this.bitsBefore[i]!) / this.rate[i]!) * US_PER_S;
    return turns * this.lengthUs + Math.ceil(this.startUs[i]! + intoPeriod);
  }

  /**
   * The earliest time, not before `from`, at which `bits` more than at `from` have been carried, with sums
   * less `offset` as a link begun there has them; -1 where it does not lie in the period of `from` or one of
   * the few after it: then search. Most transfers are over before that.
   */
  timeSoon(from: Us, bits: number, offset: number): Us {
    const rows = this.#rows;
    const turns = Math.floor(from / this.lengthUs);
    const turnUs = turns * this.lengthUs;
    const turnBits = turns * this.lengthBits;
    const most = (turns + 1) * this.lengthBits;
    let at = PERIOD * this.#periodOf(from - turnUs);
    // The very sums of `bitsUntil`, so that rounding comes out the same.
    const intoBits = rows[at + BITS]! + (rows[at + RATE]! * (from - turnUs - rows[at]!)) / US_PER_S;
    const due = Math.min(turnBits + intoBits, most) - offset + bits;
    if (due <= 0) return from;
    const reached = due + offset - turnBits;
    for (const end = Math.min(rows.length - PERIOD, at + PERIOD * SOON_PERIODS); at < end; at += PERIOD) {
      if (reached > rows[at + PERIOD + BITS]!) continue;
      const start = rows[at]!;
      const before = rows[at + BITS]!;
      const rate = rows[at + RATE]!;
      const within = start + Math.ceil(((reached - before) / rate) * US_PER_S);
      if (!(within < rows[at + PERIOD]!)) continue;
      if (!(within > start && turnUs + within > from)) return -1;
      const now = turnBits + (before + (rate * (within - start)) / US_PER_S);
      const then = turnBits + (before + (rate * (within - 1 - start)) / US_PER_S);
      const isEarliest = Math.min(now, most) - offset >= due && Math.min(then, most) - offset < due;
      return isEarliest ? turnUs + within : -1;
    }
    return -1;
  }

  /** Reads what is known of the period that is current at `at`, for the sake of reading. */
  warm(at: Us): number {
    const i = this.#byTime.lowest(at - Math.floor(at / this.lengthUs) * this.lengthUs);
    return this.#rows[PERIOD * i]!;
  }

  /** Place of the period that is current at `at`. */
  periodAt(at: Us): number {
    return this.#byTime.lastNotAbove(at - Math.floor(at / this.lengthUs) * this.lengthUs);
  }

  /** End of the period that is current at `at`; Infinity on a trace of one period. */
  changeAfter(at: Us): Us {
    if (this.rate.length === 1) return Infinity;
    const turnUs = Math.floor(at / this.lengthUs) * this.lengthUs;
    return turnUs + this.startUs[this.#byTime.lastNotAbove(at - turnUs) + 1]!;
  }

  /** As `lastNotAbove` of the starts, by the rows. */
  #periodOf(within: Us): number {
    const rows = this.#rows;
    let i = this.#byTime.lowest(within);
    for (let steps = 0; steps < SOON_PERIODS; steps++) {
      if (PERIOD * (i + 2) >= rows.length || rows[PERIOD * (i + 1)]! > within) return i;
      i++;
    }
    return this.#byTime.lastNotAbove(within);
  }

  /** Round-trip time at `at`. */
  latencyAt(at: Us): Us {
    return this.#sameLatency ? this.latencyUs[0]! : this.latencyUs[this.periodAt(at)]!;
  }
}

/** A trace repeated for ever, begun `startUs` after its own beginning. */
export class TraceBandwidth implements SteppedBandwidth {
  readonly #table: TraceTable;
  readonly #startUs: Us;
  readonly #startBits: number;

  constructor(trace: TraceTable | readonly TracePeriod[], startUs: Us = 0) {
    assert(isWholeUs(startUs), 'a trace starts at whole µs >= 0', { startUs });
    this.#table = trace instanceof TraceTable ? trace : new TraceTable(trace);
    this.#startUs = startUs % this.#table.lengthUs;
    this.#startBits = this.#table.bitsUntil(this.#startUs);
  }

  bitsUntil(at: Us): number {
    assert(at >= 0 && at < Infinity, 'a link is asked about a time from 0 on');
    return this.#table.bitsUntil(at + this.#startUs) - this.#startBits;
  }

  timeOfBits(bits: number): Us {
    if (bits <= 0) return 0;
    const estimate = this.#table.timeNear(bits + this.#startBits) - this.#startUs;
    return earliestTime(this, bits, Math.max(0, estimate));
  }

  rateAt(at: Us): BitsPerS {
    return this.#table.rate[this.#periodAt(at)]!;
  }

  latencyAt(at: Us): Us {
    return this.#table.latencyUs[this.#periodAt(at)]!;
  }

  changeAfter(at: Us): Us {
    return this.#table.changeAfter(at + this.#startUs) - this.#startUs;
  }

  #periodAt(at: Us): number {
    assert(at >= 0 && at < Infinity, 'a link is asked about a time from 0 on');
    return this.#table.periodAt(at + this.#startUs);
  }
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

/** Numbers of a row of a table, and places of them. */
const PERIOD = 4;
const BITS = 1;
const RATE = 2;
/** Periods that are gone through one by one for the end of a transfer before it is searched for. */
const SOON_PERIODS = 8;

function isWholeUs(value: Us): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
