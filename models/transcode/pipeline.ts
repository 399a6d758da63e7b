import { assert } from '../core/assert.ts';
import { GrowableFloat64 } from '../core/growable.ts';
import type { MetricHandle, MetricSet } from '../core/metrics.ts';
import { Rows, type Columns, type RowsState } from '../core/rows.ts';
import { US_PER_S, type Us } from '../core/units.ts';
import type { Source } from '../upload/creators.ts';
import {
  ALL_OUT, CLEAN, FIRST_OUT, LATER_OUT, PREPARE, STAGES, THUMBNAILS, chunksOf, pixelsIn, rungsFor,
} from './graph.ts';
import * as metrics from './metrics.ts';
import type { TranscodeParams } from './params.ts';
import { CODECS, PRIORITIES, type TaskTable } from './task.ts';

const VIDEO = {
  /** -1 in a closed row. */
  user: Int32Array,
  priority: Uint8Array,
  durationUs: Float64Array,
  height: Float64Array,
  framesPerS: Float64Array,
  content: Float64Array,
  views: Float64Array,
  uploadedAt: Float64Array,
  deadline: Float64Array,
  /** When its first rendition could be watched, or -1. [us] */
  playableAt: Float64Array,
  /** Work of all its tasks, in pixels of ordinary content. */
  work: Float64Array,
  /** Tasks of the first codec, and of the others, that have not ended. */
  tasks: Int32Array,
  laterTasks: Int32Array,
  /** Chains of stages under way, and codecs that wait for views. */
  chains: Int32Array,
  awaited: Int32Array,
  /** What has happened to it: bits below. */
  flags: Uint8Array,
} as const;

/** Videos under way, as columns. */
export type VideoColumns = Columns<typeof VIDEO>;

const FIRST = 1;
const INCOMPLETE = 2;
const ENCODED = 4;
const THUMBED = 8;
const READY = 16;

/** What the pipeline asks of its host. */
export interface PipelinePorts {
  /** Do the stages of a chain one after the other; answer with `stageDone` for each, then `chainDone`. */
  run(video: number, chain: number): void;
  /** Hand a task to the dispatcher. */
  submit(task: number): void;
  /** Say when a video has been viewed so often since now; answer with `viewed`. */
  awaitViews(video: number, codec: number, views: number): void;
}

/** Copied state of the pipeline. */
export interface PipelineState {
  readonly videos: RowsState<typeof VIDEO>;
  readonly parked: Float64Array;
}

/**
 * What is made of each upload: the graph of stages of `graph.ts`, whose encoding goes to the dispatcher as
 * tasks, one a rung and codec, or one a codec with a decode for all rungs.
 *
 *     uploaded, chainDone, taskEnded, viewed, admit -> [ pipeline ] -> run, submit, awaitViews
 */
export class Pipeline {
  readonly #params: TranscodeParams;
  readonly #tasks: TaskTable;
  readonly #ports: PipelinePorts;
  readonly #metrics: MetricSet;
  readonly #videos = new Rows(VIDEO);
  /** Videos that wait for room in the queue, from `#unparked` on. */
  readonly #parked = new GrowableFloat64(64);
  #unparked = 0;
  readonly #heights: readonly number[];
  readonly #completed: readonly MetricHandle[];
  readonly #output: readonly MetricHandle[];
  readonly #seconds: readonly MetricHandle[];
  readonly #stageRuns: readonly MetricHandle[];
  readonly #stageSeconds: readonly MetricHandle[];
  readonly #m: Readonly<Record<
    'ready' | 'incomplete' | 'missing' | 'unreadable' | 'rejected' | 'met' | 'late' | 'parked' | 'playable'
    | 'readySeconds' | 'media',
    MetricHandle>>;

