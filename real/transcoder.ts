import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assert } from '../models/core/assert.ts';
import type { MetricSet } from '../models/core/metrics.ts';
import { US_PER_S, usToSeconds, type Us } from '../models/core/units.ts';
import { Dispatcher, FAILURES, type Failure } from '../models/transcode/dispatcher.ts';
import { engineBusySeconds } from '../models/transcode/fleet-metrics.ts';
import type { Farm } from '../models/transcode/farm.ts';
import { CHAINS, chunksOf, STAGES, type Cut, type Stage } from '../models/transcode/graph.ts';
import { Pipeline } from '../models/transcode/pipeline.ts';
import { TaskQueue } from '../models/transcode/queue.ts';
import { CODECS, shareOf, type TaskTable } from '../models/transcode/task.ts';
import type { TranscodingPlan } from '../scenarios/plan.ts';
import type { Carried, Carrier } from './carrier.ts';
import type { Supervisor } from './children.ts';
import type { ChunkJob } from './chunk-work.ts';
import type { Clock } from './clock.ts';
import { chunkEnding } from './encode-chunk.ts';
import { probeMedia, runFfmpeg, type MediaProbe } from './ffmpeg.ts';
import type { ObjectStore } from './object-store.ts';
import { WakeTimer } from './timer.ts';
import type { CpuEncoder } from '../models/transcode/encoder-speeds.ts';

/** A try of a chunk as it went, for the record. */
export interface TriedChunk {
  readonly rung: string;
  readonly codec: string;
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
  readonly farm: (tasks: TaskTable) => Farm;
  readonly encoderOf: (codec: number) => CpuEncoder;
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
  readonly #timer: WakeTimer;
  /** Rungs of each codec whose chunks are all there. */
  readonly #encoded: Encoded[] = [];
  #raw = '';
  #probe: MediaProbe | undefined;
  #resolve: () => void = () => {};
  #reject: (error: unknown) => void = () => {};

  constructor(setting: TranscoderSetting, tasks: TaskTable) {
    this.#set = setting;
    this.#tasks = tasks;
    const { plan: { scenario: { transcode } }, metrics, clock } = setting;
    const farm = setting.farm(tasks);
    const queue = new TaskQueue(tasks, farm.lanes.length, transcode.queue,
      (task) => this.#pipeline.videos.work[tasks.columns.video[task]!]!, () => 1);
    const how = { together: 1, watchLeases: !setting.carrier.watchesLeases };
    this.dispatcher = new Dispatcher(tasks, queue, farm, transcode.queue, how, {
      start: (attempt) => void this.#encode(attempt).catch((error: unknown) => this.#reject(error)),
      taskEnded: (task, complete) => {
        const c = tasks.columns;
        if (complete) {
          const [codec, rung, chunks] = [c.codec[task]!, c.rung[task]!, c.chunks[task]!];
          this.#encoded.push({ codec, rung, chunks });
        }
        this.#pipeline.taskEnded(clock.now(), task, complete);
      },
    }, metrics);
    this.#pipeline = new Pipeline(transcode, tasks, {
      run: (video, chain) => void this.#run(video, chain).catch((error: unknown) => this.#reject(error)),
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
    const [chunk, codec, rung] = [a.first[attempt]!, c.codec[task]!, c.rung[task]!];
    const encoder = this.#set.encoderOf(codec);
    const { name, height, bitrate } = this.#set.plan.scenario.transcode.ladder[rung]!;
    const startedAt = clock.now();
    const lengthUs = Math.round(shareOf(c, task, chunk, 1) * c.chunkUs[task]!);
    const job = {
      bucket, source: this.#raw, output: chunkKey(codec, name, chunk, encoder),
      startUs: chunk * c.chunkUs[task]!, lengthUs, height, bitrate, encoder,
    };
    const outcome = await this.#set.carrier.carry({ id: serial, job, urgency: c.priority[task]! },
      () => this.dispatcher.workerSeen(clock.now(), worker));
    this.#note(outcome, { rung: name, codec: CODECS[codec]!, chunk, startedAt });
    const failed: Failure = outcome.kind === 'failed' ? outcome.reason : 'encoder';
    const count = outcome.kind === 'failed' ? 1 : 0;
    this.dispatcher.ended(clock.now(), attempt, serial, count, FAILURES.indexOf(failed));
    this.#dispatch();
  }

