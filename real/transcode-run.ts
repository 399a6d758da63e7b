import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import { Fingerprint } from '../models/core/fingerprint.ts';
import { MetricSet } from '../models/core/metrics.ts';
import type { ParameterProvenance, Provenance, RunRecord } from '../models/core/run-record.ts';
import { US_PER_S } from '../models/core/units.ts';
import { computeSlis, sliSeries, summariseRun } from '../models/operations/run-summary.ts';
import { engineSeconds } from '../models/transcode/fleet-metrics.ts';
import { createTasks } from '../models/transcode/task.ts';
import type { TranscodingPlan } from '../scenarios/plan.ts';
import { Supervisor } from './children.ts';
import { carryByBullmq, carryHere, type BullmqWish } from './chunk-carriers.ts';
import { RunClock } from './clock.ts';
import type { ChunkOptions } from './encode-chunk.ts';
import { probeMedia, runFfmpeg } from './ffmpeg.ts';
import { abortOnInterrupt } from './interrupt.ts';
import { startMinio } from './minio.ts';
import { InterruptedError } from './missing-requirement.ts';
import { ObjectStore, parseS3Url } from './object-store.ts';
import { createFarm, type RealFarm } from './transcode-farm.ts';
import { Transcoder } from './transcoder.ts';

/** What a caller may want of a real transcoding run beside its result. */
export interface TranscodeRunOptions {
  readonly provenance: Provenance;
  readonly signal?: AbortSignal;
  readonly log?: (line: string) => void;
  /** An S3 endpoint instead of a MinIO of our own. */
  readonly s3Url?: string | undefined;
  /** A clip instead of the scenario's; without either, a synthetic one is made. */
  readonly clip?: string | undefined;
  /** Folder for tasks.jsonl: every try of a chunk with its time. */
  readonly outDir?: string | undefined;
  /** Called with the store before it is cleared. */
  readonly look?: (store: ObjectStore, bucket: string) => Promise<void>;
  /** Encode on workers behind a BullMQ queue instead of in this process. */
  readonly bullmq?: BullmqWish | undefined;
  /** How encoders of this process are started and watched; tests use it to break them. */
  readonly chunks?: Partial<ChunkOptions>;
}

/**
 * Transcodes one clip for real, through an object store, by the components that simulation uses: pipeline,
 * queue, dispatcher and farm. Throws MissingRequirementError (status 5) when something is not there.
 */
export async function runTranscode(plan: TranscodingPlan, options: TranscodeRunOptions): Promise<RunRecord> {
  const startedMs = performance.now();
  const interrupts = abortOnInterrupt();
  const signal =
    options.signal === undefined ? interrupts.signal : AbortSignal.any([options.signal, interrupts.signal]);
  const supervisor = new Supervisor();
  const log = options.log ?? (() => {});
  let clear: () => Promise<void> = async () => {};
  let closeCarrier: () => Promise<void> = async () => {};
  try {
    const clip = await clipOf(plan, options, supervisor, signal, log);
    const metrics = new MetricSet();
    const tasks = createTasks();
    const made = await createFarm({
      plan, tasks, metrics, supervisor, signal, log, isShared: options.bullmq?.redisUrl !== undefined,
    });
    const endpoint = options.s3Url === undefined ? (await startMinio(supervisor, signal)).endpoint
      : parseS3Url(options.s3Url, process.env);
    const store = new ObjectStore(endpoint);
    const bucket = `weir-${randomBytes(6).toString('hex')}`;
    await store.checkReachable();
    await store.createBucket(bucket);
    clear = async () => {
      await store.deletePrefix(bucket, '');
      await store.deleteBucket(bucket);
      store.close();
    };
    const clock = new RunClock();
    metrics.sample(0);
    const { farm, encoderOf, engines, probes } = made;
    const folder = supervisor.temporaryDirectory('transcode');
    const setting = {
      transcode: plan.scenario.transcode, engines, supervisor, store, endpoint, bucket, folder, signal, log,
    };
    const carrier = options.bullmq === undefined ? carryHere(setting, options.chunks ?? {})
      : await carryByBullmq(setting, options.bullmq);
    closeCarrier = () => carrier.close();
    const transcoder = new Transcoder({
      plan, farm, tasks, encoderOf, carrier, metrics, clock, supervisor, store, bucket, folder, signal, log,
    });
    await store.put(bucket, RAW, readFileSync(clip), 'video/mp4');
    log(`uploaded ${basename(clip)}`);
    clock.restart();
    await transcoder.transcode(RAW, await probeMedia(supervisor, clip, signal));
    transcoder.close();
    const seconds = clock.now() / US_PER_S;
    for (const { name, count } of engines) metrics.add(metrics.bind(engineSeconds, name), count * seconds);
    await options.look?.(store, bucket);
    return recordOf({ plan, options, clip, probes, transcoder, metrics, endedAt: clock.now(), startedMs });
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new InterruptedError('the real run was interrupted before it had anything to report', {
      cause: error,
    });
  } finally {
    await closeCarrier();
    await clear().catch(() => log('could not remove the bucket'));
    await supervisor.stop();
    interrupts.dispose();
  }
}

