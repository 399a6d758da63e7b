import { TraceRecorder, type TraceState } from '../models/core/trace.ts';
import type { Us } from '../models/core/units.ts';
import { CODECS, type TaskColumns } from '../models/transcode/task.ts';

/** Copied state of what is followed of the pipeline. */
export interface PipelineTraceState {
  readonly trace: TraceState;
  /** Row of a video that is followed, and its number in the order of uploads. */
  readonly followed: ReadonlyArray<readonly [number, number]>;
  readonly uploads: number;
}

/** Follows the first videos of a run through the graph of stages, for `--trace`. */
export class PipelineTrace {
  readonly #recorder = new TraceRecorder();
  readonly #rungs: readonly string[];
  readonly #followed = new Map<number, number>();
  #uploads = 0;

  /** `rungs`: names of the ladder's, from the lowest. */
  constructor(rungs: readonly string[]) {
    this.#rungs = rungs;
  }

  /** What was followed. */
  get events(): TraceRecorder['events'] {
    return this.#recorder.events;
  }

  /** A video has come into a row. */
  uploaded(video: number): void {
    if (this.#uploads++ < FOLLOWED) this.#followed.set(video, this.#uploads);
  }

  /** A row is free for another video. */
  closed(video: number): void {
    this.#followed.delete(video);
  }

  /** A stage of a video takes place. */
  stage(video: number, stage: string, fromUs: Us, untilUs: Us): void {
    const number = this.#followed.get(video);
    if (number !== undefined) this.#recorder.span(`video ${number}`, stage, stage, fromUs, untilUs);
  }

  /** A task is done; or not, when pieces of it were set aside. */
  encoded(now: Us, columns: TaskColumns, task: number, complete: boolean): void {
    const number = this.#followed.get(columns.video[task]!);
    if (number === undefined) return;
    const [low, top] = [this.#rungs[columns.rung[task]!]!, this.#rungs[columns.topRung[task]!]!];
    const name = `${CODECS[columns.codec[task]!]!} ${low === top ? low : `${low} to ${top}`}`;
    this.#recorder.span(`video ${number}`, `encode ${name}`, complete ? name : `${name}, incomplete`,
      columns.submittedAt[task]!, now, { chunks: columns.chunks[task]! });
  }

  save(): PipelineTraceState {
    return { trace: this.#recorder.save(), followed: [...this.#followed], uploads: this.#uploads };
  }

  restore({ trace, followed, uploads }: PipelineTraceState): void {
    this.#recorder.restore(trace);
    this.#followed.clear();
    for (const [video, number] of followed) this.#followed.set(video, number);
    this.#uploads = uploads;
  }
}

// Videos that are followed: enough to see how they differ, few enough to look at.
const FOLLOWED = 20;
