import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { CPU_ENCODERS } from '../models/transcode/encoder-speeds.ts';
import type { Work } from './carrier.ts';
import type { Supervisor } from './children.ts';
import { encodeChunk, type ChunkOptions } from './encode-chunk.ts';
import { chunkEnding, NVENC_ENCODERS } from './encoder-arguments.ts';
import type { ObjectStore } from './object-store.ts';

/** A chunk to encode as it travels to a worker: where its source is in the object store, where it goes. */
export const chunkJob = z.strictObject({
  bucket: z.string(),
  /** Key of the whole video. */
  source: z.string(),
  startUs: z.number().min(0),
  lengthUs: z.number().positive(),
  /** Renditions that one decode makes of it. */
  outputs: z.array(z.strictObject({
    /** Key of the chunk: it says what it is and not who made it, so a chunk made twice is the same chunk. */
    key: z.string(),
    height: z.number().int().positive(),
    bitrate: z.number().positive(),
  })).min(1),
  encoder: z.enum([...CPU_ENCODERS, ...NVENC_ENCODERS]),
  /** Number of the GPU of its worker. */
  gpu: z.number().int().min(0).optional(),
});

/** A chunk to encode, parsed. */
export type ChunkJob = z.output<typeof chunkJob>;

/** What a worker has at hand. */
export interface Workbench {
  readonly supervisor: Supervisor;
  readonly store: ObjectStore;
  /** Where chunks lie while they are made. */
  readonly folder: string;
  /** Path of the video of a job. */
  readonly sourceOf: (job: ChunkJob, signal: AbortSignal) => Promise<string>;
  readonly chunks?: Partial<ChunkOptions>;
}

/**
 * Encodes chunks of videos and stores those that are whole. The first to store one is right: what a worker
 * brings that was thought dead changes nothing.
 */
export function chunkWork({ supervisor, store, folder, sourceOf, chunks }: Workbench): Work<ChunkJob> {
  let tries = 0;
  return async (job, watch) => {
    const ending = chunkEnding(job.encoder);
    tries += 1;
    const outputs = job.outputs.map(({ key, height, bitrate }, i) =>
      ({ key, file: join(folder, `try-${tries}-${i}.${ending}`), height, bitrate }));
    try {
      const source = await sourceOf(job, watch.signal);
      const work = { ...job, source, outputs };
      const outcome = await encodeChunk(supervisor, work, { ...chunks, ...watch });
      if (outcome.kind === 'encoded') {
        const type = ending === 'ts' ? 'video/mp2t' : 'video/mp4';
        for (const { key, file } of outputs) await store.putOnce(job.bucket, key, readFileSync(file), type);
      }
      return outcome;
    } finally {
      for (const { file } of outputs) rmSync(file, { force: true });
    }
  };
}
