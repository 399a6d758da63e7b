import { formatLabels } from '../core/labels.ts';
import type { MetricExport, MetricView, SeriesPoint } from '../core/metrics.ts';
import { Observations } from '../core/observations.ts';
import {
  RUN_DOCUMENT_SCHEMA,
  type Fidelity,
  type MetricResult,
  type Provenance,
  type RunRecord,
  type FaultResult,
  type ScrapedSeries,
  type SessionLog,
  type SessionRow,
  type SliResult,
  type World,
} from '../core/run-record.ts';
import { joinPlaceRows, type PlaceRow } from '../core/place-row.ts';
import type { TraceEvent } from '../core/trace.ts';
import { estimateMean } from '../core/statistics.ts';
import { costsOf } from '../cost/costs.ts';
import type { PriceList } from '../cost/price-list.ts';
import { joinDigests } from '../core/fingerprint.ts';
import { US_PER_S, type Us } from '../core/units.ts';
import { incidentsOf } from './incident-summary.ts';
import type { LevelReport } from './degraded/levels.ts';
import type { StepReport } from './runbook/runbook.ts';
import { claimsOf, type ClaimsOutcome } from './claims-summary.ts';
import { summariseAlerts, type AlertOutcome } from './alert-summary.ts';
import { SLIS, slisOf, type PartName } from './sli.ts';
import { judgeWithBudget } from './budget/budget-summary.ts';
import type { SloBudgetOutcome } from './budget/budget-outcome.ts';
import type { SloDefinition } from './slo.ts';

/** What one part of a run leaves behind beside its metrics; plain data. */
export interface PartOutcome {
  readonly sessions?: readonly SessionRow[];
  readonly logs?: readonly SessionLog[];
  /** What was followed, for `--trace`, beside the logged sessions (models/core/trace.ts). */
  readonly trace?: readonly TraceEvent[];
  readonly alerts?: AlertOutcome;
  readonly budgets?: readonly SloBudgetOutcome[];
  readonly series?: readonly SeriesPoint[];
  readonly scrapes?: readonly ScrapedSeries[];
  readonly faults?: readonly FaultResult[];
  readonly steps?: readonly StepReport[];
  readonly levels?: readonly LevelReport[];
  readonly claims?: ClaimsOutcome;
  readonly places?: readonly PlaceRow[];
  /** Sentences that the reader of the figures has to know. */
  readonly warnings?: readonly string[];
}

/** What one replication, or a real run, leaves behind; plain data, so that it can cross to another thread. */
export interface ReplicationOutcome {
  /** Value of each indicator; absent when nothing was observed. */
  readonly slis: Readonly<Record<string, number>>;
  readonly metrics: readonly MetricExport[];
  readonly series: readonly SeriesPoint[];
  readonly sessions: readonly SessionRow[];
  readonly logs: readonly SessionLog[];
  readonly trace?: readonly TraceEvent[];
  readonly alerts?: AlertOutcome;
  readonly budgets?: readonly SloBudgetOutcome[];
  readonly scrapes?: readonly ScrapedSeries[];
  readonly faults?: readonly FaultResult[];
  readonly steps?: readonly StepReport[];
  readonly levels?: readonly LevelReport[];
  readonly claims?: ClaimsOutcome;
  readonly places?: readonly PlaceRow[];
  readonly fingerprint: string;
  readonly events: number;
  readonly simulatedSeconds: number;
  readonly warnings: readonly string[];
}

/** What a document says of a run beside its figures. */
export interface RunHeader {
  readonly scenario: string;
  readonly title: string;
  readonly world: World;
  readonly seed: number;
  /** Parts that were run: indicators of others do not appear. */
  readonly parts: readonly PartName[];
  readonly fidelity: Fidelity;
  readonly scale: number;
  readonly complete: boolean;
  readonly warmupSeconds: number;
  readonly wallSeconds: number;
  readonly provenance: Provenance;
  readonly slos: readonly SloDefinition[];
  /** What usage is priced by; without a list a run has no costs. */
  readonly prices?: PriceList | undefined;
}

/** Values of all indicators over a view. */
export function computeSlis(view: MetricView): Record<string, number> {
  const values: Record<string, number> = {};
  for (const sli of SLIS) {
    const value = sli.compute(view);
    if (value !== undefined) values[sli.name] = value;
  }
  return values;
}

/** The indicators of each sampling window as time series named `sli:<name>`. */
export function sliSeries(
  windows: ReadonlyArray<{ readonly atUs: Us; readonly view: MetricView }>,
): SeriesPoint[] {
  return windows.flatMap(({ atUs, view }) =>
    Object.entries(computeSlis(view)).map(([name, value]) => {
      return { seconds: atUs / US_PER_S, metric: `sli:${name}`, labels: '', value };
    }));
}

