import { assert } from '../core/assert.ts';
import { sampleDuration } from '../core/distribution.ts';
import type { RandomStreams } from '../core/rng.ts';
import { US_PER_S, type BitsPerS, type Bytes, type Us } from '../core/units.ts';
import { Zipf } from '../core/zipf.ts';
import type { RandomStream } from '../core/rng.ts';
import type { CatalogueParams } from './params.ts';

/** Measured sizes of a video's segments. */
export interface SegmentSizes {
  readonly segmentUs: Us;
  /** Nominal rates of its rungs, ascending. */
  readonly bitrates: readonly BitsPerS[];
  readonly segments: number;
  /** Size of a segment at a rung. [bits] */
  sizeBits(segment: number, rung: number): number;
  /** Size of a segment over the mean of its rung. */
  shape(segment: number, rung: number): number;
}

/** Bytes of a manifest for each segment it lists, and of its head: an HLS media playlist has about that. */
const MANIFEST_BYTES_PER_SEGMENT = 34;
const MANIFEST_HEAD_BYTES = 320;

/**
 * What there is to watch. Every segment of every rendition, and every manifest, is an object with a dense
 * integer name, so that caches can keep columns by object.
 */
export class Catalogue {
  readonly videos: number;
  /** Number of objects: names run from 0 to one below. */
  readonly objects: number;
  readonly #params: CatalogueParams;
  readonly #tables: readonly SegmentSizes[];
  readonly #bitrates: readonly BitsPerS[];
  /** Rung of each table that is nearest to each rendition. */
  readonly #nearest: readonly (readonly number[])[];
  readonly #segments: Int32Array;
  /** Object name of a video's first segment at its lowest rendition. */
  readonly #first: Float64Array;
  readonly #tableOf: Int32Array;
  readonly #offsetOf: Int32Array;
  readonly #popularity: Zipf;

  constructor(params: CatalogueParams, tables: readonly SegmentSizes[], streams: RandomStreams) {
    this.#params = params;
    this.#tables = tables;
    this.videos = params.videos;
    this.#bitrates = params.ladder.map((rendition) => rendition.bitrate);
    this.#nearest = tables.map((table) =>
      this.#bitrates.map((bitrate) => nearestRung(table.bitrates, bitrate)));
    this.#segments = new Int32Array(params.videos);
    this.#first = new Float64Array(params.videos);
    this.#tableOf = new Int32Array(params.videos);
    this.#offsetOf = new Int32Array(params.videos);
    this.#popularity = new Zipf(params.videos, params.popularity.exponent);
    const lengths = streams.stream('catalogue/length');
    const shapes = streams.stream('catalogue/sizes');
    let objects = params.videos; // the manifests come first
    for (let video = 0; video < params.videos; video++) {
      this.#layOut(video, lengths, shapes);
      this.#first[video] = objects;
      objects += this.#segments[video]! * this.#bitrates.length;
    }
    this.objects = objects;
    assert(objects < 2 ** 31, 'object names fit 31 bits', { objects });
  }

  /** A video drawn by popularity; the number is its rank, 0 the most popular. */
  draw(stream: RandomStream): number {
    return this.#popularity.sample(stream);
  }

  /** Nominal rates, ascending; the same ladder for every video. */
  bitrates(_video: number): readonly BitsPerS[] {
    return this.#bitrates;
  }

  segmentUs(_video: number): Us {
    return this.#params.segment;
  }

  segmentCount(video: number): number {
    return this.#segments[video]!;
  }

  /** Name of the manifest of a video. */
  manifestObject(video: number): number {
    return video;
  }

  /** Name of a segment at a rendition. */
  segmentObject(video: number, segment: number, rendition: number): number {
    assert(segment < this.#segments[video]!, 'a segment lies in its video', { video, segment });
    return this.#first[video]! + segment * this.#bitrates.length + rendition;
  }

  /** Size of a manifest. */
  manifestBytes(video: number): Bytes {
    return MANIFEST_HEAD_BYTES + MANIFEST_BYTES_PER_SEGMENT * this.#segments[video]!;
  }

  /** Size of a segment at a rendition. */
  segmentBytes(video: number, segment: number, rendition: number): Bytes {
    const nominalBits = (this.#bitrates[rendition]! * this.#params.segment) / US_PER_S;
    if (this.#tables.length === 0) return Math.ceil(nominalBits / 8);
    const index = this.#tableOf[video]!;
    const table = this.#tables[index]!;
    const at = (segment + this.#offsetOf[video]!) % table.segments;
    const bits = this.#params.sizes.use === 'exact'
      ? table.sizeBits(at, rendition)
      : nominalBits * table.shape(at, this.#nearest[index]![rendition]!);
    return Math.max(1, Math.round(bits / 8));
  }

  /** Size of any object by its name; O(log videos). */
  objectBytes(object: number): Bytes {
    if (object < this.videos) return this.manifestBytes(object);
    const video = this.#videoOf(object);
    const place = object - this.#first[video]!;
    const renditions = this.#bitrates.length;
    return this.segmentBytes(video, Math.floor(place / renditions), place % renditions);
  }

  #layOut(video: number, lengths: RandomStream, shapes: RandomStream): void {
    const exact = this.#params.sizes.use === 'exact' && this.#tables.length > 0;
    const lengthUs = sampleDuration(this.#params.length, lengths);
    const table = this.#tables.length > 0 ? shapes.integer(this.#tables.length) : 0;
    this.#tableOf[video] = table;
    this.#segments[video] = exact
      ? this.#tables[table]!.segments
      : Math.max(1, Math.ceil(lengthUs / this.#params.segment));
    const shaped = this.#tables.length > 0 && !exact;
    this.#offsetOf[video] = shaped ? shapes.integer(this.#tables[table]!.segments) : 0;
  }

  #videoOf(object: number): number {
    let low = 0;
    let high = this.videos - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (this.#first[middle]! <= object) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/** The rung whose rate is nearest in ratio. */
function nearestRung(rungs: readonly BitsPerS[], bitrate: BitsPerS): number {
  let best = 0;
  rungs.forEach((rung, i) => {
    if (Math.abs(Math.log(rung / bitrate)) < Math.abs(Math.log(rungs[best]! / bitrate))) best = i;
  });
  return best;
}
