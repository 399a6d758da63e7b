import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assert } from '../models/core/assert.ts';
import type { MetricSet } from '../models/core/metrics.ts';
import { US_PER_S, usToSeconds, type Us } from '../models/core/units.ts';
import { Dispatcher, FAILURES, type Failure } from '../models/transcode/dispatcher.ts';
import { engineBusySeconds, engineOutput, tryEngineSeconds } from '../models/transcode/fleet-metrics.ts';
import type { Farm } from '../models/transcode/farm.ts';
import { CHAINS, chunksOf, STAGES, type Stage } from '../models/transcode/graph.ts';
import { Pipeline } from '../models/transcode/pipeline.ts';
import { TaskQueue } from '../models/transcode/queue.ts';
import { StagePool } from '../models/transcode/stage-pool.ts';
import { CODECS, shareOf, type TaskTable } from '../models/transcode/task.ts';
import type { TranscodingPlan } from '../scenarios/plan.ts';
import type { Carried, Carrier } from './carrier.ts';
import type { Supervisor } from './children.ts';
import type { ChunkJob } from './chunk-work.ts';
import type { Clock } from './clock.ts';
import { chunkEnding, type ChunkEncoder } from './encoder-arguments.ts';
import { probeMedia, runFfmpeg, type MediaProbe } from './ffmpeg.ts';
import { mergeRendition, PLAYLIST, type MergedRendition } from './merge-rendition.ts';
import type { ObjectStore } from './object-store.ts';
import { WakeTimer } from './timer.ts';

/** An encoder as a worker has it. */
export interface WorkerEncoder {
  readonly encoder: ChunkEncoder;
  /** The GPU it runs on, or `cpu`, and its number on the machine. */
  readonly engine: string;
  readonly gpu?: number;
}

/** A try of a chunk as it went, for the record. */
export interface TriedChunk {
  readonly rung: string;
  readonly codec: string;
  readonly engine: string;
  readonly chunk: number;
  readonly startedSeconds: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly bytes: number;
  /** `encoded`, or why it came to nothing. */
  readonly outcome: string;
  /** Who made it: `local`, or a worker's host and process. */
  readonly worker: string;
}

/** What a transcoder works with. */
export interface TranscoderSetting {
  readonly plan: TranscodingPlan;
  readonly farm: Farm;
  readonly tasks: TaskTable;
  /** What a worker encodes a codec with. */
  readonly encoderOf: (codec: number, worker: number) => WorkerEncoder;
  readonly carrier: Carrier<ChunkJob>;
  readonly metrics: MetricSet;
  readonly clock: Clock;
  readonly supervisor: Supervisor;
  readonly store: ObjectStore;
  readonly bucket: string;
  /** Where renditions are put together; the source is in it as `SOURCE`. */
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
}

/**
 * The same pipeline, queue, dispatcher and farm as in simulation, with ffmpeg for the encoders and an object
 * store between the stages.
 */
export class Transcoder {
  readonly tried: TriedChunk[] = [];
  readonly dispatcher: Dispatcher;
  readonly #set: TranscoderSetting;
  readonly #tasks: TaskTable;
  readonly #pipeline: Pipeline;
  readonly #stages: StagePool;
  readonly #timer: WakeTimer;
  /** Rungs of each codec whose chunks are all there, and those that can be watched. */
  readonly #encoded: Encoded[] = [];
  readonly #packaged: Packaged[] = [];
  readonly #published: Packaged[] = [];
  /** The packaging that is under way: one follows the other. */
  #packaging: Promise<unknown> = Promise.resolve();
  #raw = '';
  #probe: MediaProbe | undefined;
  #resolve: () => void = () => {};
  #reject: (error: unknown) => void = () => {};

