import { assert } from '../../core/assert.ts';
import type { TracePeriod } from '../../network/bandwidth.ts';
import type { Ladder } from '../abr/core/ladder.ts';

/** A trace in ms and kbit/s, shared by the sessions that play it with one ladder. */
export class LinkTrace {
  readonly durationMs: Float64Array;
  readonly kbps: Float64Array;
  readonly latencyMs: Float64Array;
  /** The highest rung whose rate a period carries, its latency taken out of each segment. */
  readonly bearable: Uint8Array;
  readonly periods: number;

  /** Throws InvariantError for a trace that carries nothing: no download would end. */
  constructor(periods: readonly TracePeriod[], ladder: Ladder) {
    assert(periods.some(({ rate, durationUs }) => rate * durationUs > 0), 'a trace carries at least one bit');
    this.periods = periods.length;
    this.durationMs = Float64Array.from(periods, (period) => period.durationUs / 1e3);
    this.kbps = Float64Array.from(periods, (period) => period.rate / 1e3);
    this.latencyMs = Float64Array.from(periods, (period) => period.latencyUs / 1e3);
    this.bearable = Uint8Array.from(periods, (_, i) => {
      const carried = this.kbps[i]! * (1 - this.latencyMs[i]! / ladder.segmentMs);
      const above = ladder.kbps.findIndex((rate, rung) => rung > 0 && rate > carried);
      return (above < 0 ? ladder.rungs : above) - 1;
    });
  }
}

/** Is told when the rung the link can bear changes. */
export type BearableListener = (rung: number, before: number, nowMs: number) => void;

/**
 * A link that follows a trace for ever, one transfer at a time: first the latency of one round trip, then
 * bits. It keeps its place in the trace, so that time goes on where the last call left it; sums are taken
 * period by period, in Sabre's order, because a double remembers the order.
 */
export class Link {
  /** Since the link began. [ms] */
  nowMs = 0;
  /** Bits that the last step carried. */
  stepBits = 0;
  /** Duration of the last step. [ms] */
  stepMs = 0;
  readonly #trace: LinkTrace;
  readonly #onBearable: BearableListener;
  #period = 0;
  #leftMs: number;

  constructor(trace: LinkTrace, onBearable: BearableListener) {
    this.#trace = trace;
    this.#onBearable = onBearable;
    this.#leftMs = trace.durationMs[0]!;
  }

  /** The highest rung whose rate the link carries at present. */
  get bearable(): number {
    return this.#trace.bearable[this.#period]!;
  }

  /** Waits for one latency, a period's share of it at that period's; returns how long it took. [ms] */
  awaitLatency(): number {
    let totalMs = 0;
    let share = 1;
    while (share > 0) {
      const latencyMs = this.#trace.latencyMs[this.#period]!;
      const ms = share * latencyMs;
      if (ms <= this.#leftMs) {
        totalMs += ms;
        this.nowMs += ms;
        this.#leftMs -= ms;
        share = 0;
      } else {
        totalMs += this.#leftMs;
        share -= this.#leftMs / latencyMs;
        this.#nextPeriod();
      }
    }
    return totalMs;
  }

  /** Carries bits to the last; returns how long it took. [ms] */
  carry(bits: number): number {
    let totalMs = 0;
    let leftBits = bits;
    while (leftBits > 0) {
      const kbps = this.#trace.kbps[this.#period]!;
      const carriedBits = this.#leftMs * kbps;
      if (leftBits <= carriedBits) {
        const ms = leftBits / kbps;
        totalMs += ms;
        this.nowMs += ms;
        this.#leftMs -= ms;
        leftBits = 0;
      } else {
        totalMs += this.#leftMs;
        leftBits -= carriedBits;
        this.#nextPeriod();
      }
    }
    return totalMs;
  }

  /**
   * Carries bits until both `leastBits` have come and `leastMs` have passed, or all `bits` have come; leaves
   * the outcome in `stepBits` and `stepMs`.
   */
  carrySome(bits: number, leastBits: number, leastMs: number): void {
    let [totalBits, totalMs] = [0, 0];
    let [leftBits, minBits, minMs] = [bits, leastBits, leastMs];
    while (leftBits > 0 && (minBits > 0 || minMs > 0)) {
      const kbps = this.#trace.kbps[this.#period]!;
      const untilNextBits = this.#leftMs * kbps;
      const wantedBits = kbps > 0 ? Math.max(minBits, minMs * kbps) : 0;
      let stepBits = untilNextBits;
      let stepMs = this.#leftMs;
      if (kbps > 0 && leftBits <= wantedBits && leftBits <= untilNextBits) {
        stepBits = leftBits;
        stepMs = stepBits / kbps;
        this.#pass(stepMs);
      } else if (kbps > 0 && wantedBits <= untilNextBits) {
        stepBits = wantedBits;
        stepMs = stepBits / kbps;
        // What rounding leaves of the goals must not make another step.
        minBits = 0;
        minMs = 0;
        this.#pass(stepMs);
      } else if (kbps === 0 && minBits <= 0 && minMs <= stepMs) {
        stepMs = minMs;
        this.#pass(stepMs);
      } else this.#nextPeriod();
      totalBits += stepBits;
      totalMs += stepMs;
      leftBits -= stepBits;
      minBits -= stepBits;
      minMs -= stepMs;
    }
    this.stepBits = totalBits;
    this.stepMs = totalMs;
  }

