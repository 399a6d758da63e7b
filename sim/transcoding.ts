import { assert } from '../models/core/assert.ts';
import type { RandomStream } from '../models/core/rng.ts';
import type { Us } from '../models/core/units.ts';
import type { PartOutcome } from '../models/operations/run-summary.ts';
import { Dispatcher, FAILURES, type DispatcherState } from '../models/transcode/dispatcher.ts';
import { ALL_OUT, CHAINS, CLEAN, PREPARE, STAGES, stageUs } from '../models/transcode/graph.ts';
import type { TranscodeParams } from '../models/transcode/params.ts';
import { Pipeline, type PipelineState } from '../models/transcode/pipeline.ts';
import { TaskQueue, type QueueUsers } from '../models/transcode/queue.ts';
import { StagePool, type StagePoolState } from '../models/transcode/stage-pool.ts';
import { createTasks } from '../models/transcode/task.ts';
import type { UploadParams } from '../models/upload/params.ts';
import type { TranscodingPlan } from '../scenarios/plan.ts';
import { CODES } from './codes.ts';
import { DeferredNotices, type DeferredNoticesState } from './deferred-notices.ts';
import { EncoderFaults, type EncoderFaultsState } from './encoder-faults.ts';
import { PoolEncoders, type Encoders, type EncoderSetting } from './encoders.ts';
import { FleetEncoders } from './fleet-encoders.ts';
import { NO_EVENT, type EventHandle } from './kernel/event-list.ts';
import type { EventLoop } from './kernel/event-loop.ts';
import { PipelineLevers } from './pipeline-levers.ts';
import { PipelineTrace, type PipelineTraceState } from './pipeline-trace.ts';
import type { RunContext, RunPart } from './run-part.ts';
import { SimulatedUploads, type SimulatedUploadsState } from './uploads.ts';

/** Copied state of transcoding. */
export interface TranscodingState {
  readonly uploads: SimulatedUploadsState;
  readonly pipeline: PipelineState;
  readonly stages: StagePoolState;
  readonly dispatcher: DispatcherState;
  readonly encoders: unknown;
  readonly trace: PipelineTraceState;
  readonly wake: EventHandle;
  readonly dispatching: boolean;
  readonly encoderFaults: EncoderFaultsState;
  readonly notices: DeferredNoticesState;
  readonly untold: readonly number[];
}

/** Uploads and what becomes of them: creators, the graph of stages, queue and farm, wired to each other. */
export class Transcoding implements RunPart {
  readonly name = 'transcoding';
  readonly #params: TranscodeParams;
  readonly #uploadParams: UploadParams;
  readonly #loop: EventLoop;
  readonly #uploads: SimulatedUploads;
  readonly #pipeline: Pipeline;
  readonly #stages: StagePool;
  readonly #dispatcher: Dispatcher;
  readonly #encoders: Encoders;
  readonly #encoderFaults: EncoderFaults;
  readonly #notices: DeferredNotices;
  /** Videos whose renditions go out without their creator being told yet. */
  readonly #untold = new Set<number>();
  readonly #poisonDraws: RandomStream;
  readonly #trace: PipelineTrace;
  /** What can be broken and mended while it runs. */
  readonly levers: PipelineLevers;
  /** Steps in which workers become free; 0: none. [us] */
  readonly #step: Us;
  #wake: EventHandle = NO_EVENT;
  #dispatching = false;

