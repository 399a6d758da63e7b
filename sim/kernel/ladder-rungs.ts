import type { Us } from '../../models/core/units.ts';
import type { LadderBottom } from './ladder-bottom.ts';
import type { LadderHandles } from './ladder-handles.ts';

/**
 * The events that are not next, unsorted within buckets of time. Rung 0 is the coarsest; each further rung
 * splits the bucket of the one above it that is being emptied. The last bucket of a rung is open-ended: it
 * takes all that comes later, which is what the literature calls Top.
 *
 * A bucket is a chain of chunks of CHUNK records in one pool. Records are appended, so equal times keep the
 * order in which they were scheduled; which bucket a time belongs to is a monotone function of the time, so
 * rounding can never put two times in the wrong order.
 */
export class LadderRungs {
  /** Records, here and in the bottom, whose event was cancelled or moved. */
  stale = 0;
  /** Rungs in use; none while all there is lies in the bottom. */
  depth = 0;
  /**
   * Four numbers a rung, rung 0 from number 4 on: see START, SCALE, NEXT, LAST. The first two are the time
   * [us] and the key of the record that `insert` is called for. They are handed on in memory because V8 makes
   * an object of a double that is the argument of a call it does not inline: the only garbage a hold would
   * leave. Open to the list, with the two columns below, for the event that goes to rung 0.
   */
  readonly geometry = new Float64Array(4 + 4 * MAX_RUNGS);
  /** First chunk of a bucket, meaningless while it is empty. Bucket b of rung r is at r * MAX_BUCKETS + b. */
  readonly #heads = new Int32Array(MAX_BUCKETS * MAX_RUNGS);
  /**
   * Where the next record of a bucket goes; 0 while it is empty, a multiple of CHUNK when its chunk is full.
   */
  readonly tails = new Int32Array(MAX_BUCKETS * MAX_RUNGS);
  /** Records as in LadderBottom. */
  records = new Float64Array(2 * CHUNK * FIRST_CHUNKS);
  /**
   * The chunk after this one, in a bucket or among the free ones; chunk 0 is not used, so that 0 means none.
   */
  #nextChunk = new Int32Array(FIRST_CHUNKS);
  #freeChunk = 0;
  #freeChunks = 0;

  constructor() {
    this.#chainFree(1);
    this.open();
  }

  /**
   * Puts the staged record into its bucket; false when it lies before all buckets and belongs to the bottom.
   */
  insert(): boolean {
    const geometry = this.geometry;
    const time = geometry[0]!;
    const end = 4 * this.depth;
    for (let rung = 4; rung <= end; rung += 4) {
      const offset = (time - geometry[rung + START]!) * geometry[rung + SCALE]!;
      if (offset >= geometry[rung + NEXT]!) {
        const last = geometry[rung + LAST]!;
        const at = this.#place((rung - 4) * (MAX_BUCKETS / 4) + ((offset < last ? offset : last) | 0));
        const records = this.records;
        records[2 * at] = time;
        records[2 * at + 1] = geometry[1]!;
        return true;
      }
    }
    return false;
  }

