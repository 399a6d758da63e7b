import { createHash } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Us } from '../models/core/units.ts';
import { serveJobs, type Serving } from './bullmq.ts';
import { Supervisor } from './children.ts';
import { chunkJob, chunkWork, type ChunkJob } from './chunk-work.ts';
import { ObjectStore, type S3Endpoint } from './object-store.ts';
import { requireProgram } from './setup.ts';

/** What a worker that encodes chunks is told; it goes to worker processes as it is. */
export interface ChunkWorkerConfig {
  readonly redisUrl: string;
  readonly endpoint: S3Endpoint;
  /** Encodes at once. */
  readonly atOnce: number;
  readonly lease: Us;
  readonly leaseCheck: Us;
}

/** What a worker process says to the run that started it. */
export type FromChunkWorker =
  | { readonly kind: 'ready'; readonly name: string }
  | { readonly kind: 'log'; readonly line: string };

/** Queue of the chunks that lie in a store: runs with other stores on the same Redis have others. */
export function chunkQueue({ url }: S3Endpoint): string {
  return `chunks-${createHash('sha256').update(url).digest('hex').slice(0, 12)}`;
}

/**
 * Takes chunks from the queue, encodes them by ffmpeg and stores them, until it is drained. Throws
 * MissingRequirementError when ffmpeg, the object store or BullMQ is not there.
 */
export async function startChunkWorker(
  config: ChunkWorkerConfig, log: (line: string) => void,
): Promise<Serving> {
  requireProgram('ffmpeg');
  requireProgram('ffprobe');
  const store = new ObjectStore(config.endpoint);
  const supervisor = new Supervisor();
  try {
    await store.checkReachable();
    const folder = supervisor.temporaryDirectory(`worker-${process.pid}`);
    const sources = new Sources(store, folder, config.atOnce + SPARE_SOURCES);
    const work = chunkWork({ supervisor, store, folder, sourceOf: (job) => sources.get(job) });
    const { redisUrl: url, atOnce, lease, leaseCheck } = config;
    const serving = await serveJobs(work, {
      url, queue: chunkQueue(config.endpoint), atOnce, lease, leaseCheck, log,
      parse: (data) => chunkJob.parse(data),
    });
    return {
      name: serving.name,
      drain: async () => {
        await serving.drain();
        store.close();
        await supervisor.stop();
      },
    };
  } catch (error) {
    store.close();
    await supervisor.stop();
    throw error;
  }
}

/** Videos fetched from the store, each once for all of its chunks; the one used longest ago goes first. */
class Sources {
  readonly #store: ObjectStore;
  readonly #folder: string;
  readonly #most: number;
  readonly #files = new Map<string, Promise<string>>();
  #fetched = 0;

  constructor(store: ObjectStore, folder: string, most: number) {
    this.#store = store;
    this.#folder = folder;
    this.#most = most;
  }

  /** Path of the video of a job. */
  async get({ bucket, source }: ChunkJob): Promise<string> {
    const name = `${bucket}/${source}`;
    const file = this.#files.get(name) ?? this.#fetch(bucket, source);
    this.#files.delete(name);
    this.#files.set(name, file);
    // What could not be fetched is fetched again for the next job.
    file.catch(() => this.#files.get(name) === file && this.#files.delete(name));
    const oldest = this.#files.keys().next().value!;
    if (this.#files.size > this.#most) {
      const gone = this.#files.get(oldest)!;
      this.#files.delete(oldest);
      gone.then((path) => rmSync(path, { force: true }), () => {});
    }
    return file;
  }

  async #fetch(bucket: string, key: string): Promise<string> {
    const path = join(this.#folder, `source-${++this.#fetched}`);
    writeFileSync(path, await this.#store.get(bucket, key));
    return path;
  }
}

const SPARE_SOURCES = 2;