  constructor(setting: TranscoderSetting) {
    this.#set = setting;
    const { plan: { scenario: { transcode } }, farm, tasks, metrics, clock } = setting;
    this.#tasks = tasks;
    const queue = new TaskQueue(tasks, farm.lanes.length, transcode.queue,
      (task) => this.#pipeline.videos.work[tasks.columns.video[task]!]!,
      { weightOf: () => 1, tierOf: () => 0 });
    const resolutions = transcode.ladder.map(({ name }) => name);
    const how = { together: 1, watchLeases: !setting.carrier.watchesLeases, resolutions };
    this.dispatcher = new Dispatcher(tasks, queue, farm, transcode.queue, how, {
      start: (attempt) => void this.#encode(attempt).catch((error: unknown) => this.#reject(error)),
      taskEnded: (task, complete) => {
        const c = tasks.columns;
        if (complete) {
          const [codec, chunks] = [c.codec[task]!, c.chunks[task]!];
          for (let rung = c.rung[task]!; rung <= c.topRung[task]!; rung++) {
            this.#encoded.push({ codec, rung, chunks });
          }
        }
        this.#pipeline.taskEnded(clock.now(), task, complete);
      },
    }, metrics);
    this.#stages = new StagePool(transcode.stages.workers, {
      start: (video, chain) => void this.#run(video, chain).catch((error: unknown) => this.#reject(error)),
    }, metrics);
    this.#pipeline = new Pipeline(transcode, tasks, {
      run: (video, chain) => this.#stages.ask(clock.now(), video, chain),
      submit: (task) => this.dispatcher.submit(clock.now(), task),
      awaitViews: () => {},
    }, metrics);
    this.#timer = new WakeTimer(clock, () => this.dispatcher.wakeAt(), (now) => {
      this.dispatcher.wake(now);
      this.#dispatch();
    });
  }

  /** Transcodes an uploaded file of the store; returns when all its stages are over. */
  async transcode(key: string, clip: MediaProbe): Promise<void> {
    const ended = new Promise<void>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#raw = key;
    this.#pipeline.uploaded(this.#set.clock.now(), {
      user: 0, priority: 1, durationUs: clip.durationUs, height: clip.video.height,
      framesPerS: clip.video.frameRate, bytes: 0, content: 1, views: 0,
    });
    try {
      await ended;
    } finally {
      this.#timer.close();
    }
  }

  /** The books of the pipeline are closed. */
  close(): void {
    this.#pipeline.closeBooks(this.#set.clock.now());
  }

  #dispatch(): void {
    const now = this.#set.clock.now();
    this.#pipeline.admit(now, () => this.dispatcher.queued);
    this.dispatcher.dispatch(now);
    this.#timer.rearm();
  }

  async #encode(attempt: number): Promise<void> {
    const { clock, bucket } = this.#set;
    const a = this.dispatcher.attempts;
    const c = this.#tasks.columns;
    const [task, worker, serial] = [a.task[attempt]!, a.worker[attempt]!, a.serial[attempt]!];
    const [chunk, codec] = [a.first[attempt]!, c.codec[task]!];
    const { engine, ...how } = this.#set.encoderOf(codec, worker);
    const rungs = this.#set.plan.scenario.transcode.ladder.slice(c.rung[task]!, c.topRung[task]! + 1);
    const ending = chunkEnding(how.encoder);
    const startedAt = clock.now();
    const lengthUs = Math.round(shareOf(c, task, chunk, 1) * c.chunkUs[task]!);
    const job = {
      bucket, source: this.#raw, startUs: chunk * c.chunkUs[task]!, lengthUs, ...how,
      outputs: rungs.map(({ name, height, bitrate }) =>
        ({ key: chunkKey(codec, name, chunk, ending), height, bitrate })),
    };
    const outcome = await this.#set.carrier.carry({ id: serial, job, urgency: c.priority[task]! },
      () => this.dispatcher.workerSeen(clock.now(), worker));
    const [low, top] = [rungs[0]!.name, rungs.at(-1)!.name];
    const rung = low === top ? low : `${low} to ${top}`;
    const media = usToSeconds(lengthUs) * rungs.length;
    const what = { rung, codec: CODECS[codec]!, chunk, startedAt, engine, media, resolution: top };
    this.#note(outcome, what);
    const failed: Failure = outcome.kind === 'failed' ? outcome.reason : 'encoder';
    const count = outcome.kind === 'failed' ? 1 : 0;
    this.dispatcher.ended(clock.now(), attempt, serial, count, FAILURES.indexOf(failed));
    this.#dispatch();
  }

  #note(
    outcome: Carried,
    what: Pick<TriedChunk, 'rung' | 'codec' | 'chunk' | 'engine'>
      & { readonly startedAt: Us; readonly media: number; readonly resolution: string },
  ): void {
    const { startedAt, media, resolution, ...rest } = what;
    const { metrics } = this.#set;
    const seconds = usToSeconds(this.#set.clock.now() - startedAt);
    // An engine of a GPU has a slot for one encode; cores are counted by what they did.
    const busy = what.engine === 'cpu' ? usToSeconds(outcome.cpuUs) : seconds;
    metrics.add(metrics.bind(engineBusySeconds, what.engine), busy);
    metrics.add(metrics.bind(tryEngineSeconds, resolution), busy);
    if (outcome.kind === 'encoded') metrics.add(metrics.bind(engineOutput, what.engine), media);
    this.tried.push({
      ...rest, startedSeconds: usToSeconds(startedAt), seconds, cpuSeconds: usToSeconds(outcome.cpuUs),
      bytes: outcome.kind === 'encoded' ? outcome.bytes : 0,
      outcome: outcome.kind === 'encoded' ? 'encoded' : outcome.reason, worker: outcome.worker,
    });
    if (outcome.kind === 'failed') {
      this.#set.log(`chunk ${what.chunk} of ${what.rung} ${what.codec} failed (${outcome.reason}): `
        + outcome.detail);
    }
  }

  async #run(video: number, chain: number): Promise<void> {
    const { clock } = this.#set;
    const stages: readonly Stage[] = CHAINS[chain]!;
    let readable = true;
    let finished = () => {};
    if (stages.includes('package')) {
      const before = this.#packaging;
      this.#packaging = new Promise<void>((resolve) => (finished = resolve));
      await before;
    }
    for (const stage of stages) {
      const startedAt = clock.now();
      try {
        await this.#stage(stage);
      } catch (error) {
        if (stage !== 'probe') throw error;
        this.#set.log(`the upload cannot be read: ${error instanceof Error ? error.message : String(error)}`);
        readable = false;
      }
      this.#pipeline.stageDone(STAGES.indexOf(stage), clock.now() - startedAt);
    }
    finished();
    this.#stages.ended(clock.now(), chain);
    this.#pipeline.chainDone(clock.now(), video, chain, this.dispatcher.queued, readable);
    this.#dispatch();
    if (this.#pipeline.size === 0) this.#resolve();
  }

  async #stage(stage: Stage): Promise<void> {
    const { store, bucket, signal, supervisor, folder, log } = this.#set;
    switch (stage) {
      case 'probe':
        writeFileSync(this.#source(), await store.get(bucket, this.#raw, signal));
        this.#probe = await probeMedia(supervisor, this.#source(), signal);
        return;
      case 'split': {
        // Chunks are spans of the source, which ffmpeg finds by itself: nothing is cut where no key frame is.
        const { chunk } = this.#set.plan.scenario.transcode;
        const { count, chunkUs, lastUs } = chunksOf(this.#known().durationUs, chunk);
        log(`${count} chunks of ${usToSeconds(chunkUs)} s, the last of ${usToSeconds(lastUs)} s`);
        return;
      }
      case 'thumbnails': {
        const picture = join(folder, 'default.jpg');
        const at = String(usToSeconds(this.#known().durationUs / 2));
        const args = ['-y', '-ss', at, '-i', this.#source(), '-frames:v', '1', picture];
        await runFfmpeg(supervisor, args, { signal });
        await store.put(bucket, 'thumbnails/v/default.jpg', readFileSync(picture), 'image/jpeg');
        return;
      }
      case 'package':
        for (const one of this.#encoded.splice(0)) this.#packaged.push(await this.#package(one));
        return;
      case 'validate':
        for (const one of this.#packaged) this.#validate(one);
        return;
      case 'publish':
        await this.#publish();
        return;
      case 'clean':
        rmSync(this.#source(), { force: true });
        await store.deletePrefix(bucket, this.#raw);
        await store.deletePrefix(bucket, PIECES);
        return;
      case 'notify':
        log(`ready: ${MASTER} with ${this.#published.length} renditions`);
        return;
      case 'encode':
      case 'prewarm': // no caches stand before the store of a real run
        return;
      default:
        stage satisfies never;
    }
  }

  /** Takes the chunks of a rendition out of the store and puts them together, a playlist beside them. */
  async #package({ codec, rung, chunks }: Encoded): Promise<Packaged> {
    const { store, bucket, signal, folder, supervisor, plan: { scenario: { transcode } } } = this.#set;
    const { name } = transcode.ladder[rung]!;
    const home = join(folder, `${CODECS[codec]}-${name}`);
    mkdirSync(home, { recursive: true });
    const ending = endingOf(codec);
    const files: string[] = [];
    for (let chunk = 0; chunk < chunks; chunk++) {
      const file = join(home, chunkName(chunk, ending));
      writeFileSync(file, await store.get(bucket, chunkKey(codec, name, chunk, ending), signal));
      files.push(file);
    }
    const cut = chunksOf(this.#known().durationUs, transcode.chunk);
    const merged = await mergeRendition(supervisor, { folder: home, chunks: files, cut, signal });
    return { codec, name, home, merged };
  }

  /** A rendition must be as long as its source. */
  #validate({ name, merged }: Packaged): void {
    const off = merged.durationUs - this.#known().durationUs;
    assert(Math.abs(off) < LENGTH_SLACK_US, 'a rendition is as long as its source', { name, off });
  }

  async #publish(): Promise<void> {
    const { store, bucket } = this.#set;
    for (const one of this.#packaged.splice(0)) {
      for (const file of one.merged.files) {
        const key = `transcoded/v/${CODECS[one.codec]}/${one.name}/${file}`;
        await store.put(bucket, key, readFileSync(join(one.home, file)), typeOf(file));
      }
      this.#published.push(one);
    }
    const lines = this.#published.flatMap(({ codec, name, merged: { variant } }) => {
      const { peak, mean, width, height, codecs } = variant;
      return [`#EXT-X-STREAM-INF:BANDWIDTH=${peak},AVERAGE-BANDWIDTH=${mean},RESOLUTION=${width}x${height},`
        + `CODECS="${codecs}"`, `${CODECS[codec]}/${name}/${PLAYLIST}`];
    });
    // Fragments (EXT-X-MAP) need version 6, and players look for 7.
    const version = this.#published.some(({ codec }) => endingOf(codec) === 'mp4') ? 7 : 3;
    const text = ['#EXTM3U', `#EXT-X-VERSION:${version}`, '#EXT-X-INDEPENDENT-SEGMENTS', ...lines, ''];
    const master = new TextEncoder().encode(text.join('\n'));
    await store.put(bucket, MASTER, master, typeOf(PLAYLIST));
  }

  #source(): string {
    return join(this.#set.folder, SOURCE);
  }

  #known(): MediaProbe {
    assert(this.#probe !== undefined, 'a source is probed first');
    return this.#probe;
  }
}

interface Encoded {
  readonly codec: number;
  readonly rung: number;
  readonly chunks: number;
}

interface Packaged {
  readonly codec: number;
  readonly name: string;
  readonly home: string;
  readonly merged: MergedRendition;
}

type Ending = ReturnType<typeof chunkEnding>;

/** H.264 is made in transport streams whatever encodes it, the other codecs in MP4. */
function endingOf(codec: number): Ending {
  return CODECS[codec] === 'h264' ? 'ts' : 'mp4';
}

function chunkName(chunk: number, ending: Ending): string {
  return `chunk_${String(chunk).padStart(3, '0')}.${ending}`;
}

/** Transport streams are segments as they are; pieces in MP4 go once the rendition is put together. */
function chunkKey(codec: number, rung: string, chunk: number, ending: Ending): string {
  const home = ending === 'ts' ? 'transcoded/v/' : PIECES;
  return `${home}${CODECS[codec]}/${rung}/${chunkName(chunk, ending)}`;
}

function typeOf(file: string): string {
  return file.endsWith('.m3u8') ? 'application/vnd.apple.mpegurl' : 'video/mp4';
}

/** The source in the folder of a transcoder. */
export const SOURCE = 'source';
const MASTER = 'transcoded/v/master.m3u8';
const PIECES = 'pieces/v/';
const LENGTH_SLACK_US = US_PER_S / 4;