  /** Lets time pass without a transfer. [ms] */
  idle(ms: number): void {
    let leftMs = ms;
    while (leftMs > this.#leftMs) {
      leftMs -= this.#leftMs;
      this.#nextPeriod();
    }
    this.#pass(leftMs);
  }

  #pass(ms: number): void {
    this.#leftMs -= ms;
    this.nowMs += ms;
  }

  /** Goes to the end of the period, and on to the next one. */
  #nextPeriod(): void {
    const trace = this.#trace;
    this.nowMs += this.#leftMs;
    const before = trace.bearable[this.#period]!;
    this.#period = this.#period + 1 === trace.periods ? 0 : this.#period + 1;
    this.#leftMs = trace.durationMs[this.#period]!;
    const bearable = trace.bearable[this.#period]!;
    if (bearable !== before) this.#onBearable(bearable, before, this.nowMs);
  }
}

/** A trace asked about any time: when a transfer that starts then will be over. */
export class TraceClock {
  readonly #trace: LinkTrace;
  /** When each period starts, and the bits carried before it; one entry more than periods. */
  readonly #startMs: Float64Array;
  readonly #bitsBefore: Float64Array;

  constructor(trace: LinkTrace) {
    this.#trace = trace;
    this.#startMs = new Float64Array(trace.periods + 1);
    this.#bitsBefore = new Float64Array(trace.periods + 1);
    for (let i = 0; i < trace.periods; i++) {
      this.#startMs[i + 1] = this.#startMs[i]! + trace.durationMs[i]!;
      this.#bitsBefore[i + 1] = this.#bitsBefore[i]! + trace.durationMs[i]! * trace.kbps[i]!;
    }
  }

  /** Mean rate over a turn of the trace. [kbit/s] */
  get meanKbps(): number {
    const { periods } = this.#trace;
    return this.#bitsBefore[periods]! / this.#startMs[periods]!;
  }

  /** When the last of `bits` has come that were asked for at `startMs`: a latency, then bits. [ms] */
  arrival(startMs: number, bits: number): number {
    const { periods, kbps } = this.#trace;
    const [turnMs, turnBits] = [this.#startMs[periods]!, this.#bitsBefore[periods]!];
    const at = this.#afterLatency(startMs);
    const turn = Math.floor(at / turnMs);
    const period = lastNotAbove(this.#startMs, at - turn * turnMs);
    const carried = this.#bitsBefore[period]! + (at - turn * turnMs - this.#startMs[period]!) * kbps[period]!;
    const total = carried + bits;
    const turns = Math.max(0, Math.ceil(total / turnBits) - 1);
    const within = total - turns * turnBits;
    let last = lastNotAbove(this.#bitsBefore, within);
    // Bits at the very start of a period came at the end of the last one that carried any.
    while (last > 0 && (this.#bitsBefore[last]! >= within || kbps[last] === 0)) last--;
    const intoMs = (within - this.#bitsBefore[last]!) / kbps[last]!;
    return (turn + turns) * turnMs + this.#startMs[last]! + intoMs;
  }

  #afterLatency(startMs: number): number {
    const { periods, latencyMs } = this.#trace;
    const turnMs = this.#startMs[periods]!;
    const turn = Math.floor(startMs / turnMs);
    let at = startMs - turn * turnMs;
    let period = lastNotAbove(this.#startMs, at);
    let shareLeft = 1;
    let turns = turn;
    for (;;) {
      const leftMs = this.#startMs[period + 1]! - at;
      const ms = shareLeft * latencyMs[period]!;
      if (ms <= leftMs) return turns * turnMs + at + ms;
      shareLeft -= leftMs / latencyMs[period]!;
      period++;
      at += leftMs;
      if (period < periods) continue;
      period = 0;
      at = 0;
      turns++;
    }
  }
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