  constructor(params: TranscodeParams, tasks: TaskTable, ports: PipelinePorts, set: MetricSet) {
    this.#params = params;
    this.#tasks = tasks;
    this.#ports = ports;
    this.#metrics = set;
    this.#heights = params.ladder.map(({ height }) => height);
    this.#completed = CODECS.map((codec) => set.bind(metrics.jobsCompleted, codec));
    this.#output = CODECS.map((codec) => set.bind(metrics.outputMedia, codec));
    this.#seconds = params.ladder.map(({ name }) => set.bind(metrics.jobSeconds, name));
    this.#stageRuns = STAGES.map((stage) => set.bind(metrics.stageRuns, stage));
    this.#stageSeconds = STAGES.map((stage) => set.bind(metrics.stageSeconds, stage));
    this.#m = {
      ready: set.bind(metrics.videos, 'ready'), incomplete: set.bind(metrics.videos, 'incomplete'),
      missing: set.bind(metrics.jobsIncomplete), unreadable: set.bind(metrics.videos, 'unreadable'),
      rejected: set.bind(metrics.failures, 'unreadable'),
      met: set.bind(metrics.videosDue, 'yes'), late: set.bind(metrics.videosDue, 'no'),
      parked: set.bind(metrics.videosParked), playable: set.bind(metrics.playableSeconds),
      readySeconds: set.bind(metrics.readySeconds), media: set.bind(metrics.readyMedia),
    };
  }

  /** Videos under way, as columns. */
  get videos(): VideoColumns {
    return this.#videos.columns;
  }

  /** Videos under way: those that wait for views as well. */
  get size(): number {
    return this.#videos.size;
  }

  /** A file is there that was accepted at a time, from which its creator counts. */
  uploaded(acceptedAt: Us, source: Source): void {
    const { sla } = this.#params;
    const video = this.#videos.open();
    const v = this.#videos.columns;
    v.user[video] = source.user;
    v.priority[video] = source.priority;
    v.durationUs[video] = source.durationUs;
    v.height[video] = source.height;
    v.framesPerS[video] = source.framesPerS;
    v.content[video] = source.content;
    v.views[video] = source.views;
    v.uploadedAt[video] = acceptedAt;
    v.deadline[video] = acceptedAt + Math.max(sla.least, sla.perMedia * source.durationUs);
    v.playableAt[video] = -1;
    v.tasks[video] = 0;
    v.laterTasks[video] = 0;
    v.awaited[video] = 0;
    v.flags[video] = 0;
    v.chains[video] = 0;
    this.#run(video, PREPARE);
  }

  /** A stage of a chain has taken so long. */
  stageDone(stage: number, tookUs: Us): void {
    this.#metrics.add(this.#stageRuns[stage]!, 1);
    this.#metrics.add(this.#stageSeconds[stage]!, tookUs / US_PER_S);
  }

  /** The stages of a chain are done; `readable` false: the probe could make nothing of the file. */
  chainDone(now: Us, video: number, chain: number, queued: number, readable = true): void {
    const v = this.#videos.columns;
    v.chains[video]!--;
    switch (chain) {
      case PREPARE:
        if (!readable) {
          this.#metrics.add(this.#m.unreadable, 1);
          this.#metrics.add(this.#m.rejected, 1);
          this.#run(video, CLEAN);
          return;
        }
        this.#run(video, THUMBNAILS);
        this.#offer(now, video, queued);
        return;
      case THUMBNAILS:
        v.flags[video]! |= THUMBED;
        this.#publish(video);
        return;
      case FIRST_OUT:
        this.#playable(now, video);
        break;
      case ALL_OUT:
        this.#ready(now, video);
        return;
      case LATER_OUT:
        break;
      case CLEAN:
        v.user[video] = -1;
        this.#videos.close(video);
        return;
      default:
        assert(false, 'a chain has a number', { chain });
    }
    this.#clean(video);
  }

  /** No more comes of a task, which is complete or misses chunks that were set aside. */
  taskEnded(now: Us, task: number, complete: boolean): void {
    const c = this.#tasks.columns;
    const v = this.#videos.columns;
    const video = c.video[task]!;
    const rungs = c.topRung[task]! - c.rung[task]! + 1;
    if (complete) {
      this.#metrics.add(this.#completed[c.codec[task]!]!, 1);
      this.#metrics.add(this.#output[c.codec[task]!]!, (rungs * v.durationUs[video]!) / US_PER_S);
      this.#metrics.observe(this.#seconds[c.topRung[task]!]!, (now - c.submittedAt[task]!) / US_PER_S);
    } else this.#metrics.add(this.#m.missing, 1);
    if (c.later[task] === 1) {
      if (--v.laterTasks[video]! === 0) this.#run(video, LATER_OUT);
      return;
    }
    v.tasks[video]!--;
    if (!complete) v.flags[video]! |= INCOMPLETE;
    if (complete && (v.flags[video]! & FIRST) === 0) {
      v.flags[video]! |= FIRST;
      if (v.tasks[video]! > 0) this.#run(video, FIRST_OUT);
    }
    if (v.tasks[video] === 0) {
      v.flags[video]! |= ENCODED;
      this.#publish(video);
    }
  }

  /** A video has been viewed as often as a codec asks for. */
  viewed(now: Us, video: number, codec: number): void {
    const v = this.#videos.columns;
    v.awaited[video]!--;
    v.laterTasks[video]! += this.#submitCodec(now, video, codec, 1);
  }

  /** The queue holds so many tasks: videos that are parked may come in. */
  admit(now: Us, queued: () => number): void {
    const { admission } = this.#params.queue;
    if (admission === undefined) return;
    const parked = this.#parked;
    while (this.#unparked < parked.length && queued() < admission.most * admission.resume) {
      const video = parked.array[this.#unparked++]!;
      this.#metrics.addLevel(this.#m.parked, now, -1);
      this.#submitFirst(now, video);
      if (this.#unparked === parked.length) {
        parked.length = 0;
        this.#unparked = 0;
      }
    }
  }

  /** How long uploads that begin now are to wait, since so many tasks are queued; 0: they may come. [us] */
  refusesFor(queued: number): Us {
    const { admission } = this.#params.queue;
    if (admission?.refuse === undefined) return 0;
    const isFull = queued >= admission.most || this.#unparked < this.#parked.length;
    return isFull ? admission.refuse.retryAfter : 0;
  }

  /** The run ends: videos that are due and not ready are late. */
  closeBooks(now: Us): void {
    const v = this.#videos.columns;
    for (let video = 0; video < this.#videos.end; video++) {
      const open = v.user[video]! >= 0 && (v.flags[video]! & (READY | INCOMPLETE)) === 0;
      if (open && v.deadline[video]! <= now && v.chains[video]! + v.tasks[video]! > 0) {
        this.#metrics.add(this.#m.late, 1);
      }
    }
  }

  save(): PipelineState {
    return { videos: this.#videos.save(), parked: this.#parked.slice(this.#unparked) };
  }

  restore(state: PipelineState): void {
    this.#videos.restore(state.videos);
    this.#parked.replace(state.parked);
    this.#unparked = 0;
  }

  #run(video: number, chain: number): void {
    this.#videos.columns.chains[video]!++;
    this.#ports.run(video, chain);
  }

  /** Submits a video's first tasks, or parks it when the queue is full. */
  #offer(now: Us, video: number, queued: number): void {
    const { admission } = this.#params.queue;
    if (admission === undefined || (queued < admission.most && this.#unparked === this.#parked.length)) {
      this.#submitFirst(now, video);
      return;
    }
    this.#parked.push(video);
    this.#metrics.addLevel(this.#m.parked, now, 1);
  }

  #submitFirst(now: Us, video: number): void {
    const v = this.#videos.columns;
    const { codecs } = this.#params;
    const perCodec = this.#workOf(video);
    const atOnce = codecs.map(({ afterViews, from }) => afterViews === 0 && from <= now);
    v.work[video] = perCodec * atOnce.filter(Boolean).length;
    codecs.forEach((_params, codec) => {
      if (codec === 0) v.tasks[video]! += this.#submitCodec(now, video, codec, 0);
      else if (atOnce[codec]!) v.laterTasks[video]! += this.#submitCodec(now, video, codec, 1);
    });
  }

  /** Pixels that a codec takes for all rungs of a video. */
  #workOf(video: number): number {
    const v = this.#videos.columns;
    let pixels = 0;
    for (const rung of rungsFor(this.#heights, v.height[video]!)) {
      const height = Math.min(this.#heights[rung]!, v.height[video]!);
      pixels += pixelsIn(height, v.framesPerS[video]!, v.durationUs[video]!);
    }
    return pixels * v.content[video]!;
  }

  /** Submits the tasks of one of the codecs; says how many. */
  #submitCodec(now: Us, video: number, codec: number, later: 0 | 1): number {
    const rungs = rungsFor(this.#heights, this.#videos.columns.height[video]!);
    if (this.#params.decode === 'shared') {
      this.#submit(now, video, codec, rungs[0]!, rungs.at(-1)!, later);
      return 1;
    }
    for (const rung of rungs) this.#submit(now, video, codec, rung, rung, later);
    return rungs.length;
  }

  #submit(_now: Us, video: number, codec: number, rung: number, topRung: number, later: 0 | 1): void {
    const v = this.#videos.columns;
    const { codecs, chunk, leadIn, playableFirst } = this.#params;
    const { count, chunkUs, lastUs } = chunksOf(v.durationUs[video]!, chunk);
    const height = v.height[video]!;
    const frames = v.framesPerS[video]!;
    const wanted = codecs[codec]!;
    let pixels = 0;
    for (let r = rung; r <= topRung; r++) {
      pixels += pixelsIn(Math.min(this.#heights[r]!, height), frames, chunkUs);
    }
    const own = Math.max(v.priority[video]!, PRIORITIES.indexOf(wanted.priority));
    const isFirst = playableFirst && later === 0 && codec === 0 && rung === 0;
    const task = this.#tasks.open();
    const c = this.#tasks.columns;
    c.video[task] = video;
    c.codec[task] = CODECS.indexOf(wanted.codec);
    c.later[task] = later;
    c.rung[task] = rung;
    c.topRung[task] = topRung;
    c.priority[task] = isFirst ? Math.max(0, own - 1) : own;
    c.user[task] = v.user[video]!;
    c.chunks[task] = count;
    c.lastShare[task] = lastUs / chunkUs;
    c.chunkPixels[task] = pixels;
    c.chunkDecodePixels[task] = pixelsIn(height, frames, chunkUs);
    c.leadPixels[task] = pixelsIn(height, frames, leadIn);
    c.chunkUs[task] = chunkUs;
    c.content[task] = v.content[video]!;
    c.deadline[task] = v.deadline[video]!;
    this.#ports.submit(task);
  }

  /** The first codec is encoded and pictures are made: it goes out, or is incomplete for good. */
  #publish(video: number): void {
    const { flags } = this.#videos.columns;
    if ((flags[video]! & (ENCODED | THUMBED)) !== (ENCODED | THUMBED)) return;
    if ((flags[video]! & INCOMPLETE) === 0) {
      this.#run(video, ALL_OUT);
      return;
    }
    this.#metrics.add(this.#m.incomplete, 1);
    this.#metrics.add(this.#m.late, 1);
    this.#clean(video);
  }

  #playable(now: Us, video: number): void {
    const v = this.#videos.columns;
    if (v.playableAt[video]! >= 0) return;
    v.playableAt[video] = now;
    this.#metrics.observe(this.#m.playable, (now - v.uploadedAt[video]!) / US_PER_S);
  }

  #ready(now: Us, video: number): void {
    const v = this.#videos.columns;
    this.#playable(now, video);
    v.flags[video]! |= READY;
    this.#metrics.add(this.#m.ready, 1);
    this.#metrics.add(now <= v.deadline[video]! ? this.#m.met : this.#m.late, 1);
    this.#metrics.observe(this.#m.readySeconds, (now - v.uploadedAt[video]!) / US_PER_S);
    this.#metrics.add(this.#m.media, v.durationUs[video]! / US_PER_S);
    this.#params.codecs.forEach(({ afterViews, from }, codec) => {
      if (codec === 0 || afterViews === 0 || from > now || v.views[video]! <= afterViews) return;
      v.awaited[video]!++;
      this.#ports.awaitViews(video, codec, afterViews);
    });
    this.#clean(video);
  }

  /** Deletes the raw file once nothing needs it any more. */
  #clean(video: number): void {
    const v = this.#videos.columns;
    const over = (v.flags[video]! & (READY | INCOMPLETE)) !== 0 && v.tasks[video] === 0;
    if (over && v.chains[video]! + v.laterTasks[video]! + v.awaited[video]! === 0) this.#run(video, CLEAN);
  }
}