  constructor(plan: TranscodingPlan, context: RunContext) {
    const { loop, metrics: set, streams } = context;
    const { transcode, upload } = plan.scenario;
    this.#params = transcode;
    this.#uploadParams = upload;
    this.#loop = loop;
    this.#step = transcode.fidelity === 'rendition' ? transcode.step : 0;
    this.#poisonDraws = streams.stream('transcode/poison');
    const tasks = createTasks();
    this.#trace = new PipelineTrace(transcode.ladder.map(({ name }) => name));
    this.#encoderFaults = new EncoderFaults(tasks, loop, streams);
    this.#encoders = this.#createEncoders(plan, {
      tasks, attempts: () => this.#dispatcher.attempts, work: () => this.#dispatcher.work,
      faults: this.#encoderFaults, streams, loop, metrics: set, host: {
        ended: (attempt, serial, failed, reason) =>
          this.#dispatcher.ended(loop.now, attempt, serial, failed, FAILURES.indexOf(reason)),
        workerLost: (worker) => this.#dispatcher.workerLost(loop.now, worker),
        dispatchSoon: () => this.#dispatchSoon(),
      },
    });
    const { farm } = this.#encoders;
    const queue = new TaskQueue(tasks, farm.lanes.length, transcode.queue,
      (task) => this.#pipeline.videos.work[tasks.columns.video[task]!]!, usersOf(upload));
    const together = transcode.fidelity === 'rendition' ? Infinity : 1;
    const how = { together, watchLeases: false, resolutions: transcode.ladder.map(({ name }) => name) };
    this.#dispatcher = new Dispatcher(tasks, queue, farm, transcode.queue, how, {
      start: (attempt) => this.#encoders.start(attempt),
      taskEnded: (task, complete) => {
        this.#trace.encoded(loop.now, tasks.columns, task, complete);
        this.#pipeline.taskEnded(loop.now, task, complete);
      },
    }, set);
    this.#stages = new StagePool(transcode.stages.workers, {
      start: (video, chain) => this.#run(video, chain),
    }, set);
    this.#pipeline = new Pipeline(transcode, tasks, {
      run: (video, chain) => {
        if (chain === PREPARE) this.#trace.uploaded(video);
        this.#stages.ask(loop.now, video, chain);
      },
      submit: (task) => this.#dispatcher.submit(loop.now, task),
      awaitViews: (video, codec, views) => this.#awaitViews(video, codec, views),
    }, set);
    this.#uploads = new SimulatedUploads(plan, context, {
      completed: (source, since) => this.#pipeline.uploaded(since, source),
      refusesFor: () => this.#pipeline.refusesFor(this.#dispatcher.queued),
    });
    const noticeUs = stageUs(transcode.stages, 'notify', 0);
    this.#notices = new DeferredNotices(loop, set, noticeUs, () =>
      this.#pipeline.stageDone(STAGES.indexOf('notify'), noticeUs));
    this.levers = new PipelineLevers({
      plan, loop, uploads: this.#uploads, farm: this.#encoders.levers, encoders: this.#encoderFaults, queue,
      dispatcher: this.#dispatcher, notices: this.#notices, dispatchSoon: () => this.#dispatchSoon(),
    });
    this.#listen();
    this.#encoders.open();
  }

  settle(now: Us): void {
    this.#encoders.settle(now);
  }

  nextLook(_at: Us): void {
    // Nothing is worked out ahead.
  }

  closeBooks(now: Us): void {
    this.#pipeline.closeBooks(now);
    const { submitted, encoded, setAside, underWay } = this.#dispatcher.account();
    const there = encoded + setAside + underWay;
    assert(submitted === there, 'pixels submitted are encoded, set aside or under way', {
      submitted, encoded, setAside, underWay,
    });
  }

  outcome(): PartOutcome {
    return { trace: this.#trace.events };
  }

  save(): TranscodingState {
    return {
      uploads: this.#uploads.save(), pipeline: this.#pipeline.save(), dispatcher: this.#dispatcher.save(),
      encoders: this.#encoders.save(), trace: this.#trace.save(),
      wake: this.#wake, dispatching: this.#dispatching, stages: this.#stages.save(),
      encoderFaults: this.#encoderFaults.save(), notices: this.#notices.save(), untold: [...this.#untold],
    };
  }

  restore(state: TranscodingState): void {
    this.#uploads.restore(state.uploads);
    this.#pipeline.restore(state.pipeline);
    this.#dispatcher.restore(state.dispatcher);
    this.#encoders.restore(state.encoders);
    this.#trace.restore(state.trace);
    this.#stages.restore(state.stages);
    this.#wake = state.wake;
    this.#dispatching = state.dispatching;
    this.#encoderFaults.restore(state.encoderFaults);
    this.#notices.restore(state.notices);
    this.#untold.clear();
    for (const video of state.untold) this.#untold.add(video);
  }

  #listen(): void {
    const loop = this.#loop;
    loop.on(CODES.stagesDone, (video, chain) => {
      this.#ran(video, chain);
      this.#stages.ended(loop.now, chain);
      const readable = chain !== PREPARE || this.#poisonDraws.uniform() >= this.#params.poison;
      this.#pipeline.chainDone(loop.now, video, chain, this.#dispatcher.queued, readable);
      if (chain === CLEAN) this.#trace.closed(video);
      if (chain === PREPARE) this.#dispatch();
    });
    loop.on(CODES.dispatch, () => {
      this.#dispatching = false;
      this.#dispatch();
    });
    loop.on(CODES.dispatcherWake, () => {
      this.#wake = NO_EVENT;
      this.#dispatcher.wake(loop.now);
      this.#dispatch();
    });
    loop.on(CODES.viewsReached, (video, codec) => {
      this.#pipeline.viewed(loop.now, video, codec);
      this.#dispatch();
    });
  }

  #run(video: number, chain: number): void {
    const media = this.#pipeline.videos.durationUs[video]!;
    let at = this.#loop.now;
    if (chain === ALL_OUT && this.#notices.isOn) this.#untold.add(video);
    for (const stage of CHAINS[chain]!) {
      if (this.#isPutOff(video, stage)) continue;
      const from = at;
      at += stageUs(this.#params.stages, stage, media);
      this.#trace.stage(video, stage, from, at);
    }
    this.#loop.schedule(at, CODES.stagesDone, video, chain);
  }

  #ran(video: number, chain: number): void {
    const media = this.#pipeline.videos.durationUs[video]!;
    for (const stage of CHAINS[chain]!) {
      if (this.#isPutOff(video, stage)) {
        this.#untold.delete(video);
        this.#notices.add();
        continue;
      }
      this.#pipeline.stageDone(STAGES.indexOf(stage), stageUs(this.#params.stages, stage, media));
    }
  }

  /** Whether a video does not wait for a stage: its creator is told later. */
  #isPutOff(video: number, stage: string): boolean {
    return stage === 'notify' && this.#untold.has(video);
  }

  #createEncoders(plan: TranscodingPlan, setting: EncoderSetting): Encoders {
    const { scenario: { transcode }, prices, cpuSpeeds: speeds, coreEfficiency: efficiency } = plan;
    const { farm } = transcode;
    if (farm.kind === 'pool') return new PoolEncoders(farm, this.#step, setting);
    const heights = transcode.ladder.map(({ height }) => height);
    const resolutions = transcode.ladder.map(({ name }) => name);
    const fleet = { params: farm, speeds, efficiency, heights, resolutions, prices };
    return new FleetEncoders(fleet, setting);
  }

  /** Workers became free: at rendition fidelity all that do in this step are given out together. */
  #dispatchSoon(): void {
    if (this.#step === 0) {
      this.#dispatch();
    } else if (!this.#dispatching) {
      this.#dispatching = true;
      this.#loop.schedule(this.#loop.now, CODES.dispatch, 0, 0);
    }
  }

  #dispatch(): void {
    const { now } = this.#loop;
    this.#pipeline.admit(now, () => this.#dispatcher.queued);
    this.#dispatcher.dispatch(now);
    const at = this.#dispatcher.wakeAt();
    if (at !== Infinity || this.#wake !== NO_EVENT) {
      this.#wake = this.#loop.rearm(this.#wake, at, CODES.dispatcherWake, 0);
    }
  }

  /** Views come in as a video settles: so many of all that it will have had after some time. */
  #awaitViews(video: number, codec: number, views: number): void {
    const { settle } = this.#uploadParams.views;
    const all = this.#pipeline.videos.views[video]!;
    const us = -settle * Math.log(1 - views / all);
    this.#loop.schedule(this.#loop.now + Math.ceil(us), CODES.viewsReached, video, codec);
  }
}

/** Users by the tier they are of; importers come after them, with a weight of 1. */
function usersOf({ creators }: UploadParams): QueueUsers {
  const { users, tiers } = creators;
  const total = tiers.reduce((sum, { share }) => sum + share, 0);
  const ends: number[] = [];
  let sum = 0;
  for (const { share } of tiers) ends.push(Math.round(((sum += share) / total) * users));
  const tierOf = (user: number) => ends.findIndex((end) => user < end);
  return { tierOf, weightOf: (user) => tiers[tierOf(user)]?.weight ?? 1 };
}
