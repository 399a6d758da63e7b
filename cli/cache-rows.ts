import { missRatioCurve, type CreatePolicy, type Sampling } from '../models/cdn/analysis/curve.ts';
import { replay } from '../models/cdn/analysis/replay.ts';
import type { RequestTrace } from '../models/cdn/analysis/trace.ts';
import { estimateMean } from '../models/core/statistics.ts';
import type { CacheReplayRow } from '../reports/cache-replay.ts';

/**
 * What a policy makes of a trace at several sizes: whole replays, or from samples drawn once for all sizes.
 */
export function replayRows(
  trace: RequestTrace, policy: string, capacities: readonly number[], create: CreatePolicy,
  sampling: Sampling | null,
): CacheReplayRow[] {
  if (sampling === null) return capacities.map((capacity) => exactRow(trace, policy, capacity, create));
  return missRatioCurve(trace, capacities, create, sampling)
    .map((point) => ({ policy, ...point, ...UNCOUNTED }));
}

/** A shorter replay says more of the warming up than of the policy. */
const SHORTEST_S = 0.1;
const UNCOUNTED = { misses: null, missedBytes: null, evictions: null, requestsPerSecond: null };

function exactRow(
  trace: RequestTrace, policy: string, capacity: number, create: CreatePolicy,
): CacheReplayRow {
  const cacheUnderTest = create(capacity, trace);
  const startMs = performance.now();
  const { misses, missedBytes, evictions, requests, bytes } = replay(cacheUnderTest, trace);
  const seconds = (performance.now() - startMs) / 1000;
  return {
    policy, capacity, misses, missedBytes, evictions,
    missRatio: estimateMean([misses / requests]),
    byteMissRatio: estimateMean([missedBytes / bytes]),
    requestsPerSecond: seconds < SHORTEST_S ? null : requests / seconds,
  };
}
