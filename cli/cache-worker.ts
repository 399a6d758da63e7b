/**
 * Replays a trace through one policy in a thread of its own: in a thread that has run many policies the
 * calls from the shared code into each of them are slow, and its figures would depend on which came before.
 */
import { parentPort, workerData } from 'node:worker_threads';
import type { RequestTrace } from '../models/cdn/analysis/trace.ts';
import { parseCacheOptions, type CacheOptions } from './cache-options.ts';
import { replayRows, type ReplayWay } from './cache-rows.ts';

/** What a thread is given. */
export interface CacheWorkerData {
  readonly options: CacheOptions;
  readonly policy: string;
  /** Columns in shared memory. */
  readonly trace: RequestTrace;
  readonly capacities: readonly number[];
  readonly way: ReplayWay;
}

const { options, policy, trace, capacities, way } = workerData as CacheWorkerData;
const create = parseCacheOptions(options).creator(policy);
parentPort!.postMessage(replayRows(trace, policy, capacities, create, way));