/** One run record from the outcomes of its replications, in their order. */
export function summariseRun(header: RunHeader, outcomes: readonly ReplicationOutcome[]): RunRecord {
  const { slos, ...head } = header;
  const { costs, unpriced } = costsOfRun(header, outcomes);
  const slis = summariseSlis(outcomes, head.parts);
  const document = {
    schema: RUN_DOCUMENT_SCHEMA,
    scenario: head.scenario,
    title: head.title,
    world: head.world,
    seed: head.seed,
    replications: outcomes.length,
    fidelity: head.fidelity,
    scale: head.scale,
    fingerprint: outcomes.length === 0 ? '' : joinDigests(outcomes.map((outcome) => outcome.fingerprint)),
    complete: head.complete,
    simulatedSeconds: Math.max(0, ...outcomes.map((outcome) => outcome.simulatedSeconds)),
    warmupSeconds: head.warmupSeconds,
    wallSeconds: head.wallSeconds,
    events: outcomes.reduce((sum, outcome) => sum + outcome.events, 0),
    slis,
    slos: slos.map((slo) => judgeWithBudget(slo, slis[slo.sli], outcomes)),
    metrics: summariseMetrics(outcomes),
    alerts: summariseAlerts(outcomes),
    ...incidentsOf(outcomes),
    ...claimsOf(outcomes, slis),
    costs,
    warnings: [...new Set(outcomes.flatMap((outcome) => outcome.warnings)), ...unpriced],
    provenance: head.provenance,
  } as const;
  return {
    document,
    series: outcomes.flatMap(({ series }, replication) => series.map((point) => ({ replication, ...point }))),
    sessions: outcomes.flatMap((outcome) => outcome.sessions),
    logs: outcomes[0]?.logs ?? [],
    trace: outcomes[0]?.trace ?? [],
    ...(outcomes[0]?.places === undefined ? {}
      : { places: joinPlaceRows(outcomes.map(({ places }) => places ?? []), outcomes.length) }),
    ...(outcomes[0]?.scrapes === undefined ? {} : { scrapes: outcomes[0].scrapes }),
  };
}

/** Costs, and warnings of what has none. */
function costsOfRun(header: RunHeader, outcomes: readonly ReplicationOutcome[]) {
  const { prices, warmupSeconds } = header;
  if (prices === undefined || outcomes.length === 0) return { costs: [], unpriced: [] };
  const { costs, unpriced } = costsOf(prices, outcomes.map(({ metrics, simulatedSeconds }) => {
    return { metrics, spanHours: Math.max(0, simulatedSeconds - warmupSeconds) / SECONDS_PER_HOUR };
  }));
  const warning = (item: string) =>
    `Costs leave out ${item}: the price list ${prices.name} has no such item.`;
  return { costs, unpriced: unpriced.map(warning) };
}

const SECONDS_PER_HOUR = 3600;

function summariseSlis(
  outcomes: readonly ReplicationOutcome[], parts: readonly PartName[],
): Record<string, SliResult> {
  const results: Record<string, SliResult> = {};
  for (const sli of slisOf(parts)) {
    const { unit } = sli;
    const over = sli.over === undefined ? {} : { over: sli.over };
    const values = outcomes.map((outcome) => outcome.slis[sli.name]).filter((value) => value !== undefined);
    if (values.length === 0) {
      results[sli.name] = { value: null, low: null, high: null, unit, ...over, n: 0, values: [] };
      continue;
    }
    const { value, low, high, n } = estimateMean(values);
    const [least, most] = sli.range;
    const cut = (bound: number | null) => (bound === null ? null : Math.min(most, Math.max(least, bound)));
    results[sli.name] = { value, low: cut(low), high: cut(high), unit, ...over, n, values };
  }
  return results;
}

function summariseMetrics(outcomes: readonly ReplicationOutcome[]): MetricResult[] {
  const byKey = new Map<string, MetricExport[]>();
  for (const outcome of outcomes) {
    for (const metric of outcome.metrics) {
      const key = `${metric.declaration.name}{${formatLabels(metric.labels)}}`;
      const known = byKey.get(key);
      if (known === undefined) byKey.set(key, [metric]);
      else known.push(metric);
    }
  }
  return [...byKey.values()].map((exports) => summariseMetric(exports, outcomes.length));
}

function summariseMetric(exports: readonly MetricExport[], replications: number): MetricResult {
  const { declaration, labels } = exports[0]!;
  const { name, kind, unit, help } = declaration;
  const head = { name, kind, labels, unit, help };
  const sum = exports.reduce((total, metric) => total + metric.value, 0);
  const mean = sum / replications;
  if (kind === 'level') {
    const least = Math.min(...exports.map((metric) => metric.least!));
    return { ...head, value: mean, least, most: Math.max(...exports.map((metric) => metric.most!)) };
  }
  if (kind !== 'tally') return { ...head, value: mean };
  const pooled = new Observations();
  for (const { observations } of exports) pooled.merge(Observations.restore(observations!));
  const { count, relativeError: quantileError } = pooled;
  if (count === 0) return { ...head, value: 0, count: 0 };
  const at = (q: number) => pooled.quantile(q)!;
  const quantiles = { p50: at(0.5), p90: at(0.9), p95: at(0.95), p99: at(0.99) };
  const curve = declaration.curve && CURVE_SHARES.map((share) => [share, at(share)] as const);
  return {
    ...head, value: sum / count, count: count / replications, quantiles, quantileError,
    ...(curve === undefined ? {} : { curve }),
  };
}

/** Every per cent, and the tails. */
const CURVE_SHARES = [0.001, ...Array.from({ length: 99 }, (_, i) => (i + 1) / 100), 0.995, 0.999, 1];