  #note(
    outcome: Carried,
    what: Pick<TriedChunk, 'rung' | 'codec' | 'chunk'> & { readonly startedAt: Us },
  ): void {
    const { startedAt, ...rest } = what;
    const { metrics } = this.#set;
    metrics.add(metrics.bind(engineBusySeconds, 'cpu'), usToSeconds(outcome.cpuUs));
    const seconds = usToSeconds(this.#set.clock.now() - startedAt);
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
    let readable = true;
    for (const stage of CHAINS[chain]!) {
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
        for (const one of this.#encoded) await this.#package(one);
        return;
      case 'validate':
        for (const one of this.#encoded) await this.#validate(one);
        return;
      case 'publish':
        await this.#publish();
        return;
      case 'clean':
        rmSync(this.#source(), { force: true });
        await store.deletePrefix(bucket, this.#raw);
        return;
      case 'encode':
      case 'prewarm':
      case 'notify':
        return;
      default:
        stage satisfies never;
    }
  }

  /** Takes the chunks of a rendition out of the store and puts them together, a playlist beside them. */
  async #package({ codec, rung, chunks }: Encoded): Promise<void> {
    const { store, bucket, signal, folder } = this.#set;
    const { name } = this.#set.plan.scenario.transcode.ladder[rung]!;
    const encoder = this.#set.encoderOf(codec);
    const home = join(folder, `${CODECS[codec]}-${name}`);
    mkdirSync(home, { recursive: true });
    const names = Array.from({ length: chunks }, (_, chunk) => chunkName(chunk, encoder));
    for (const [chunk, file] of names.entries()) {
      const body = await store.get(bucket, chunkKey(codec, name, chunk, encoder), signal);
      writeFileSync(join(home, file), body);
    }
    const cut = chunksOf(this.#known().durationUs, this.#set.plan.scenario.transcode.chunk);
    writeFileSync(join(home, PLAYLIST), playlist(names, cut));
    writeFileSync(join(home, 'list.txt'), names.map((file) => `file '${file}'\n`).join(''));
    if (chunkEnding(encoder) === 'ts') return;
    const args = ['-y', '-f', 'concat', '-safe', '0', '-i', join(home, 'list.txt'), '-c', 'copy',
      join(home, WHOLE)];
    await runFfmpeg(this.#set.supervisor, args, { signal });
  }

  /** A rendition must be as long as its source. */
  async #validate({ codec, rung }: Encoded): Promise<void> {
    const { supervisor, signal, folder } = this.#set;
    const { name } = this.#set.plan.scenario.transcode.ladder[rung]!;
    const isTs = chunkEnding(this.#set.encoderOf(codec)) === 'ts';
    const file = join(folder, `${CODECS[codec]}-${name}`, isTs ? PLAYLIST : WHOLE);
    const { durationUs } = await probeMedia(supervisor, file, signal);
    const off = durationUs - this.#known().durationUs;
    assert(Math.abs(off) < LENGTH_SLACK_US, 'a rendition is as long as its source', { name, off });
  }

  async #publish(): Promise<void> {
    const { store, bucket, folder } = this.#set;
    const { ladder } = this.#set.plan.scenario.transcode;
    const lines = ['#EXTM3U', '#EXT-X-VERSION:3', '#EXT-X-INDEPENDENT-SEGMENTS'];
    for (const { codec, rung } of this.#encoded) {
      const { name, bitrate } = ladder[rung]!;
      const isTs = chunkEnding(this.#set.encoderOf(codec)) === 'ts';
      const home = join(folder, `${CODECS[codec]}-${name}`);
      const file = isTs ? PLAYLIST : WHOLE;
      const type = isTs ? 'application/vnd.apple.mpegurl' : 'video/mp4';
      const key = `transcoded/v/${CODECS[codec]}/${name}/${file}`;
      await store.put(bucket, key, readFileSync(join(home, file)), type);
      if (isTs) lines.push(`#EXT-X-STREAM-INF:BANDWIDTH=${bitrate}`, `${CODECS[codec]}/${name}/${PLAYLIST}`);
    }
    const master = new TextEncoder().encode(`${lines.join('\n')}\n`);
    await store.put(bucket, 'transcoded/v/master.m3u8', master, 'application/vnd.apple.mpegurl');
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

function chunkName(chunk: number, encoder: CpuEncoder): string {
  return `chunk_${String(chunk).padStart(3, '0')}.${chunkEnding(encoder)}`;
}

function chunkKey(codec: number, rung: string, chunk: number, encoder: CpuEncoder): string {
  return `transcoded/v/${CODECS[codec]}/${rung}/${chunkName(chunk, encoder)}`;
}

function playlist(names: readonly string[], { chunkUs, lastUs }: Cut): string {
  const entries = names.flatMap((name, i) => {
    const seconds = usToSeconds(i === names.length - 1 ? lastUs : chunkUs);
    return [`#EXTINF:${seconds.toFixed(6)},`, name];
  });
  const longest = Math.round(usToSeconds(Math.max(chunkUs, lastUs)));
  return ['#EXTM3U', '#EXT-X-VERSION:3', `#EXT-X-TARGETDURATION:${Math.max(1, longest)}`,
    '#EXT-X-MEDIA-SEQUENCE:0', '#EXT-X-PLAYLIST-TYPE:VOD', ...entries, '#EXT-X-ENDLIST', ''].join('\n');
}

/** The source in the folder of a transcoder. */
export const SOURCE = 'source';
const PLAYLIST = 'playlist.m3u8';
const WHOLE = 'video.mp4';
const LENGTH_SLACK_US = US_PER_S / 4;
