import { assert, broken } from '../core/assert.ts';
import { ABSENT, IntMap } from '../core/int-map.ts';
import { sampleDuration } from '../core/distribution.ts';
import { deriveState, RandomStream, type RandomStreams } from '../core/rng.ts';
import { US_PER_S, type BitsPerS, type Bytes, type Us } from '../core/units.ts';
import { CODEC_BITS } from './codecs.ts';
import { LiveVideos } from './live.ts';
import type { CatalogueParams } from './params.ts';
import { Popularity, type PopularityState } from './popularity.ts';

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
/** Bytes of a master playlist: its head, and two lines for each rendition and codec. */
const MASTER_HEAD_BYTES = 50;
const MASTER_BYTES_PER_RENDITION = 150;

/** Copied state of a catalogue: what has been named so far, in the order of naming, and popularity's. */
export interface CatalogueState {
  readonly videos: Int32Array;
  readonly slots: Int32Array;
  readonly popularity: PopularityState;
}

/** A run of neighbouring object names. */
export interface ObjectRange {
  readonly first: number;
  readonly count: number;
}

/** Stands for the master playlist where a rendition's could be asked for. */
const MASTER_PLAYLIST = -1;
/** Slot of a video's master playlist among its runs of names; renditions follow, and their playlists. */
const MANIFEST_SLOT = 0;
const FIRST_ROOM = 256;
/** Videos up to which all are looked at to know what they take. */
const MOST_COUNTED = 1000;

/**
 * What there is to watch. A video's length and sizes follow from its number and the seed, so that ten
 * million of them take no room until somebody asks. Every segment of every rendition, and every manifest, is
 * an object; objects get dense integer names when first asked for, a run of names for each rendition.
 */
export class Catalogue {
  readonly popularity: Popularity;
  /** undefined where all videos are on demand. */
  readonly live: LiveVideos | undefined;
  readonly #params: CatalogueParams;
  readonly #tables: readonly SegmentSizes[];
  readonly #streams: RandomStreams;
  readonly #bitrates: readonly BitsPerS[];
  readonly #heights: readonly number[];
  /** Bits that each codec on offer needs over the first of all, and its nominal rates. */
  readonly #codecShares: readonly number[];
  readonly #codecBitrates: ReadonlyArray<readonly BitsPerS[]>;
  /** Rung of each table that is nearest to each rendition. */
  readonly #nearest: readonly (readonly number[])[];
  /** Row of each video somebody has asked for. */
  #rows = new IntMap(FIRST_ROOM);
  #askedVideo = -1;
  #askedRow = 0;
  /** Columns by row. */
  #video = new Int32Array(FIRST_ROOM);
  #segments = new Int32Array(FIRST_ROOM);
  #tableOf = new Int32Array(FIRST_ROOM);
  #offsetOf = new Int32Array(FIRST_ROOM);
  /** Name of the first object of each slot of each row, -1 before it has one. */
  #firstOf: Int32Array;
  /** Runs of names, ascending: first name, row and slot. */
  #runFirst = new Int32Array(FIRST_ROOM);
  #runRow = new Int32Array(FIRST_ROOM);
  #runSlot = new Int32Array(FIRST_ROOM);
  #runs = 0;
  #objects = 0;

  constructor(params: CatalogueParams, tables: readonly SegmentSizes[], streams: RandomStreams) {
    this.#params = params;
    this.#tables = tables;
    this.#streams = streams;
    this.popularity = new Popularity(params, streams);
    this.live = params.live && new LiveVideos(params.live, params.segment);
    this.#bitrates = params.ladder.map((rendition) => rendition.bitrate);
    this.#heights = params.ladder.map((rendition) => rendition.height);
    this.#codecShares = params.codecs.map((codec) => CODEC_BITS[codec]);
    this.#codecBitrates = this.#codecShares.map((share) => this.#bitrates.map((rate) => rate * share));
    this.#nearest = tables.map((table) =>
      this.#bitrates.map((bitrate) => nearestRung(table.bitrates, bitrate)));
    this.#firstOf = new Int32Array(FIRST_ROOM * this.#slots).fill(-1);
  }

