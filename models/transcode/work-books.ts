import { CODECS, pixelsOf, shareOf, type TaskTable } from './task.ts';

/** Pixels, of any number: a double alone would round beyond 9e15, which is hours of a large platform. */
interface WideCount {
  high: number;
  low: number;
}

/** Where the pixels to encode are, exactly. */
export interface PixelAccount {
  readonly submitted: bigint;
  readonly encoded: bigint;
  readonly setAside: bigint;
  /** Of chunks that wait, for a worker or their next try, or run. */
  readonly underWay: bigint;
}

/** Work by the number of its codec. */
export interface WorkSums {
  readonly chunks: Float64Array;
  /** Pixels put out, each times the content of its video, and pixels decoded. */
  readonly pixels: Float64Array;
  readonly decodePixels: Float64Array;
}

/** Copied state of the books. */
export interface WorkBooksState {
  readonly submitted: WideCount;
  readonly encoded: WideCount;
  readonly aside: WideCount;
  readonly open: WorkSums;
  readonly come: WorkSums;
  readonly waiting: Float64Array;
}

/**
 * Keeps account of the work of tasks as it moves: pixels exactly, and by codec what is to be done, so that
 * an autoscaler need not look through the tasks.
 */
export class WorkBooks {
  readonly #tasks: TaskTable;
  readonly #submitted: WideCount = { high: 0, low: 0 };
  readonly #encoded: WideCount = { high: 0, low: 0 };
  readonly #aside: WideCount = { high: 0, low: 0 };
  /** Work that waits or runs, and all that has come and was not given up. */
  readonly open: WorkSums = sums();
  readonly come: WorkSums = sums();
  /** Chunks that wait, for a worker or their next try, by codec. */
  readonly waiting = new Float64Array(CODECS.length);

  constructor(tasks: TaskTable) {
    this.#tasks = tasks;
  }

  /** All chunks of a task are to be done; the pixels. */
  submitted(task: number): number {
    const c = this.#tasks.columns;
    const [first, chunks] = [c.firstChunk[task]!, c.chunks[task]!];
    this.#add(this.open, task, first, chunks, 1);
    this.#add(this.come, task, first, chunks, 1);
    return count(this.#submitted, pixelsOf(c, task, first, chunks));
  }

  /** Chunks of a task are done; the pixels. */
  encoded(task: number, first: number, chunks: number): number {
    this.#add(this.open, task, first, chunks, -1);
    return count(this.#encoded, pixelsOf(this.#tasks.columns, task, first, chunks));
  }

  /** Chunks of a task are given up; the pixels. */
  setAside(task: number, first: number, chunks: number): number {
    this.#add(this.open, task, first, chunks, -1);
    this.#add(this.come, task, first, chunks, -1);
    return count(this.#aside, pixelsOf(this.#tasks.columns, task, first, chunks));
  }

  /** Chunks of a task begin to wait, or are given to a worker (negative). */
  waits(task: number, chunks: number): void {
    this.waiting[this.#tasks.columns.codec[task]!]! += chunks;
  }

  /** The account, with what is under way as counted by who sees it. */
  account(underWay: bigint): PixelAccount {
    return {
      submitted: valueOf(this.#submitted), encoded: valueOf(this.#encoded), setAside: valueOf(this.#aside),
      underWay,
    };
  }

  save(): WorkBooksState {
    return structuredClone({
      submitted: this.#submitted, encoded: this.#encoded, aside: this.#aside, open: this.open,
      come: this.come, waiting: this.waiting,
    });
  }

  restore(state: WorkBooksState): void {
    Object.assign(this.#submitted, state.submitted);
    Object.assign(this.#encoded, state.encoded);
    Object.assign(this.#aside, state.aside);
    this.waiting.set(state.waiting);
    for (const [mine, saved] of [[this.open, state.open], [this.come, state.come]] as const) {
      mine.chunks.set(saved.chunks);
      mine.pixels.set(saved.pixels);
      mine.decodePixels.set(saved.decodePixels);
    }
  }

  #add(to: WorkSums, task: number, first: number, chunks: number, sign: 1 | -1): void {
    const c = this.#tasks.columns;
    const codec = c.codec[task]!;
    const share = sign * shareOf(c, task, first, chunks);
    to.chunks[codec]! += sign * chunks;
    // Nothing left is nothing at all, whatever rounding has left.
    const isEmpty = to.chunks[codec] === 0;
    to.pixels[codec] = isEmpty ? 0 : to.pixels[codec]! + share * c.chunkPixels[task]! * c.content[task]!;
    const decoded = share * c.chunkDecodePixels[task]! + sign * chunks * c.leadPixels[task]!;
    to.decodePixels[codec] = isEmpty ? 0 : to.decodePixels[codec]! + decoded;
  }
}

function sums(): WorkSums {
  return {
    chunks: new Float64Array(CODECS.length), pixels: new Float64Array(CODECS.length),
    decodePixels: new Float64Array(CODECS.length),
  };
}

function count(to: WideCount, pixels: number): number {
  to.low += pixels;
  while (to.low >= WIDE) {
    to.low -= WIDE;
    to.high += 1;
  }
  return pixels;
}

function valueOf({ high, low }: WideCount): bigint {
  return BigInt(high) * BigInt(WIDE) + BigInt(low);
}

/** Sums of two numbers below it are exact. */
const WIDE = 2 ** 52;
