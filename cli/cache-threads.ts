import { Worker } from 'node:worker_threads';
import type { RequestTrace } from '../models/cdn/analysis/trace.ts';
import type { CacheReplayRow } from '../reports/cache-replay.ts';
import type { CacheWorkerData } from './cache-worker.ts';

/** Runs a policy in a thread of its own; rejects when the thread breaks, gives null when it was stopped. */
export function replayInThread(data: CacheWorkerData, signal: AbortSignal): Promise<CacheReplayRow[] | null> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./cache-worker.ts', import.meta.url), { workerData: data });
    const stop = () => {
      resolve(null);
      void worker.terminate();
    };
    signal.addEventListener('abort', stop, { once: true });
    worker.once('message', (rows: CacheReplayRow[]) => resolve(rows));
    worker.once('error', reject);
    worker.once('exit', () => {
      signal.removeEventListener('abort', stop);
      reject(new Error(`the replay of ${data.policy} ended without a result`)); // unless it has given one
    });
  });
}

/** The same trace with its columns in memory that threads share. */
export function shared(trace: RequestTrace): RequestTrace {
  const objects = new Int32Array(new SharedArrayBuffer(trace.objects.byteLength));
  objects.set(trace.objects);
  return {
    objects, sizes: sharedDoubles(trace.sizes),
    ...(trace.times === undefined ? {} : { times: sharedDoubles(trace.times) }),
  };
}

function sharedDoubles(values: Float64Array): Float64Array {
  const copy = new Float64Array(new SharedArrayBuffer(values.byteLength));
  copy.set(values);
  return copy;
}
