import { joinDigests } from '../models/core/fingerprint.ts';
import {
  MetricSet, type MetricDeclaration, type MetricGain, type MetricMark,
} from '../models/core/metrics.ts';
import { joinPlaceRows, type PlaceRow } from '../models/core/place-row.ts';
import type { Labels } from '../models/core/labels.ts';
import type { SessionLog, SessionRow } from '../models/core/run-record.ts';
import { US_PER_S, type Us } from '../models/core/units.ts';
import { computeSlis, sliSeries, type ReplicationOutcome } from '../models/operations/run-summary.ts';
import { SessionSample } from '../models/player/session-sample.ts';
import { isTranscoding, isWatched, type ScenarioPlan } from '../scenarios/plan.ts';

/** A part of the viewers that is simulated by itself: those of one regional and its edges. */
export interface Shard {
  /** The regional, counted from 0. */
  readonly index: number;
  readonly count: number;
}

/** What the metrics of a run gained from one mark to the next. */
export interface MarkedSpan {
  /** What the mark at its end was made for. */
  readonly kind: 'sample' | 'measure' | 'end';
  readonly atUs: Us;
  readonly gains: readonly MetricGain[];
}

/** What a shard leaves behind; plain data. */
export interface ShardOutcome {
  readonly metrics: ReadonlyArray<{ readonly declaration: MetricDeclaration; readonly labels: Labels }>;
  readonly spans: readonly MarkedSpan[];
  readonly sessions: readonly SessionRow[];
  readonly logs: readonly SessionLog[];
  readonly fingerprint: string;
  readonly events: number;
  readonly simulatedSeconds: number;
  readonly warnings: readonly string[];
  readonly places?: readonly PlaceRow[];
}

/**
 * Into how many shards a run falls: one for each regional with its edges, where nothing that one of them does
 * reaches another; else 1. What does: a shield that they share, an origin that can be full, edges whose
 * viewers are sent elsewhere when they are full or down, operations on all caches at once, links shared by
 * viewers of several edges, and whatever looks at the whole platform while it runs or of all its requests.
 */
export function shardsOf(plan: ScenarioPlan): number {
  if (!isWatched(plan) || isTranscoding(plan)) return 1;
  const { cdn, content, monitoring } = plan.scenario;
  const { origin, edge, regional, providers } = cdn;
  const isCoupled = cdn.shield.enabled || origin.bandwidth !== undefined || origin.requestsPerS !== undefined
    || cdn.outages.length > 0 || cdn.claims !== undefined
    || edge.server.appliance !== undefined || edge.server.nic !== undefined
    || content.operations.length > 0 || monitoring !== undefined || plan.scenario.metadata !== undefined
    || plan.scenario.search !== undefined || plan.scenario.recommendations !== undefined
    || plan.scenario.faults.length > 0
    || plan.networks.some((network) => network.viewersPerLink > 1);
  return isCoupled || edge.nodes < regional.nodes ? 1 : regional.nodes * providers.length;
}

/** What was gained from each mark of a set to the next, up to `now`. */
export function spansOf(metrics: MetricSet, now: Us): MarkedSpan[] {
  const { samples, baseline } = metrics.save();
  const marks = samples.map((mark) => ({ kind: 'sample' as MarkedSpan['kind'], mark }));
  if (baseline.intervals > 0) marks.push({ kind: 'measure', mark: baseline });
  marks.sort((a, b) => a.mark.intervals - b.mark.intervals);
  marks.push({ kind: 'end', mark: metrics.mark(now) });
  return marks.map(({ kind, mark }, i) => {
    return { kind, atUs: mark.atUs, gains: metrics.gains(marks[i - 1]?.mark ?? NOTHING, mark) };
  });
}

/** Before anything was counted. */
const NOTHING: MetricMark = {
  atUs: 0, values: new Float64Array(0), areas: new Float64Array(0), intervals: 0,
};

/** One outcome from those of all shards, in their order: the same whatever thread ran which. */
export function mergeShards(plan: ScenarioPlan, shards: readonly ShardOutcome[]): ReplicationOutcome {
  const metrics = mergeMetrics(shards);
  const sample = new SessionSample();
  for (const row of shards.flatMap(({ sessions }) => sessions)) sample.add(row);
  const endUs = Math.max(...shards.map((shard) => shard.spans.at(-1)!.atUs));
  return {
    slis: computeSlis(metrics.view(endUs)),
    metrics: metrics.export(endUs),
    series: [...metrics.series(), ...sliSeries(metrics.windows())],
    sessions: sample.rows(),
    logs: firstOfEach(plan, shards.flatMap(({ logs }) => logs)),
    fingerprint: joinDigests(shards.map((shard) => shard.fingerprint)),
    events: shards.reduce((sum, shard) => sum + shard.events, 0),
    simulatedSeconds: endUs / US_PER_S,
    ...(shards[0]!.places === undefined ? {}
      : { places: joinPlaceRows(shards.map(({ places }) => places!)) }),
    warnings: [...new Set([...shards.flatMap(({ warnings }) => warnings), ...sample.warnings()])],
  };
}

function mergeMetrics(shards: readonly ShardOutcome[]): MetricSet {
  const merged = new MetricSet();
  const handles = shards.map((shard) => shard.metrics.map(({ declaration, labels }) =>
    merged.bind(declaration, ...declaration.labels.map((name) => labels[name]!))));
  const spans = Math.max(...shards.map((shard) => shard.spans.length));
  for (let i = 0; i < spans; i++) {
    // A shard that was stopped early has fewer spans: its last one counts with those of the others.
    const { kind, atUs } = shards.find(({ spans: own }) => own.length > i)!.spans[i]!;
    shards.forEach((shard, s) => {
      shard.spans[i]?.gains.forEach((gain, metric) => merged.absorb(handles[s]![metric]!, gain, atUs));
    });
    if (kind === 'sample') merged.sample(atUs);
    else if (kind === 'measure') merged.startMeasuring(atUs);
  }
  return merged;
}

/** Of the sessions logged for a class of networks, the first ones of all shards. */
function firstOfEach(plan: ScenarioPlan, logs: readonly SessionLog[]): SessionLog[] {
  const firsts = plan.networks.flatMap(({ name }) => {
    const own = logs.filter((log) => log.network === name).sort((a, b) => a.session - b.session);
    return own.slice(0, plan.scenario.run.logs);
  });
  return firsts.sort((a, b) => a.session - b.session);
}
