import { assert, broken } from './assert.ts';
import type { SketchState } from './sketch-state.ts';

/** How a sketch trades accuracy for memory; sketches merge only if both figures are equal. */
export interface SketchOptions {
  /** Largest relative error of a quantile. Default 0.005, that is 0.5 %. */
  readonly relativeError?: number;
  /** Most buckets kept, 8 bytes each. Default 4096: at 0.5 %, 16 decimal orders of magnitude. */
  readonly maxBuckets?: number;
}

/**
 * Quantiles of any number of values >= 0 in bounded memory, within a stated relative error (DDSketch:
 * Masson, Rim and Lee, VLDB 2019). What it holds depends on the values alone: adding and merging in any
 * order gives the same state, byte for byte. Values need buckets of their own only within the widest range
 * that `maxBuckets` spans; below it, the smallest are collapsed into one bucket, counted by `collapsed`.
 */
export class QuantileSketch {
  readonly relativeError: number;
  readonly maxBuckets: number;
  readonly #perOctave: number;
  #counts = new Float64Array(0);
  /** Bucket that `#counts[0]` stands for. */
  #base = 0;
  /** The lowest and the highest bucket that hold something. */
  #first = Infinity;
  #last = -Infinity;
  #count = 0;
  #zeros = 0;
  #collapsed = 0;
  #min = Infinity;
  #max = -Infinity;
  /** The value added last, and its bucket. */
  #lastValue = NaN;
  #lastBucket = 0;

  constructor(options: SketchOptions = {}) {
    this.relativeError = options.relativeError ?? 0.005;
    this.maxBuckets = options.maxBuckets ?? 4096;
    const { relativeError, maxBuckets } = this;
    assert(relativeError >= 1e-4 && relativeError <= 0.1, 'relative error 0.0001 to 0.1', { relativeError });
    assert(Number.isInteger(maxBuckets) && maxBuckets >= 16, 'a sketch needs 16 buckets', { maxBuckets });
    this.#perOctave = bucketsPerOctave(relativeError);
  }

  /** Values added, zeros included. */
  get count(): number {
    return this.#count;
  }

  /** Smallest value, exactly; infinite when empty. */
  get min(): number {
    return this.#min;
  }

  /** Largest value, exactly; minus infinity when empty. */
  get max(): number {
    return this.#max;
  }

  /**
   * Values too small for a bucket of their own; quantiles that fall on them are not within the stated
   * error.
   */
  get collapsed(): number {
    return this.#collapsed;
  }

