import { TraceRecorder, type TraceEnd, type TraceState } from '../models/core/trace.ts';
import type { Us } from '../models/core/units.ts';
import { STAGE_GRAPH, type Stage } from '../models/transcode/graph.ts';
import { CODECS, type TaskColumns } from '../models/transcode/task.ts';

/** Copied state of what is followed of the pipeline. */
export interface PipelineTraceState {
  readonly trace: TraceState;
  /** Row of a video that is followed, and its number in the order of uploads. */
  readonly followed: ReadonlyArray<readonly [number, number]>;
  readonly uploads: number;
  readonly ends: ReadonlyArray<readonly [video: number, ends: ReadonlyArray<readonly [Stage, TraceEnd[]]>]>;
}

/** Follows the first videos of a run through the graph of stages, for `--trace`. */
export class PipelineTrace {
  readonly #recorder = new TraceRecorder();
  readonly #rungs: readonly string[];
  readonly #followed = new Map<number, number>();
  /** By number of a video that is followed: how its stages ended last, for those that wait for them. */
  readonly #ends = new Map<number, Map<Stage, TraceEnd[]>>();
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
    if (this.#uploads++ >= FOLLOWED) return;
    this.#followed.set(video, this.#uploads);
    this.#ends.set(this.#uploads, new Map());
  }

  /** A row is free for another video. */
  closed(video: number): void {
    const number = this.#followed.get(video);
    if (number !== undefined) this.#ends.delete(number);
    this.#followed.delete(video);
  }

  /** A stage of a video takes place. */
  stage(video: number, stage: Stage, fromUs: Us, untilUs: Us): void {
    const number = this.#followed.get(video);
    if (number === undefined) return;
    const ends = this.#ends.get(number)!;
    const after = STAGE_GRAPH[stage].after.flatMap((before) => ends.get(before) ?? []);
    this.#recorder.span(`video ${number}`, stage, stage, fromUs, untilUs, undefined, after);
    ends.set(stage, [{ track: stage, startUs: fromUs, endUs: untilUs }]);
    // What has been packaged is not packaged again.
    if (stage === 'package') ends.delete('encode');
  }

  /** A task is done; or not, when pieces of it were set aside. */
  encoded(now: Us, columns: TaskColumns, task: number, complete: boolean): void {
    const number = this.#followed.get(columns.video[task]!);
    if (number === undefined) return;
    const [low, top] = [this.#rungs[columns.rung[task]!]!, this.#rungs[columns.topRung[task]!]!];
    const name = `${CODECS[columns.codec[task]!]!} ${low === top ? low : `${low} to ${top}`}`;
    const [track, startUs] = [`encode ${name}`, columns.submittedAt[task]!];
    const ends = this.#ends.get(number)!;
    this.#recorder.span(`video ${number}`, track, complete ? name : `${name}, incomplete`, startUs, now,
      { chunks: columns.chunks[task]! }, ends.get('split'));
    ends.set('encode', [...(ends.get('encode') ?? []), { track, startUs, endUs: now }]);
  }

  save(): PipelineTraceState {
    return {
      trace: this.#recorder.save(), followed: [...this.#followed], uploads: this.#uploads,
      ends: [...this.#ends].map(([video, ends]) => [video, [...ends]] as const),
    };
  }

  restore({ trace, followed, uploads, ends }: PipelineTraceState): void {
    this.#recorder.restore(trace);
    this.#followed.clear();
    for (const [video, number] of followed) this.#followed.set(video, number);
    this.#uploads = uploads;
    this.#ends.clear();
    for (const [video, own] of ends) this.#ends.set(video, new Map(own));
  }
}

// Videos that are followed: enough to see how they differ, few enough to look at.
const FOLLOWED = 20;
