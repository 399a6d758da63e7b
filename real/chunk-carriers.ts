import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Us } from '../models/core/units.ts';
import type { TranscodeParams } from '../models/transcode/params.ts';
import { BullmqCarrier } from './bullmq.ts';
import { LocalCarrier, type Carrier } from './carrier.ts';
import { describeExit, type SupervisedChild, type Supervisor } from './children.ts';
import { chunkWork, type ChunkJob } from './chunk-work.ts';
import { chunkQueue, type ChunkWorkerConfig, type FromChunkWorker } from './chunk-worker.ts';
import type { ChunkOptions } from './encode-chunk.ts';
import type { ObjectStore, S3Endpoint } from './object-store.ts';
import { checkRedis, epitaph, startRedis } from './redis.ts';
import { MOST_PER_CORE, type RealFarm } from './transcode-farm.ts';
import { SOURCE } from './transcoder.ts';

/** How chunks come to workers: BullMQ on a Redis of our own or on another, with workers of the run's own. */
export interface BullmqWish {
  /** A Redis instead of one of our own. */
  readonly redisUrl?: string | undefined;
  /** Worker processes that the run starts; otherwise one for each chunk that its farm and cores can hold. */
  readonly workers?: number | undefined;
  /** Called with every worker process that is started; tests use it to kill them. */
  readonly onWorker?: (child: SupervisedChild) => void;
}

/** What carriers of chunks are made with. */
export interface CarrierSetting {
  readonly transcode: TranscodeParams;
  /** What encodes on this machine. */
  readonly engines: RealFarm['engines'];
  readonly supervisor: Supervisor;
  readonly store: ObjectStore;
  readonly endpoint: S3Endpoint;
  readonly bucket: string;
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
}

/** Encodes in this process, one ffmpeg for each chunk. */
export function carryHere(setting: CarrierSetting, chunks: Partial<ChunkOptions>): Carrier<ChunkJob> {
  const { supervisor, store, folder, signal } = setting;
  const sourceOf = async () => join(folder, SOURCE);
  return new LocalCarrier(chunkWork({ supervisor, store, folder, sourceOf, chunks }), signal);
}

/**
 * Encodes on worker processes that take chunks from a BullMQ queue: started here, elsewhere by `weir real
 * worker`, or both. Throws MissingRequirementError when Redis or a package is not there.
 */
export async function carryByBullmq(setting: CarrierSetting, wish: BullmqWish): Promise<Carrier<ChunkJob>> {
  const { transcode: { queue }, supervisor, endpoint, bucket, log } = setting;
  const broken = new AbortController();
  const signal = AbortSignal.any([setting.signal, broken.signal]);
  let redisUrl = wish.redisUrl;
  if (redisUrl === undefined) {
    const redis = await startRedis(supervisor, signal);
    redisUrl = redis.url;
    void redis.child.closed.then((exit) => broken.abort(new Error(epitaph(redis.child, describeExit(exit)))));
  } else await checkRedis(redisUrl);
  const carrier = await BullmqCarrier.open<ChunkJob>({
    url: redisUrl, queue: chunkQueue(endpoint), run: bucket,
    lookEvery: Math.min(queue.leaseCheck, LOOK_US), signal, log,
  });
  const count = wish.workers ?? roomHere(setting);
  const { lease, leaseCheck } = queue;
  const crew = new Crew(supervisor, { redisUrl, endpoint, atOnce: 1, lease, leaseCheck }, {
    log, onWorker: wish.onWorker, onBroken: (error) => broken.abort(error),
  });
  const close = async () => {
    await crew.stop();
    await carrier.close();
  };
  try {
    await crew.start(count);
  } catch (error) {
    await close();
    throw error;
  }
  log(`chunks go through BullMQ on ${URL.parse(redisUrl)!.host}; workers of this run: ${count}`);
  return { watchesLeases: carrier.watchesLeases, carry: (parcel) => carrier.carry(parcel), close };
}

interface CrewPorts {
  readonly log: (line: string) => void;
  readonly onWorker: ((child: SupervisedChild) => void) | undefined;
  /** Workers end again and again. */
  readonly onBroken: (error: Error) => void;
}

/** The worker processes of a run; one that ends before the run does is replaced. */
class Crew {
  readonly #supervisor: Supervisor;
  readonly #config: ChunkWorkerConfig;
  readonly #ports: CrewPorts;
  readonly #workers = new Set<SupervisedChild>();
  #replaced = 0;
  #stopping = false;

  constructor(supervisor: Supervisor, config: ChunkWorkerConfig, ports: CrewPorts) {
    this.#supervisor = supervisor;
    this.#config = config;
    this.#ports = ports;
  }

  /** Returns when all are ready. */
  async start(count: number): Promise<void> {
    await Promise.all(Array.from({ length: count }, () => this.#hire()));
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all([...this.#workers].map((child) => child.stop()));
  }

  async #hire(): Promise<void> {
    const { log, onWorker } = this.#ports;
    const child = this.#supervisor.spawn({
      name: 'worker', command: process.execPath, args: [PROGRAM], ipc: true, graceMs: GRACE_MS,
    });
    this.#workers.add(child);
    onWorker?.(child);
    const ready = new Promise<void>((resolve, reject) => {
      child.process.on('message', (message: FromChunkWorker) => {
        if (message.kind === 'ready') resolve();
        else log(message.line);
      });
      void child.closed.then((exit) => {
        this.#workers.delete(child);
        reject(new Error(epitaph(child, describeExit(exit))));
      });
    });
    child.process.send(this.#config);
    await ready;
    void child.closed.then((exit) => {
      if (!this.#stopping) this.#replace(epitaph(child, describeExit(exit)));
    });
  }

  #replace(problem: string): void {
    this.#ports.log(problem);
    if (++this.#replaced > MOST_REPLACED) {
      this.#ports.onBroken(new Error(`workers end again and again; the last ${problem}`));
      return;
    }
    this.#hire().catch((error: unknown) => {
      if (!this.#stopping) this.#ports.onBroken(error as Error);
    });
  }
}

/** Chunks that the farm encodes at once on this machine. */
function roomHere({ transcode: { farm }, engines }: CarrierSetting): number {
  const room = farm.kind === 'pool' ? farm.workers : engines.reduce((sum, { count }) => sum + count, 0);
  return Math.max(1, Math.min(room, MOST_PER_CORE * availableParallelism()));
}

const PROGRAM = fileURLToPath(new URL('./chunk-worker-process.ts', import.meta.url));
const GRACE_MS = 3_000;
const MOST_REPLACED = 20;
const LOOK_US: Us = 5_000_000;
