import type { RunDocument, RunRecord } from '../models/core/run-record.ts';
import { STAGE_GRAPH, STAGES, type Stage } from '../models/transcode/graph.ts';
import { bandOf, ratioOf, SeriesIndex, timesOf, type BandPoint } from './series.ts';

/** A stage of the work on videos: what it waits for, how often it was done and how long it took. */
export interface StageRow {
  readonly stage: Stage;
  readonly after: readonly Stage[];
  readonly help: string;
  readonly runs: number;
  /** null when it was never done. [s] */
  readonly meanSeconds: number | null;
}

/** The stages of a run that transcodes, in the order of the work; empty for any other. */
export function stageRows(document: RunDocument): StageRow[] {
  if (!document.metrics.some(({ name }) => name === 'transcoding_stage_runs_total')) return [];
  const total = (name: string, stage: string) => document.metrics
    .filter((metric) => metric.name === name && metric.labels['stage'] === stage)
    .reduce((sum, { value }) => sum + value, 0);
  const jobs = document.metrics.filter(({ name }) => name === 'transcoding_duration_seconds');
  const count = jobs.reduce((sum, job) => sum + (job.count ?? 0), 0);
  const encodeSeconds = jobs.reduce((sum, job) => sum + job.value * (job.count ?? 0), 0);
  return STAGES.map((stage) => {
    const runs = stage === 'encode' ? count : total('transcoding_stage_runs_total', stage);
    const seconds = stage === 'encode' ? encodeSeconds : total('transcoding_stage_seconds_total', stage);
    return { stage, ...STAGE_GRAPH[stage], runs, meanSeconds: runs > 0 ? seconds / runs : null };
  });
}

/** What became of the work on one rung: whole jobs, and the tries that their chunks took. */
export interface ResolutionRow {
  readonly resolution: string;
  readonly jobs: MetricFigure | undefined;
  readonly tries: MetricFigure | undefined;
  /** Engine time of a try, mean; null where the farm has no engines. [s] */
  readonly engineSeconds: number | null;
}

type MetricFigure = RunDocument['metrics'][number];

/** Times of jobs and tries by resolution, in the order of the ladder; empty without transcoding. */
export function resolutionRows(document: RunDocument): ResolutionRow[] {
  const of = (name: string, resolution: string) =>
    document.metrics.find((one) => one.name === name && one.labels['resolution'] === resolution);
  return document.metrics.filter(({ name }) => name === 'transcoding_duration_seconds').map((jobs) => {
    const resolution = jobs.labels['resolution'] ?? '';
    const tries = of('transcoding_try_seconds', resolution);
    const engine = of('transcoding_try_engine_seconds_total', resolution);
    const count = tries?.count ?? 0;
    const engineSeconds = engine === undefined || count === 0 ? null : engine.value / count;
    return { resolution, jobs, tries, engineSeconds };
  });
}

/** Tries that came to nothing, by reason, without reasons that did not occur. */
export function failureRows(document: RunDocument): ReadonlyArray<readonly [reason: string, count: number]> {
  return document.metrics.filter(({ name, value }) => name === 'transcoding_failures' && value > 0)
    .map(({ labels, value }) => [labels['reason'] ?? '', value] as const);
}

/** Column of each stage in a drawing of the graph: one more than the furthest stage it waits for. */
export function stageColumns(): Readonly<Record<Stage, number>> {
  const columns: Partial<Record<Stage, number>> = {};
  // Stages are listed after those that they wait for.
  for (const stage of STAGES) {
    columns[stage] = Math.max(-1, ...STAGE_GRAPH[stage].after.map((before) => columns[before]!)) + 1;
  }
  return columns as Record<Stage, number>;
}

/** A step in the life of the backlog: the mean of the windows in it, median over replications. */
export interface BacklogStep {
  readonly fromSeconds: number;
  readonly toSeconds: number;
  readonly queued: number;
  /** The most of any window. */
  readonly most: number;
  readonly busy: number | null;
  readonly inTime: number | null;
}

/** The backlog of a run in at most so many steps of equal length; empty when it does not transcode. */
export function backlogSteps(series: RunRecord['series'], steps: number): BacklogStep[] {
  const index = new SeriesIndex(series);
  const queued = index.sum('transcoding_jobs_queued');
  if (queued === undefined) return [];
  const times = timesOf([queued]);
  const points = bandOf(queued, times);
  // A pool has workers, a fleet engines.
  const busy = ratioOf(index.sum('transcoding_chunks_running'), index.sum('transcoding_workers'))
    ?? ratioOf(index.sum('transcoding_engine_busy_seconds_total:rate'),
      index.sum('transcoding_engine_seconds_total:rate'));
  const shares = [busy, index.sum('sli:transcoding_within_sla')].map((curve) =>
    (curve === undefined ? [] : bandOf(curve, times)));
  const each = windowsInStep(times, steps);
  const rows: BacklogStep[] = [];
  for (let from = 0; from + 1 < times.length; from += each) {
    const to = Math.min(from + each, times.length - 1);
    const [running, inTime] = shares.map((share) => mean(share.slice(from + 1, to + 1)));
    const own = points.slice(from + 1, to + 1);
    rows.push({
      fromSeconds: times[from]!, toSeconds: times[to]!, queued: mean(own) ?? 0,
      most: Math.max(...own.map(({ median }) => median ?? 0)), busy: running!, inTime: inTime!,
    });
  }
  return rows;
}

/** Windows in a step: as many as make a round time, and no more steps than asked for. */
function windowsInStep(times: readonly number[], steps: number): number {
  const windows = times.length - 1;
  const span = times.at(-1)! - times[0]!;
  const round = ROUND_S.find((seconds) => seconds * steps >= span) ?? span / steps;
  return Math.max(1, Math.ceil(windows / steps), Math.round((round * windows) / span));
}

const ROUND_S = [60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 14_400, 21_600, 43_200, 86_400];

function mean(points: readonly BandPoint[]): number | null {
  const known = points.flatMap(({ median }) => (median === null ? [] : [median]));
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}
