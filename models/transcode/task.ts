import { Rows, type Columns } from '../core/rows.ts';

/** Codecs a task can encode to; a column holds their numbers. */
export const CODECS = ['h264', 'hevc', 'vp9', 'av1'] as const;
/** Name of a codec. */
export type Codec = (typeof CODECS)[number];

/** Priority classes, the most urgent first; a column holds their numbers. */
export const PRIORITIES = ['critical', 'normal', 'batch'] as const;
/** Orders in which tasks of a class may wait; `params.ts` says what they are. */
export const QUEUE_ORDERS = ['fifo', 'edf', 'smallest', 'srpt', 'fair'] as const;
/** Name of a priority class. */
export type Priority = (typeof PRIORITIES)[number];

const SPEC = {
  /** Row of the video it belongs to. */
  video: Int32Array,
  /** Number in `CODECS`. */
  codec: Uint8Array,
  /** 1: the video can be watched without it. */
  later: Uint8Array,
  /** Lowest and highest rung of the ladder that it makes: one, or several from one decode. */
  rung: Uint8Array,
  topRung: Uint8Array,
  /** Number in `PRIORITIES`. */
  priority: Uint8Array,
  user: Int32Array,
  /** Chunks it consists of: they can be encoded side by side, and are of one length but for the last. */
  chunks: Int32Array,
  /** Length of the last of them relative to the others. */
  lastShare: Float64Array,
  /** Pixels (width x height x frames) that a chunk puts out over all its rungs, and that it decodes. */
  chunkPixels: Float64Array,
  chunkDecodePixels: Float64Array,
  /** Pixels that each chunk, whatever its length, decodes before it gets to its own. */
  leadPixels: Float64Array,
  /** Media that a chunk holds. [us] */
  chunkUs: Float64Array,
  /** Encoding time relative to content of ordinary complexity. */
  content: Float64Array,
  /** When its video is due. [us] */
  deadline: Float64Array,
  /** Lane of the farm in which it waits. */
  lane: Uint8Array,
  /** Chunks that wait for a worker, that run on one, that are done, and that were set aside. */
  waiting: Int32Array,
  running: Int32Array,
  done: Int32Array,
  aside: Int32Array,
  /** Its first chunk's number in the video; a piece that is tried again is a task of its own. */
  firstChunk: Int32Array,
  /** The task whose piece this one tries again, or -1. */
  parent: Int32Array,
  /** Tries of it that failed. */
  tries: Uint8Array,
  /** When it was submitted, and since when it, or this piece, has waited. [us] */
  submittedAt: Float64Array,
  queuedAt: Float64Array,
} as const;

/** Columns of the tasks under way: read them through the table, since they move when it grows. */
export type TaskColumns = Columns<typeof SPEC>;
/** Tasks under way: some chunks of a video, to be encoded to one codec and one or more rungs. */
export type TaskTable = Rows<typeof SPEC>;

/** How many chunks of full length some chunks of a task make: its last one may be shorter. */
export function shareOf(c: TaskColumns, task: number, first: number, chunks: number): number {
  const hasLast = first + chunks === c.firstChunk[task]! + c.chunks[task]!;
  return hasLast ? chunks - 1 + c.lastShare[task]! : chunks;
}

/** Whole pixels that some chunks of a task put out: those of parts make up those of the whole. */
export function pixelsOf(c: TaskColumns, task: number, first: number, chunks: number): number {
  const each = Math.round(c.chunkPixels[task]!);
  const hasLast = first + chunks === c.firstChunk[task]! + c.chunks[task]!;
  return hasLast ? (chunks - 1) * each + Math.round(each * c.lastShare[task]!) : chunks * each;
}

/** An empty table of tasks. */
export function createTasks(): TaskTable {
  return new Rows(SPEC, 1024);
}