interface Finished {
  readonly plan: TranscodingPlan;
  readonly options: TranscodeRunOptions;
  readonly clip: string;
  readonly probes: RealFarm['probes'];
  readonly transcoder: Transcoder;
  readonly metrics: MetricSet;
  readonly endedAt: number;
  readonly startedMs: number;
}

function recordOf(finished: Finished): RunRecord {
  const { plan, options, clip, probes, transcoder, metrics, endedAt, startedMs } = finished;
  metrics.sample(endedAt);
  const { run, name, title, transcode } = plan.scenario;
  if (options.outDir !== undefined) {
    mkdirSync(options.outDir, { recursive: true });
    const lines = transcoder.tried.map((one) => `${JSON.stringify(one)}\n`);
    writeFileSync(join(options.outDir, 'tasks.jsonl'), lines.join(''));
  }
  const hash = new Fingerprint();
  transcoder.tried.forEach((one, i) => hash.add(Math.round(one.startedSeconds * US_PER_S), one.chunk, i));
  const sha256 = createHash('sha256').update(readFileSync(clip)).digest('hex');
  const provenance = {
    ...options.provenance,
    inputs: [...options.provenance.inputs, { path: basename(clip), sha256 }],
    parameters: [...options.provenance.parameters, ...machineParameters(probes, options)],
  };
  return summariseRun({
    scenario: name, title, world: 'real', seed: run.seed, parts: ['transcoding'],
    fidelity: transcode.fidelity, scale: 1, complete: true, warmupSeconds: 0,
    wallSeconds: (performance.now() - startedMs) / 1000, provenance, slos: plan.slos,
  }, [{
    slis: computeSlis(metrics.view(endedAt)), metrics: metrics.export(endedAt),
    series: [...metrics.series(), ...sliSeries(metrics.windows())], sessions: [], logs: [],
    fingerprint: hash.digest(), events: transcoder.tried.length, simulatedSeconds: endedAt / US_PER_S,
    warnings: [],
  }]);
}

/** What the machine is, for the record: cores, and hardware encoders that do not work here. */
function machineParameters(
  probes: RealFarm['probes'], { bullmq }: TranscodeRunOptions,
): ParameterProvenance[] {
  const parameter = (path: string, value: string): ParameterProvenance =>
    ({ path, value, unit: 'name', origin: 'default', source: 'probed on this machine' });
  return [
    parameter('real.cores', String(availableParallelism())),
    parameter('real.queue', bullmq === undefined ? 'in process' : 'BullMQ on Redis'),
    ...probes.map((one) => parameter(`real.${one.name}`, one.usable ? 'works' : `${one.absence}`)),
  ];
}

async function clipOf(
  plan: TranscodingPlan, options: TranscodeRunOptions, supervisor: Supervisor, signal: AbortSignal,
  log: (line: string) => void,
): Promise<string> {
  const named = options.clip ?? plan.clip;
  if (named !== undefined && existsSync(named)) return named;
  const { sources, duration } = plan.scenario.upload;
  const { height, frames } = sources[0]!;
  const seconds = duration.law === 'constant' ? duration.value / US_PER_S : 20;
  const clip = join(supervisor.temporaryDirectory('clip'), 'testsrc2.mp4');
  const width = 2 * Math.round((height * 16) / 18);
  log(`there is no clip: ${seconds} s of a test picture of ${height} lines are made`);
  const source = `testsrc2=size=${width}x${height}:rate=${frames}:duration=${seconds}`;
  await runFfmpeg(supervisor, ['-y', '-f', 'lavfi', '-i', source, '-c:v', 'libx264', '-preset', 'ultrafast',
    '-pix_fmt', 'yuv420p', clip], { signal });
  return clip;
}

const RAW = 'uploads/v/original.mp4';