  /** Adds `times` observations of a finite value >= 0; values below 2^-1022 count as zero. */
  add(value: number, times = 1): void {
    if (!(value >= 0 && value < Infinity)) broken('a sketch takes finite values >= 0', { value });
    if (!Number.isSafeInteger(times) || times <= 0) broken('a value counts so many times', { times });
    this.#count += times;
    if (value < this.#min) this.#min = value + 0; // never -0, which JSON has not
    if (value > this.#max) this.#max = value + 0;
    if (value < SMALLEST) this.#zeros += times;
    else {
      // Many observations are of the same value: a latency without a queue.
      if (value !== this.#lastValue) {
        this.#lastValue = value;
        this.#lastBucket = bucketOf(value, this.#perOctave);
      }
      this.#put(this.#lastBucket, times);
    }
  }

  /** Adds all that another sketch has seen. */
  merge(other: QuantileSketch): void {
    const { relativeError, maxBuckets } = this;
    const alike = other.relativeError === relativeError && other.maxBuckets === maxBuckets;
    assert(alike, 'only sketches of one kind merge', {
      relativeError, maxBuckets, otherRelativeError: other.relativeError, otherMaxBuckets: other.maxBuckets,
    });
    const counts = other.#counts;
    const base = other.#base;
    const first = other.#first;
    const last = other.#last;
    const collapsed = other.#collapsed;
    this.#count += other.#count;
    this.#zeros += other.#zeros;
    this.#min = Math.min(this.#min, other.#min);
    this.#max = Math.max(this.#max, other.#max);
    // The highest bucket first, so that what lies below the range is counted as collapsed.
    for (let bucket = last; bucket >= first; bucket--) {
      const times = counts[bucket - base]!;
      if (times > 0) this.#put(bucket, times);
    }
    // Where both ranges end alike, what the other had collapsed is not below ours: it was not counted just
    // now.
    if (last === this.#last) this.#collapsed += collapsed;
  }

  /** The value at 0-based rank floor(q (n - 1)), within the relative error; exact at both ends. */
  quantile(q: number): number {
    assert(q >= 0 && q <= 1, 'quantile needs 0 <= q <= 1', { q });
    return this.valueAtRank(Math.floor(q * (this.#count - 1)));
  }

  /** The value at a 0-based rank of the ascending values, within the relative error. */
  valueAtRank(rank: number): number {
    assert(rank >= 0 && rank < this.#count, 'no such rank in the sketch', { rank, count: this.#count });
    if (rank === 0) return this.#min;
    if (rank >= this.#count - 1) return this.#max;
    let passed = this.#zeros;
    if (rank < passed) return 0;
    const counts = this.#counts;
    const end = this.#last - this.#base;
    let index = this.#first - this.#base;
    while (index < end && rank >= (passed += counts[index]!)) index++;
    return Math.min(this.#max, Math.max(this.#min, middleOf(this.#base + index, this.#perOctave)));
  }

  /** Values at or below a bound; those within the relative error of it may count on either side. */
  countAtMost(bound: number): number {
    if (bound < 0) return 0;
    if (bound >= this.#max) return this.#count;
    let passed = this.#zeros;
    for (let bucket = this.#first; bucket <= this.#last; bucket++) {
      if (middleOf(bucket, this.#perOctave) > bound) break;
      passed += this.#counts[bucket - this.#base]!;
    }
    return passed;
  }

  /** Mean of the values, within the relative error, summed in order of size; 0 when empty. */
  mean(): number {
    let sum = 0;
    for (let bucket = this.#first; bucket <= this.#last; bucket++) {
      sum += this.#counts[bucket - this.#base]! * middleOf(bucket, this.#perOctave);
    }
    return this.#count === 0 ? 0 : sum / this.#count;
  }

  /** Everything the sketch holds as plain data, equal for equal observations. */
  save(): SketchState {
    const buckets: [number, number][] = [];
    for (let bucket = this.#first; bucket <= this.#last; bucket++) {
      const count = this.#counts[bucket - this.#base]!;
      if (count > 0) buckets.push([bucket, count]);
    }
    const empty = this.#count === 0;
    return {
      kind: 'quantile sketch', version: 1, relativeError: this.relativeError, maxBuckets: this.maxBuckets,
      count: this.#count, zeros: this.#zeros, collapsed: this.#collapsed,
      min: empty ? null : this.#min, max: empty ? null : this.#max, buckets,
    };
  }

  /** A sketch with the state that `save` gave. */
  static restore(state: SketchState): QuantileSketch {
    const sketch = new QuantileSketch(state);
    for (const [bucket, times] of state.buckets.toReversed()) sketch.#put(bucket, times);
    sketch.#count = state.count;
    sketch.#zeros = state.zeros;
    sketch.#collapsed = state.collapsed;
    sketch.#min = state.min ?? Infinity;
    sketch.#max = state.max ?? -Infinity;
    return sketch;
  }

  #put(bucket: number, times: number): void {
    let index = bucket - this.#base;
    if (index < 0 || index >= this.#counts.length) index = this.#makeRoom(bucket, times) - this.#base;
    else {
      if (bucket < this.#first) this.#first = bucket;
      if (bucket > this.#last) this.#last = bucket;
    }
    this.#counts[index]! += times;
  }

  /** Allots an array that holds the range with this bucket in it, and returns the bucket its values go to. */
  #makeRoom(bucket: number, times: number): number {
    const counts = this.#counts;
    const last = Math.max(this.#last, bucket);
    const floor = last - this.maxBuckets + 1;
    const first = Math.max(floor, Math.min(this.#first, bucket));
    const needed = last - first + 1;
    // Half as much again, on the side that grew, so that a slowly widening range costs little.
    const length = Math.min(this.maxBuckets, Math.max(64, needed + (needed >> 1)));
    const base = bucket > this.#last ? first : last - length + 1;
    const moved = new Float64Array(length);
    let below = 0;
    for (let b = this.#first; b <= this.#last; b++) {
      const count = counts[b - this.#base]!;
      if (b < floor) below += count;
      moved[Math.max(b, floor) - base]! += count;
    }
    // What was collapsed before sat in a bucket below the new floor, if the floor rose at all.
    if (below > 0) this.#collapsed = below;
    if (bucket < floor) this.#collapsed += times;
    this.#counts = moved;
    this.#base = base;
    this.#first = first;
    this.#last = last;
    return Math.max(bucket, floor);
  }
}

const SMALLEST = 2 ** -1022;

/**
 * Buckets that share each power of two. The bucket of (1 + s) 2^e is the whole part of (e + (4 s - s^2) /
 * 3) times this number: a parabola in place of the logarithm, 8 % more buckets, but the same on every
 * engine, as it takes exact arithmetic only. Its slope against ln x is at least 4/3, which bounds the ratio
 * of a bucket's ends.
 */
function bucketsPerOctave(relativeError: number): number {
  return Math.ceil(0.75 / Math.log((1 + relativeError) / (1 - relativeError)));
}

// A double seen as its two halves, low half first: every engine of JavaScript in use is little-endian.
const asDouble = new Float64Array(1);
const asWords = new Uint32Array(asDouble.buffer);

function bucketOf(value: number, perOctave: number): number {
  asDouble[0] = value;
  const high = asWords[1]!;
  asWords[1] = (high & 0xfffff) | 0x3ff00000;
  const s = asDouble[0]! - 1;
  return ((high >>> 20) - 1023) * perOctave + Math.floor(((4 - s) * s * perOctave) / 3);
}

/** The value whose relative distance to both ends of the bucket is the same, and so the least. */
function middleOf(bucket: number, perOctave: number): number {
  const octave = Math.floor(bucket / perOctave);
  const step = bucket - octave * perOctave;
  const low = 3 - Math.sqrt(4 - (3 * step) / perOctave);
  const high = 3 - Math.sqrt(4 - (3 * (step + 1)) / perOctave);
  // In two factors, as 2^1024 is no double.
  return ((2 * low * high) / (low + high)) * 2 ** (octave - 1) * 2;
}