  /** Fills the empty bottom with the next bucket, leaving out stale records; false when no record is left. */
  refill(bottom: LadderBottom, handles: LadderHandles): boolean {
    const geometry = this.geometry;
    const tails = this.tails;
    bottom.reset();
    while (this.depth > 0) {
      const rung = this.depth - 1;
      const end = rung * MAX_BUCKETS + (geometry[4 + 4 * rung + LAST]! | 0);
      let bucket = rung * MAX_BUCKETS + (geometry[4 + 4 * rung + NEXT]! | 0);
      while (bucket < end && tails[bucket] === 0) bucket++;
      // The rung is done when its last bucket is taken: what comes later belongs to the rungs above.
      if (bucket === end) {
        this.depth--;
        geometry[4 + 4 * rung + NEXT] = Infinity;
      } else {
        geometry[4 + 4 * rung + NEXT] = bucket + 1 - rung * MAX_BUCKETS;
      }
      const tail = tails[bucket]!;
      if (tail === 0) continue;
      tails[bucket] = 0;
      const head = this.#heads[bucket]!;
      if (this.#isShort(head, tail)) this.#sortChain(head, tail, bottom, handles);
      else if (this.#split(head, tail)) continue;
      else this.#moveChain(head, tail, bottom, handles);
      if (bottom.tail > 0) return true;
    }
    return false;
  }

  /**
   * Moves all records of the bottom into a new rung; false, leaving them there, when no rung can part them.
   */
  spill(bottom: LadderBottom): boolean {
    const { records, head, tail } = bottom;
    if (!this.#addRung(records[2 * head]!, records[2 * tail - 2]!, tail - head)) return false;
    for (let i = head; i < tail; i++) this.#distribute(records[2 * i]!, records[2 * i + 1]!);
    bottom.reset();
    return true;
  }

  /**
   * Shows all records, here and in the bottom, stale ones too; those of equal time in the order of
   * scheduling.
   */
  visit(bottom: LadderBottom, visitor: RecordVisitor): void {
    for (let i = bottom.head; i < bottom.tail; i++) {
      visitor(bottom.records[2 * i]!, bottom.records[2 * i + 1]!);
    }
    for (let bucket = 0; bucket < this.depth * MAX_BUCKETS; bucket++) {
      const tail = this.tails[bucket]!;
      if (tail !== 0) this.#visitChain(this.#heads[bucket]!, tail, visitor);
    }
  }

  /** Drops all records; one bucket then takes all that is inserted until the next refill. */
  clear(): void {
    this.tails.fill(0, 0, this.depth * MAX_BUCKETS);
    this.#freeChunk = 0;
    this.#freeChunks = 0;
    this.#chainFree(1);
    this.stale = 0;
    this.open();
  }

  /** Starts over with one bucket for all times; nothing may be left in the rungs. */
  open(): void {
    this.depth = 1;
    this.geometry.fill(0, 4, 8);
  }

  /**
   * Distributes a chain over a new rung and frees its chunks; false, leaving it, when no rung can part it.
   */
  #split(head: number, tail: number): boolean {
    const records = this.records;
    const lastChunk = (tail - 1) >> CHUNK_BITS;
    let least = Infinity;
    let most = -Infinity;
    let count = 0;
    for (let chunk = head; ; chunk = this.#nextChunk[chunk]!) {
      const end = chunk === lastChunk ? tail : (chunk + 1) << CHUNK_BITS;
      for (let at = chunk << CHUNK_BITS; at < end; at++) {
        const time = records[2 * at]!;
        if (time < least) least = time;
        if (time > most) most = time;
      }
      count += end - (chunk << CHUNK_BITS);
      if (chunk === lastChunk) break;
    }
    if (!this.#addRung(least, most, count)) return false;
    for (let chunk = head; ;) {
      const end = chunk === lastChunk ? tail : (chunk + 1) << CHUNK_BITS;
      this.#distributeChunk(chunk << CHUNK_BITS, end);
      const next = this.#nextChunk[chunk]!;
      this.#release(chunk);
      if (chunk === lastChunk) return true;
      chunk = next;
    }
  }

  /** Adds a rung for `count` records over a span of time and reserves chunks for them; false if it cannot. */
  #addRung(least: Us, most: Us, count: number): boolean {
    const rung = this.depth;
    const share = rung === 0 ? FIRST_SHARE : SHARE;
    const buckets = Math.min(MAX_BUCKETS, Math.max(4, Math.ceil(count / share)));
    const scale = (buckets - 1) / (most - least);
    if (rung === MAX_RUNGS || !(scale < Infinity)) return false;
    this.#reserve(buckets + Math.ceil(count / CHUNK));
    const geometry = this.geometry;
    geometry[4 + 4 * rung + START] = least;
    geometry[4 + 4 * rung + SCALE] = scale;
    geometry[4 + 4 * rung + NEXT] = 0;
    geometry[4 + 4 * rung + LAST] = buckets - 1;
    this.depth++;
    return true;
  }

  /** Appends the records of part of a chunk to the buckets of the deepest rung. */
  #distributeChunk(from: number, end: number): void {
    const rung = this.depth - 1;
    const start = this.geometry[4 + 4 * rung + START]!;
    const scale = this.geometry[4 + 4 * rung + SCALE]!;
    const last = this.geometry[4 + 4 * rung + LAST]!;
    const records = this.records;
    for (let i = from; i < end; i++) {
      const time = records[2 * i]!;
      const offset = (time - start) * scale;
      const at = this.#place(rung * MAX_BUCKETS + ((offset < last ? offset : last) | 0));
      records[2 * at] = time;
      records[2 * at + 1] = records[2 * i + 1]!;
    }
  }

  #distribute(time: Us, key: number): void {
    const rung = this.depth - 1;
    const offset = (time - this.geometry[4 + 4 * rung + START]!) * this.geometry[4 + 4 * rung + SCALE]!;
    const last = this.geometry[4 + 4 * rung + LAST]!;
    const at = this.#place(rung * MAX_BUCKETS + ((offset < last ? offset : last) | 0));
    this.records[2 * at] = time;
    this.records[2 * at + 1] = key;
  }

