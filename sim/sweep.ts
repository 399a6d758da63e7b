import type { RunDocument } from '../models/core/run-record.ts';
import { indicatorOf } from '../models/operations/indicator.ts';
import type { ReplicationOutcome } from '../models/operations/run-summary.ts';
import { packPlan } from '../scenarios/packed-plan.ts';
import type { DesignsData } from './design-worker.ts';
import type { Design } from './designs.ts';
import { PointStore } from './experiments/point-store.ts';
import { runExperiment } from './experiments/pool.ts';
import { experimentKey, type ParallelOptions } from './parallel.ts';
import { createSelector, type Selected, type SelectionMethod, type Selector } from './selection.ts';
import { summariseSimulation } from './summary.ts';

/** A point of a sweep: a scenario with one combination of values. */
export interface SweptPoint extends Design {
  readonly name: string;
}

/** Options of a sweep. */
export interface SweepOptions extends Pick<ParallelOptions, 'workers' | 'signal' | 'onProgress'> {
  /** Keeps what was computed; the same points are not run again. */
  readonly cache?: {
    readonly folder: string;
    /** Short name of everything that a point's outcomes depend on. */
    readonly nameOf: (key: string) => string;
    /** Stands for the program that computed them. */
    readonly version: string;
  };
  /** Runs as many replications of each point as it takes to find the best, rather than as many of all. */
  readonly selection?: {
    readonly by: string;
    readonly method: SelectionMethod;
    /** Most replications of a point, and those of every point before any is preferred. */
    readonly most: number;
    readonly first: number;
  };
}

/** What a sweep has come to. */
export interface SweepResult {
  /** A document for each point, over as many replications as were run of it. */
  readonly runs: readonly RunDocument[];
  readonly selected: Selected | undefined;
  readonly complete: boolean;
  /** Replications that count, and how many of them were known before. */
  readonly replications: number;
  readonly known: number;
}

/**
 * Runs all points of a sweep on common random numbers over worker threads. The first replication of every
 * point comes before the second of any; results are the same whatever the number of workers and whatever was
 * known before.
 */
export async function simulateSweep(
  points: readonly SweptPoint[], options: SweepOptions,
): Promise<SweepResult> {
  const { workers, signal, onProgress, cache, selection } = options;
  const { replications } = points[0]!.plan.scenario.run;
  const most = selection?.most ?? replications;
  const selector = selection === undefined ? undefined : selectorOf(points, selection, workers);
  const numberOf = (point: number, replication: number) => replication * points.length + point;
  const startedMs = performance.now();
  const store = cache === undefined ? undefined : storeOf(points, cache);
  const known = new Set(store?.finished.keys() ?? []);
  const result = await runExperiment<DesignsData, ReplicationOutcome>({
    module: new URL('./point-worker.ts', import.meta.url),
    data: { plans: points.map(({ plan }) => packPlan(plan)) },
    replications: most * points.length,
    workers,
    ...(store === undefined ? {} : { store }),
    ...(signal === undefined ? {} : { signal }),
    ...(onProgress === undefined ? {} : { onProgress }),
    ...(selector === undefined ? {} : {
      next: (finished: ReadonlyMap<number, ReplicationOutcome>) => selector
        .next((point, r) => valueOf(finished.get(numberOf(point, r)), points[point]!, selection!.by))
        .map(({ design, replication }) => numberOf(design, replication)),
    }),
  });
  const wallSeconds = (performance.now() - startedMs) / 1000;
  const { finished } = result;
  const counts = points.map(({ name }, i) =>
    selector?.result?.replications[name] ?? leading((r) => finished.has(numberOf(i, r)), most));
  // Of a sweep that was stopped, points are compared on the replications that all have.
  const common = selector?.result === undefined ? Math.min(...counts) : Infinity;
  const used = counts.map((count) => Math.min(count, common));
  const runs = points.map(({ plan, provenance }, i) => {
    const outcomes = Array.from({ length: used[i]! }, (_, r) => finished.get(numberOf(i, r))!);
    return summariseSimulation(plan, provenance, wallSeconds, {
      outcomes, partial: undefined, complete: result.complete,
    }).document;
  });
  const counted = used.flatMap((count, i) => Array.from({ length: count }, (_, r) => numberOf(i, r)));
  return {
    runs, selected: selector?.result, complete: result.complete, replications: counted.length,
    known: counted.filter((number) => known.has(number)).length,
  };
}

function storeOf(
  points: readonly SweptPoint[], { folder, nameOf, version }: NonNullable<SweepOptions['cache']>,
) {
  return new PointStore<ReplicationOutcome>(folder, points.map(({ plan, provenance }) => {
    const key = nameOf(JSON.stringify([version, experimentKey(plan, provenance)]));
    return { name: key, key };
  }));
}

function selectorOf(
  points: readonly SweptPoint[], { by, method, most, first }: NonNullable<SweepOptions['selection']>,
  workers: number,
): Selector {
  const { better } = indicatorOf({ slis: {}, costs: [], replications: 0 }, by);
  return createSelector({
    designs: points.map(({ name }) => name), best: better === 'lower' ? 'smallest' : 'largest',
    method, most, first, atOnce: 2 * workers,
  });
}

/** A figure of one replication; undefined while it was not run. */
function valueOf(outcome: ReplicationOutcome | undefined, { plan, provenance }: SweptPoint, by: string) {
  if (outcome === undefined) return undefined;
  const own = outcome.slis[by];
  if (own !== undefined) return own;
  const { document } = summariseSimulation(plan, provenance, 0, {
    outcomes: [outcome], partial: undefined, complete: true,
  });
  const { value } = indicatorOf(document, by);
  if (value === null) throw new MissingFigureError(`${by} was not observed in every replication`);
  return value;
}

/** A selection needs a figure that some replication does not have. */
export class MissingFigureError extends Error {}

/** How many are there from 0 on without a gap. */
function leading(has: (index: number) => boolean, most: number): number {
  let count = 0;
  while (count < most && has(count)) count++;
  return count;
}
