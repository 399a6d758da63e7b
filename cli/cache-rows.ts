import { missRatioCurve, type CreatePolicy, type Sampling } from '../models/cdn/analysis/curve.ts';
import { replay, type ReplayCounts } from '../models/cdn/analysis/replay.ts';
import { lruCounts } from '../models/cdn/analysis/reuse-distance.ts';
import type { RequestTrace } from '../models/cdn/analysis/trace.ts';
import { estimateMean } from '../models/core/statistics.ts';
import type { CacheReplayRow } from '../reports/cache-replay.ts';

/** How a policy meets a trace. */
export interface ReplayWay {
  /** Of what one pass does not give; null: all of it. */
  readonly sampling: Sampling | null;
  /** One pass for all sizes, by the distances of reuse: LRU can. */
  readonly onePass: boolean;
}

/**
 * What a policy makes of a trace at several sizes: whole replays, from samples drawn once for all sizes, or
 * one pass for all sizes where that is exact.
 */
export function replayRows(
  trace: RequestTrace, policy: string, capacities: readonly number[], create: CreatePolicy,
  { sampling, onePass }: ReplayWay,
): CacheReplayRow[] {
  if (onePass) return onePassRows(trace, policy, capacities, create, sampling);
  if (sampling === null) return capacities.map((capacity) => exactRow(trace, policy, capacity, create));
  return missRatioCurve(trace, capacities, create, sampling)
    .map((point) => ({ policy, ...point, ...UNCOUNTED, method: 'samples' }));
}

/** A shorter replay says more of the warming up than of the policy. */
const SHORTEST_S = 0.1;
const UNCOUNTED = { misses: null, missedBytes: null, evictions: null, requestsPerSecond: null };

/** Sizes for which one pass is not exact (an object is larger, or has two sizes) go the other ways. */
function onePassRows(
  trace: RequestTrace, policy: string, capacities: readonly number[], create: CreatePolicy,
  sampling: Sampling | null,
): CacheReplayRow[] {
  const counts = lruCounts(trace, capacities);
  const others = capacities.filter((_capacity, i) => counts[i] === undefined);
  const replayed = replayRows(trace, policy, others, create, { sampling, onePass: false });
  return counts.map((found, i) => (found === undefined
    ? replayed.shift()!
    : { ...countedRow(policy, capacities[i]!, found), method: 'reuseDistances', requestsPerSecond: null }));
}

function countedRow(policy: string, capacity: number, counts: ReplayCounts) {
  const { misses, missedBytes, evictions, requests, bytes } = counts;
  return {
    policy, capacity, misses, missedBytes, evictions,
    missRatio: estimateMean([misses / requests]),
    byteMissRatio: estimateMean([missedBytes / bytes]),
  };
}

function exactRow(
  trace: RequestTrace, policy: string, capacity: number, create: CreatePolicy,
): CacheReplayRow {
  const cacheUnderTest = create(capacity, trace);
  const startMs = performance.now();
  const counts = replay(cacheUnderTest, trace);
  const seconds = (performance.now() - startMs) / 1000;
  return {
    ...countedRow(policy, capacity, counts), method: 'replay',
    requestsPerSecond: seconds < SHORTEST_S ? null : counts.requests / seconds,
  };
}
