import { assert } from '../../core/assert.ts';
import { Ladder } from '../abr/core/ladder.ts';

/** A video as a session needs it: nominal rates, measured sizes, utilities. */
export class Movie {
  readonly ladder: Ladder;
  /** Number of segments. */
  readonly segments: number;
  /** Utility of a rung: logarithm of its rate over that of the lowest. */
  readonly utilities: Float64Array;
  /** Absolute logarithm of the ratio of two rates, row by row. */
  readonly logRatios: Float64Array;
  /** Sizes, row by row: those of segment 0 at each rung come first. [bits] */
  readonly #bits: Float64Array;

  /** Rates in kbit/s, ascending; `sizeBits(segment, rung)` in bits. */
  constructor(
    segmentMs: number,
    kbps: readonly number[],
    segments: number,
    sizeBits: (segment: number, rung: number) => number,
  ) {
    assert(segments > 0, 'a video has a segment', { segments });
    this.ladder = new Ladder(kbps, segmentMs);
    this.segments = segments;
    const { rungs } = this.ladder;
    this.#bits = new Float64Array(segments * rungs);
    for (let i = 0; i < this.#bits.length; i++) this.#bits[i] = sizeBits(Math.floor(i / rungs), i % rungs);
    const offset = 0 - Math.log(kbps[0]!);
    this.utilities = this.ladder.kbps.map((rate) => Math.log(rate) + offset);
    this.logRatios = new Float64Array(rungs * rungs);
    kbps.forEach((to, i) => kbps.forEach((from, j) => {
      this.logRatios[i * rungs + j] = Math.abs(Math.log(to / from));
    }));
  }

  /** Size of a segment at a rung. [bits] */
  sizeBits(segment: number, rung: number): number {
    return this.#bits[segment * this.ladder.rungs + rung]!;
  }
}
