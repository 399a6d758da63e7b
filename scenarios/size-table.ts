import { assert } from '../models/core/assert.ts';
import { US_PER_S, type BitsPerS, type Us } from '../models/core/units.ts';

/** Measured sizes of the segments of one video, at every rung of its ladder. */
export class SizeTable {
  /** Name of the video; the file's name when the file holds one video. */
  readonly name: string;
  /** Duration of a segment. */
  readonly segmentUs: Us;
  /** Nominal rates of the rungs, ascending; the mean rates where the file states none. */
  readonly bitrates: readonly BitsPerS[];
  readonly segments: number;
  /** Row by row: the sizes of segment 0 at each rung come first. [bits] */
  readonly #bits: Float64Array;
  /** Mean size of a rung. [bits] */
  readonly #mean: Float64Array;

  /** `rows[segment][rung]` in bits, at least one row; without `bitrates` the mean rates stand in. */
  constructor(
    name: string,
    segmentUs: Us,
    rows: ReadonlyArray<readonly number[]>,
    bitrates?: readonly BitsPerS[],
  ) {
    const rungs = rows[0]?.length ?? 0;
    assert(rungs > 0 && rows.every((row) => row.length === rungs), 'a table has as many sizes in every row');
    this.name = name;
    this.segmentUs = segmentUs;
    this.segments = rows.length;
    this.#bits = Float64Array.from(rows.flat());
    this.#mean = new Float64Array(rungs);
    this.#bits.forEach((bits, i) => (this.#mean[i % rungs]! += bits / rows.length));
    this.bitrates = bitrates ?? [...this.#mean].map((bits) => (bits * US_PER_S) / segmentUs);
  }

  /** Size of a segment at a rung, both from 0. [bits] */
  sizeBits(segment: number, rung: number): number {
    return this.#bits[segment * this.#mean.length + rung]!;
  }

  /** Size of a segment over the mean of its rung: how the content varies, whatever the rate. */
  shape(segment: number, rung: number): number {
    return this.sizeBits(segment, rung) / this.#mean[rung]!;
  }
}