  /** Objects named so far: names run from 0 to one below. */
  get objects(): number {
    return this.#objects;
  }

  /** A video drawn by popularity for a viewer of a region who comes at `now`. */
  draw(stream: RandomStream, now: Us, region: number): number {
    return this.popularity.draw(stream, now, region);
  }

  /** Nominal rates in a codec, ascending; the same ladder for every video. */
  bitrates(_video: number, codec = 0): readonly BitsPerS[] {
    return this.#codecBitrates[codec]!;
  }

  /** Lines of the renditions. */
  heights(_video: number): readonly number[] {
    return this.#heights;
  }

  /** Duration of what players ask for one by one: a segment, or a part of a live video that has them. */
  segmentUs(video: number): Us {
    return this.#liveOf(video)?.unitUs ?? this.#params.segment;
  }

  segmentCount(video: number): number {
    const row = this.#rowOf(video); // may move the columns
    return this.#segments[row]!;
  }

  /**
   * Bytes that all there is takes at most; Infinity for a catalogue so large that nobody would have it all in
   * one place.
   */
  mostBytes(): Bytes {
    const { videos } = this.#params;
    if (videos > MOST_COUNTED) return Infinity;
    let total = 0;
    for (let video = 0; video < videos; video++) {
      const row = this.#rowOf(video);
      const segments = this.#segments[row]!;
      const table = this.#tables[this.#tableOf[row]!];
      const looked = Math.min(segments, table?.segments ?? 1); // sizes repeat
      for (let kind = 0; kind < this.#kinds; kind++) {
        const rendition = kind % this.#bitrates.length;
        const codec = Math.floor(kind / this.#bitrates.length);
        let most = 0;
        for (let segment = 0; segment < looked; segment++) {
          most = Math.max(most, this.#sizeOf(row, segment, rendition, codec));
        }
        total += segments * most + this.manifestBytes(video);
      }
      total += this.masterBytes();
    }
    return total;
  }

  /** Name of the master playlist of a video, or of the playlist of a rendition in a codec. */
  manifestObject(video: number, rendition = MASTER_PLAYLIST, codec = 0): number {
    const row = this.#rowOf(video);
    if (rendition === MASTER_PLAYLIST) return this.#runOf(row, MANIFEST_SLOT);
    return this.#runOf(row, 1 + this.#kinds + codec * this.#bitrates.length + rendition);
  }

  /** Name of a segment at a rendition. */
  segmentObject(video: number, segment: number, rendition: number, codec = 0): number {
    const row = this.#rowOf(video);
    if (!(segment < this.#segments[row]!)) broken('a segment lies in its video', { video, segment });
    return this.#runOf(row, 1 + codec * this.#bitrates.length + rendition) + segment;
  }

  /** Size of a rendition's playlist, or of a single manifest. */
  manifestBytes(video: number): Bytes {
    const lines = this.#liveOf(video)?.lines ?? this.segmentCount(video);
    return MANIFEST_HEAD_BYTES + MANIFEST_BYTES_PER_SEGMENT * lines;
  }

  /** Size of a master playlist: a few lines a rendition and codec. */
  masterBytes(): Bytes {
    return MASTER_HEAD_BYTES + MASTER_BYTES_PER_RENDITION * this.#kinds;
  }

  /** Size of a segment at a rendition. */
  segmentBytes(video: number, segment: number, rendition: number, codec = 0): Bytes {
    return this.#sizeOf(this.#rowOf(video), segment, rendition, codec);
  }

  /** Size of any object by its name; O(log runs). */
  objectBytes(object: number): Bytes {
    const run = this.#runHolding(object);
    const row = this.#runRow[run]!;
    const slot = this.#runSlot[run]!;
    if (slot === MANIFEST_SLOT) return this.masterBytes();
    if (slot > this.#kinds) return this.manifestBytes(this.#video[row]!);
    const renditions = this.#bitrates.length;
    const codec = Math.floor((slot - 1) / renditions);
    return this.#sizeOf(row, object - this.#runFirst[run]!, (slot - 1) % renditions, codec);
  }

  /** The video that an object is of. */
  videoOf(object: number): number {
    return this.#video[this.#runRow[this.#runHolding(object)]!]!;
  }

  /** When an object can be had: a segment of a live video once it is published, all else always. [us] */
  publishedAt(object: number): Us {
    const run = this.#runHolding(object);
    const live = this.#liveOf(this.#video[this.#runRow[run]!]!);
    if (live === undefined || this.isManifest(object)) return 0;
    return live.publishedAt(object - this.#runFirst[run]!);
  }

  /** Whether a name is that of a playlist that grows: of a rendition of a live video. */
  isLivePlaylist(object: number): boolean {
    const run = this.#runHolding(object);
    return this.#runSlot[run]! > this.#kinds && this.#liveOf(this.#video[this.#runRow[run]!]!) !== undefined;
  }

  /** Whether a name is that of a playlist. */
  isManifest(object: number): boolean {
    const slot = this.#runSlot[this.#runHolding(object)]!;
    return slot === MANIFEST_SLOT || slot > this.#kinds;
  }

  /**
   * Names given so far under a prefix: a video's playlists (`manifest`), one rendition of it, or all of it.
   */
  namedUnder(video: number, part: 'manifest' | 'all' | number): ObjectRange[] {
    const row = this.#rows.get(video);
    if (row === ABSENT) return [];
    const ranges: ObjectRange[] = [];
    for (let slot = 0; slot < this.#slots; slot++) {
      const first = this.#firstOf[row * this.#slots + slot]!;
      const playlist = slot === MANIFEST_SLOT || slot > this.#kinds;
      const rendition = playlist ? -1 : (slot - 1) % this.#bitrates.length;
      const wanted = part === 'all' || (part === 'manifest' ? playlist : part === rendition);
      if (!wanted || first < 0) continue;
      ranges.push({ first, count: playlist ? 1 : this.#segments[row]! });
    }
    return ranges;
  }

  /** A copy of the state. */
  save(): CatalogueState {
    const videos = this.#runRow.slice(0, this.#runs).map((row) => this.#video[row]!);
    return { videos, slots: this.#runSlot.slice(0, this.#runs), popularity: this.popularity.save() };
  }

  /** Puts a saved state back: names are given again in the same order. */
  restore(state: CatalogueState): void {
    this.#rows = new IntMap(FIRST_ROOM);
    this.#askedVideo = -1;
    this.#firstOf.fill(-1);
    this.#runs = 0;
    this.#objects = 0;
    state.videos.forEach((video, run) => this.#runOf(this.#rowOf(video), state.slots[run]!));
    this.popularity.restore(state.popularity);
  }

  /** Renditions in all codecs. */
  get #kinds(): number {
    return this.#bitrates.length * this.#codecBitrates.length;
  }

  /** Runs of names of a video: its master playlist's, then segments, then playlists, by kind. */
  get #slots(): number {
    return 1 + 2 * this.#kinds;
  }

  #liveOf(video: number): LiveVideos | undefined {
    return this.live?.isLive(video) === true ? this.live : undefined;
  }

  #sizeOf(row: number, unit: number, rendition: number, codec: number): Bytes {
    const parts = this.#liveOf(this.#video[row]!)?.parts ?? 1;
    if (parts === 1) return this.#wholeSizeOf(row, unit, rendition, codec);
    const whole = this.#wholeSizeOf(row, Math.floor(unit / parts), rendition, codec);
    return Math.max(1, Math.round(whole / parts));
  }

  #wholeSizeOf(row: number, segment: number, rendition: number, codec: number): Bytes {
    const share = this.#codecShares[codec]!;
    const nominalBits = (this.#codecBitrates[codec]![rendition]! * this.#params.segment) / US_PER_S;
    if (this.#tables.length === 0) return Math.ceil(nominalBits / 8);
    const index = this.#tableOf[row]!;
    const table = this.#tables[index]!;
    const at = (segment + this.#offsetOf[row]!) % table.segments;
    const bits = this.#params.sizes.use === 'exact'
      ? table.sizeBits(at, rendition) * share
      : nominalBits * table.shape(at, this.#nearest[index]![rendition]!);
    return Math.max(1, Math.round(bits / 8));
  }

  #rowOf(video: number): number {
    // A player asks about its video many times in a row.
    if (video !== this.#askedVideo) {
      const row = this.#rows.get(video);
      this.#askedRow = row === ABSENT ? this.#layOut(video) : row;
      this.#askedVideo = video;
    }
    return this.#askedRow;
  }

  /** Length and sizes of a video, from a stream of its own. */
  #layOut(video: number): number {
    const row = this.#rows.size;
    if (row === this.#video.length) this.#growRows();
    const { seed, replication } = this.#streams;
    const stream = new RandomStream(deriveState(seed, replication, `catalogue/${video}`));
    const exact = this.#params.sizes.use === 'exact' && this.#tables.length > 0;
    const lengthUs = sampleDuration(this.#params.length, stream);
    const table = this.#tables.length > 0 ? stream.integer(this.#tables.length) : 0;
    this.#rows.set(video, row);
    this.#video[row] = video;
    this.#tableOf[row] = table;
    const segments = exact
      ? this.#tables[table]!.segments
      : Math.max(1, Math.ceil(lengthUs / this.#params.segment));
    this.#segments[row] = this.#liveOf(video)?.units ?? segments;
    const shaped = this.#tables.length > 0 && !exact;
    this.#offsetOf[row] = shaped ? stream.integer(this.#tables[table]!.segments) : 0;
    return row;
  }

  /** First name of a slot of a row; names are given here. */
  #runOf(row: number, slot: number): number {
    const place = row * this.#slots + slot;
    const known = this.#firstOf[place]!;
    if (known >= 0) return known;
    if (this.#runs === this.#runFirst.length) this.#growRuns();
    const first = this.#objects;
    this.#firstOf[place] = first;
    this.#runFirst[this.#runs] = first;
    this.#runRow[this.#runs] = row;
    this.#runSlot[this.#runs] = slot;
    this.#runs++;
    const isPlaylist = slot === MANIFEST_SLOT || slot > this.#kinds;
    this.#objects += isPlaylist ? 1 : this.#segments[row]!;
    assert(this.#objects < 2 ** 31, 'object names fit 31 bits', { objects: this.#objects });
    return first;
  }

  #runHolding(object: number): number {
    if (!(object < this.#objects)) broken('an object has a name', { object });
    let low = 0;
    let high = this.#runs - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (this.#runFirst[middle]! <= object) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #growRows(): void {
    const length = 2 * this.#video.length;
    this.#video = grown(this.#video, length);
    this.#segments = grown(this.#segments, length);
    this.#tableOf = grown(this.#tableOf, length);
    this.#offsetOf = grown(this.#offsetOf, length);
    this.#firstOf = grown(this.#firstOf, length * this.#slots, -1);
  }

  #growRuns(): void {
    const length = 2 * this.#runFirst.length;
    this.#runFirst = grown(this.#runFirst, length);
    this.#runRow = grown(this.#runRow, length);
    this.#runSlot = grown(this.#runSlot, length);
  }
}

function grown(column: Int32Array, length: number, fill = 0): Int32Array<ArrayBuffer> {
  const longer = new Int32Array(length).fill(fill, column.length);
  longer.set(column);
  return longer;
}

/** The rung whose rate is nearest in ratio. */
function nearestRung(rungs: readonly BitsPerS[], bitrate: BitsPerS): number {
  let best = 0;
  rungs.forEach((rung, i) => {
    if (Math.abs(Math.log(rung / bitrate)) < Math.abs(Math.log(rungs[best]! / bitrate))) best = i;
  });
  return best;
}
