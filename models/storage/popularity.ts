import { assert } from '../core/assert.ts';
import { deriveState, type RandomStream, type RandomStreams } from '../core/rng.ts';
import { US_PER_S, type Us } from '../core/units.ts';
import { Zipf } from '../core/zipf.ts';
import type { CatalogueParams } from './params.ts';

/** Copied state: the videos started last, oldest first from `next` on. */
export interface PopularityState {
  readonly recent: Int32Array;
  readonly started: number;
}

/**
 * Which video a viewer asks for, drawn in O(1). Videos are numbered: the ranked ones by popularity from 0,
 * then those asked for about once, then the new ones of viral events, then uploads in the order of their
 * coming. Parts of the law take their share one after the other: viral videos, uploads, videos started
 * shortly before, videos asked for once; the rest is ranked, a share of it in an order of the region's own.
 */
export class Popularity {
  /** Ranked videos and those asked for once; the numbers beyond are viral videos and uploads. */
  readonly videos: number;
  /** Videos of the ranking. */
  readonly ranked: number;
  readonly #params: CatalogueParams;
  readonly #head: Zipf;
  readonly #tail: Zipf | undefined;
  /** Share of the ranked requests that go to the head. */
  readonly #headShare: number;
  readonly #regionSeed: number;
  /** Time between uploads. [us] */
  readonly #uploadEvery: number;
  #recent: Int32Array;
  #started = 0;

  constructor(params: CatalogueParams, streams: RandomStreams) {
    const { law, exponent, knee, tailExponent, oneTimers, locality } = params.popularity;
    this.#params = params;
    this.videos = params.videos;
    const once = law === 'twoSlope' ? Math.floor(params.videos * oneTimers.videos) : 0;
    this.ranked = Math.max(1, params.videos - once);
    const bend = law === 'twoSlope' ? Math.min(knee, this.ranked) : this.ranked;
    this.#head = new Zipf(bend, exponent);
    this.#tail = bend < this.ranked ? new Zipf(this.ranked, tailExponent, bend) : undefined;
    // The slopes meet at the knee: (r / knee)^-tailExponent of what the head has there.
    const headMass = zipfMass(0, bend, exponent);
    const tailMass = bend < this.ranked
      ? bend ** (tailExponent - exponent) * zipfMass(bend, this.ranked, tailExponent) : 0;
    this.#headShare = headMass / (headMass + tailMass);
    this.#uploadEvery = US_PER_S / (params.uploads?.rate ?? 1);
    this.#recent = new Int32Array(locality.share > 0 ? locality.window : 0);
    [this.#regionSeed] = deriveState(streams.seed, streams.replication, 'catalogue/regions');
  }

  /** The video of a viewer who comes at `now` from a region (0 when the scenario knows none). */
  draw(stream: RandomStream, now: Us, region: number): number {
    const video = this.#drawVideo(stream, now, region);
    const window = this.#recent.length;
    if (window > 0) this.#recent[this.#started++ % window] = video;
    return video;
  }

  /** Number of the video that a viral event of the scenario is about. */
  viralVideo(event: number): number {
    const { viral } = this.#params;
    const rank = viral[event]!.video;
    return rank === 'new' ? this.videos + event : Math.min(rank, this.videos - 1);
  }

  /** Share of all viewers that a viral event draws at a time: none before, a linear rise, then halving. */
  viralShare(event: number, now: Us): number {
    const { at, share, rise, halfLife } = this.#params.viral[event]!;
    if (now < at) return 0;
    const age = now - at;
    if (age < rise) return (share * age) / rise;
    return share * 2 ** (-(age - rise) / halfLife);
  }

  /** Number of the n-th upload after the start of the run; negative ones came before it. */
  uploadedVideo(n: number): number {
    return this.videos + this.#params.viral.length + Math.max(0, n + this.#past());
  }

  /** A copy of the state. */
  save(): PopularityState {
    return { recent: this.#recent.slice(), started: this.#started };
  }

  /** Puts a saved state back. */
  restore(state: PopularityState): void {
    this.#recent = state.recent.slice();
    this.#started = state.started;
  }

  #drawVideo(stream: RandomStream, now: Us, region: number): number {
    const { viral, uploads, popularity } = this.#params;
    for (let event = 0; event < viral.length; event++) {
      const share = this.viralShare(event, now);
      if (share > 0 && stream.uniform() < share) return this.viralVideo(event);
    }
    if (uploads !== undefined && stream.uniform() < uploads.share) return this.#drawUpload(stream, now);
    const held = Math.min(this.#started, this.#recent.length);
    if (held > 0 && stream.uniform() < popularity.locality.share) {
      return this.#recent[stream.integer(held)]!;
    }
    const once = this.videos - this.ranked;
    if (once > 0 && stream.uniform() < popularity.oneTimers.requests) {
      return this.ranked + stream.integer(once);
    }
    const inHead = this.#tail === undefined || stream.uniform() < this.#headShare;
    const rank = (inHead ? this.#head : this.#tail!).sample(stream);
    if (popularity.regional === 0 || stream.uniform() >= popularity.regional) return rank;
    return (rank + this.#shift(region)) % this.ranked;
  }

  /**
   * Requests by age rise and decay as (1 - e^(-a/rise)) e^(-a/decay), which is the law of the sum of two
   * exponential times, of means decay and 1 / (1/decay + 1/rise). Uploads come evenly; how much they are
   * liked varies as u^skew over uploads, by rejection.
   */
  #drawUpload(stream: RandomStream, now: Us): number {
    const { rise, halfLife, skew } = this.#params.uploads!;
    const decay = halfLife / Math.LN2;
    for (;;) {
      const age = stream.exponential(decay) + stream.exponential(1 / (1 / decay + 1 / rise));
      const n = Math.floor((now - age) / this.#uploadEvery);
      if (stream.uniform() <= this.#liking(n) ** skew) return this.uploadedVideo(n);
    }
  }

  /** How much an upload is liked, uniform on (0, 1] over uploads. */
  #liking(n: number): number {
    return (mix(n ^ this.#regionSeed) + 1) / 2 ** 32;
  }

  /** Uploads before the start that are told apart: those of twenty half-lives. */
  #past(): number {
    const { uploads } = this.#params;
    return uploads === undefined ? 0 : Math.ceil((20 * uploads.halfLife) / this.#uploadEvery);
  }

  /** By how much a region's own ranking is turned against the common one. */
  #shift(region: number): number {
    return mix(Math.imul(region + 1, 0x9e3779b1) ^ this.#regionSeed) % this.ranked;
  }
}

/** Sum of k^-exponent over ranks k from `from` + 1 to `to`: term by term, then by Euler and Maclaurin. */
export function zipfMass(from: number, to: number, exponent: number): number {
  assert(to >= from && from >= 0, 'ranks ascend', { from, to });
  let sum = 0;
  let k = from + 1;
  for (; k <= to && k <= from + DIRECT; k++) sum += k ** -exponent;
  if (k > to) return sum;
  const integral = exponent === 1 ? Math.log(to / k)
    : (to ** (1 - exponent) - k ** (1 - exponent)) / (1 - exponent);
  const ends = (k ** -exponent + to ** -exponent) / 2;
  const slopes = (exponent * (k ** (-exponent - 1) - to ** (-exponent - 1))) / 12;
  return sum + integral + ends + slopes;
}

/** Terms summed one by one: from there on the next term of the expansion is below 1e-12 of the sum. */
const DIRECT = 1000;

/** A 32-bit hash (MurmurHash3's avalanche). */
function mix(value: number): number {
  let h = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