  /** Makes place for a record at the end of a bucket. */
  #place(bucket: number): number {
    let at = this.tails[bucket]!;
    if ((at & CHUNK_MASK) === 0) at = this.extend(bucket, at);
    this.tails[bucket] = at + 1;
    return at;
  }

  /** Adds a chunk to a bucket whose last one is full. */
  extend(bucket: number, tail: number): number {
    if (this.#freeChunk === 0) this.#reserve(1);
    const chunk = this.#freeChunk;
    this.#freeChunk = this.#nextChunk[chunk]!;
    this.#freeChunks--;
    if (tail === 0) this.#heads[bucket] = chunk;
    else this.#nextChunk[(tail - 1) >> CHUNK_BITS] = chunk;
    return chunk << CHUNK_BITS;
  }

  #release(chunk: number): void {
    this.#nextChunk[chunk] = this.#freeChunk;
    this.#freeChunk = chunk;
    this.#freeChunks++;
  }

  /** Makes the pool so large that `chunks` can be taken without moving it. */
  #reserve(chunks: number): void {
    while (this.#freeChunks < chunks) {
      const capacity = this.#nextChunk.length;
      const records = new Float64Array(2 * this.records.length);
      records.set(this.records);
      this.records = records;
      const nextChunk = new Int32Array(2 * capacity);
      nextChunk.set(this.#nextChunk);
      this.#nextChunk = nextChunk;
      this.#chainFree(capacity);
    }
  }

  /** Puts all chunks from `from` on before the free ones, in ascending order. */
  #chainFree(from: number): void {
    const nextChunk = this.#nextChunk;
    for (let chunk = from; chunk < nextChunk.length; chunk++) nextChunk[chunk] = chunk + 1;
    nextChunk[nextChunk.length - 1] = this.#freeChunk;
    this.#freeChunk = from;
    this.#freeChunks += nextChunk.length - from;
  }

  /** Whether a chain is sorted rather than split: at most SORT_CHUNKS chunks, or FEW records if it is all. */
  #isShort(head: number, tail: number): boolean {
    if (this.depth === 0) return tail > head << CHUNK_BITS && tail - (head << CHUNK_BITS) <= FEW;
    const lastChunk = (tail - 1) >> CHUNK_BITS;
    let chunk = head;
    for (let i = 1; i < SORT_CHUNKS && chunk !== lastChunk; i++) chunk = this.#nextChunk[chunk]!;
    return chunk === lastChunk;
  }

  /** Sorts a short chain's current records into the empty bottom, by insertion, and frees its chunks. */
  #sortChain(head: number, tail: number, bottom: LadderBottom, handles: LadderHandles): void {
    const source = this.records;
    const columns = handles.columns;
    const target = bottom.records;
    const lastChunk = (tail - 1) >> CHUNK_BITS;
    let end = 0;
    for (let chunk = head; ;) {
      const last = chunk === lastChunk ? tail : (chunk + 1) << CHUNK_BITS;
      for (let at = chunk << CHUNK_BITS; at < last; at++) {
        const key = source[2 * at + 1]!;
        // Reading the keys here, in a run, lets the processor fetch the handles from memory side by side.
        if (columns[4 * (key & HANDLE_MASK) + KEY] !== key) {
          this.stale--;
          continue;
        }
        const time = source[2 * at]!;
        let hole = end;
        while (hole > 0 && target[hole - 2]! > time) {
          target[hole] = target[hole - 2]!;
          target[hole + 1] = target[hole - 1]!;
          hole -= 2;
        }
        target[hole] = time;
        target[hole + 1] = key;
        end += 2;
      }
      const next = this.#nextChunk[chunk]!;
      this.#release(chunk);
      if (chunk === lastChunk) break;
      chunk = next;
    }
    bottom.tail = end / 2;
  }

  /**
   * Moves a chain that no rung can part into the empty bottom and frees its chunks; mostly its times are
   * equal.
   */
  #moveChain(head: number, tail: number, bottom: LadderBottom, handles: LadderHandles): void {
    const source = this.records;
    const columns = handles.columns;
    const lastChunk = (tail - 1) >> CHUNK_BITS;
    let count = 0;
    let latest = -Infinity;
    let ordered = true;
    for (let chunk = head; ;) {
      const last = chunk === lastChunk ? tail : (chunk + 1) << CHUNK_BITS;
      bottom.reserve(count + CHUNK);
      const target = bottom.records;
      for (let at = chunk << CHUNK_BITS; at < last; at++) {
        const key = source[2 * at + 1]!;
        if (columns[4 * (key & HANDLE_MASK) + KEY] !== key) {
          this.stale--;
          continue;
        }
        const time = source[2 * at]!;
        if (time < latest) ordered = false;
        latest = time;
        target[2 * count] = time;
        target[2 * count + 1] = key;
        count++;
      }
      const next = this.#nextChunk[chunk]!;
      this.#release(chunk);
      if (chunk === lastChunk) break;
      chunk = next;
    }
    bottom.tail = count;
    if (!ordered) bottom.sort();
  }

  #visitChain(head: number, tail: number, visitor: RecordVisitor): void {
    const lastChunk = (tail - 1) >> CHUNK_BITS;
    for (let chunk = head; ; chunk = this.#nextChunk[chunk]!) {
      const end = chunk === lastChunk ? tail : (chunk + 1) << CHUNK_BITS;
      for (let at = chunk << CHUNK_BITS; at < end; at++) {
        visitor(this.records[2 * at]!, this.records[2 * at + 1]!);
      }
      if (chunk === lastChunk) return;
    }
  }
}

/** Is shown a record: its time [us] and its key. */
export type RecordVisitor = (time: Us, key: number) => void;

/** Time of the earliest record a rung was made for. [us] */
const START = 0;
/** Buckets a microsecond. */
const SCALE = 1;
/** Number of the first bucket that has not been emptied. */
const NEXT = 2;
/** Number of the last bucket. */
const LAST = 3;

// As in LadderHandles.
const KEY = 3;
const HANDLE_MASK = 2 ** 25 - 1;
// Events that are kept in order in the bottom rather than in rungs.
const FEW = 10;
const MAX_RUNGS = 12;
// More buckets than these, of a chunk each, no longer fit a second-level cache.
const MAX_BUCKETS = 1024;
const CHUNK_BITS = 4;
const CHUNK = 1 << CHUNK_BITS;
// Chunks of a bucket that is sorted rather than split.
const SORT_CHUNKS = 2;
const CHUNK_MASK = CHUNK - 1;
const FIRST_CHUNKS = 64;
// Records a bucket when a rung is made. Rung 0 goes on filling up while it lasts, the others hardly.
const FIRST_SHARE = 1;
const SHARE = 6;
