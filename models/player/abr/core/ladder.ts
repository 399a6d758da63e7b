import { assert } from '../../../core/assert.ts';

/** Rungs of a video in the units the cores decide in: kbit/s (bits a ms) and ms. */
export class Ladder {
  /** Nominal rates, ascending. [kbit/s] */
  readonly kbps: Float64Array;
  /** Duration of a segment. [ms] */
  readonly segmentMs: number;
  /** Nominal size of a segment at each rung. [bits] */
  readonly segmentBits: Float64Array;
  /** Number of rungs. */
  readonly rungs: number;

  constructor(kbps: ArrayLike<number>, segmentMs: number) {
    this.kbps = Float64Array.from(kbps);
    this.segmentMs = segmentMs;
    this.segmentBits = this.kbps.map((rate) => segmentMs * rate);
    this.rungs = this.kbps.length;
    assert(this.rungs > 0 && segmentMs > 0, 'a ladder has rungs and its segments last', { segmentMs });
  }

  /** The highest rung whose nominal segments arrive in the time they play, latency included; else 0. */
  sustainable(throughputKbps: number, latencyMs: number): number {
    let rung = 0;
    while (
      rung + 1 < this.rungs
      && latencyMs + this.segmentBits[rung + 1]! / throughputKbps <= this.segmentMs
    ) rung++;
    return rung;
  }
}
