import type { ReplicationOutcome } from '../models/operations/run-summary.ts';
import { findSli } from '../models/operations/sli.ts';
import type { SloDefinition } from '../models/operations/slo.ts';
import { formatClock, formatDifference, formatDuration, formatValue } from './format.ts';
import { isDeviated, type Rehearsed, type RehearsalStatus } from './journal.ts';
import { renderSteadyState } from './rehearsal.ts';
import type { TerminalOptions } from './terminal.ts';
import { painter, textTable } from './text-table.ts';

/** Version of the journal of a drill. */
export const JOURNAL_SCHEMA = 'weir.drill/1';

/** Indicators an on-call engineer watches, in this order. */
const WATCHED = [
  'rebuffer_rate_percent',
  'playback_start_seconds_p99',
  'cdn_availability',
  'cache_hit_rate',
  'edge_hit_rate',
  'playback_failure_rate',
  'origin_fetch_latency_ms',
  'playback_bitrate',
  'upload_success_rate',
  'upload_api_success_rate',
  'transcoding_jobs_queued',
  'transcoding_within_sla',
  'transcoding_ready_seconds_p50',
  'metadata_query_ms_p99',
  'metadata_success_rate',
  'search_seconds_p99',
  'search_success_rate',
  'search_utilisation',
  'recommendation_seconds_p99',
  'recommendation_ranked_rate',
];

/** One objective in the drill and in the worlds that could have been, all on the same random numbers. */
export interface CounterfactualRow extends Readonly<Record<Arm, number | null>> {
  readonly sli: string;
  readonly unit: string;
  readonly better: 'lower' | 'higher';
  /** The drill less each of the others: exact, as all saw the same random numbers. */
  readonly differences: Readonly<Record<Exclude<Arm, 'drill'>, number | null>>;
}

/** The drill and the worlds that could have been: without the fault, unattended, and by the runbook. */
type Arm = 'drill' | 'noFault' | 'nothing' | 'runbook';

/** How a drill ended, and what its hypothesis came to. */
export type SteadyOutcome = Pick<Rehearsed, 'before' | 'after' | 'abortedBy'>;

/** What is talked about after a drill; status and deviated are the Chaos Toolkit's words. */
export interface DrillDebrief {
  readonly schema: typeof JOURNAL_SCHEMA;
  readonly scenario: string;
  readonly status: RehearsalStatus;
  /** The hypothesis does not hold at the end; without one, an objective that would have held does not. */
  readonly deviated: boolean;
  /** The hypothesis before the faults and at the end, and what made it stop. */
  readonly steady: SteadyOutcome;
  readonly faults: NonNullable<ReplicationOutcome['faults']>;
  readonly journal: ReadonlyArray<{ readonly seconds: number; readonly what: string }>;
  /**
   * From the first fault's onset: to the first alert, to the first action, until every objective that the
   * fault broke held again, until alerts were quiet. [s]
   */
  readonly detectSeconds: number | null;
  readonly actSeconds: number | null;
  readonly mitigateSeconds: number | null;
  readonly recoverSeconds: number | null;
  readonly counterfactuals: readonly CounterfactualRow[];
  /** Share of each error budget that was spent; null where an objective counts no events. */
  readonly budgets: ReadonlyArray<Readonly<Record<Arm, number | null>> & { readonly slo: string }>;
  /** Sessions that stalled, failed or left in the drill and not without the fault, of all. */
  readonly blast: { readonly sessionsHurt: number; readonly sessions: number };
  /** 0 to 100, and the parts it is made of. */
  readonly score: number;
  readonly parts: ReadonlyArray<{ readonly name: string; readonly points: number; readonly of: number }>;
}

/** What a look at the dashboards shows. */
export function drillLook(
  view: {
    readonly seconds: number;
    readonly slis: Readonly<Record<string, number>>;
    readonly alerts: ReadonlyArray<{
      readonly name: string;
      readonly state: string;
      readonly forSeconds: number;
    }>;
  },
  { colour }: TerminalOptions,
): string {
  const paint = painter(colour);
  const rows = WATCHED.flatMap((name) => {
    const value = view.slis[name];
    return value === undefined ? [] : [[`  ${name}`, formatValue(value, findSli(name)?.unit ?? '')]];
  });
  const alerts = view.alerts.map(
    ({ name, state, forSeconds }) =>
      `  ${state === 'firing' ? paint.bad(`▲ ${state}`) : paint.unsure(`△ ${state}`)} ${name} ` +
      paint.dim(`for ${formatDuration(forSeconds)}`),
  );
  return [paint.bold(`+${formatClock(view.seconds)}`), ...textTable(rows, [1]), ...alerts].join('\n');
}

/**
 * Puts a drill beside what would have been: the same seed without the fault, unattended, and by the runbook.
 */
export function drillDebrief(
  plan: { readonly scenario: { readonly name: string; readonly run: { readonly warmup: number } };
    readonly slos: readonly SloDefinition[] },
  journal: DrillDebrief['journal'],
  outcomes: Readonly<Record<Arm, ReplicationOutcome>>,
  { status, ...steady }: SteadyOutcome & { readonly status: RehearsalStatus },
): DrillDebrief {
  const { drill, noFault, nothing, runbook } = outcomes;
  const counterfactuals = plan.slos.flatMap(({ sli }): CounterfactualRow[] => {
    const known = findSli(sli);
    if (known === undefined || drill.slis[sli] === undefined) return [];
    const of = (outcome: ReplicationOutcome) => outcome.slis[sli] ?? null;
    const less = (other: ReplicationOutcome) => {
      const [own, theirs] = [of(drill), of(other)];
      return own === null || theirs === null ? null : own - theirs;
    };
    return [{
      sli, unit: known.unit, better: known.better,
      drill: of(drill), noFault: of(noFault), nothing: of(nothing), runbook: of(runbook),
      differences: { noFault: less(noFault), nothing: less(nothing), runbook: less(runbook) },
    }];
  });
  const warmupSeconds = plan.scenario.run.warmup / 1e6;
  const onset = Math.min(...(drill.faults ?? []).map(({ fromSeconds }) => fromSeconds)) - warmupSeconds;
  const after = (found: { readonly seconds: number } | undefined) =>
    found === undefined ? null : found.seconds - onset;
  const later = journal.filter(({ seconds }) => seconds >= onset);
  const detected = later.find(({ what }) => what.endsWith(': firing'));
  const acted = later.find(({ what }) => what.startsWith('does: '));
  const quiet = later.findLast(({ what }) => what.endsWith(': inactive'));
  const stillFiring = later.filter(({ what }) => what.endsWith(': firing')).length
    > later.filter(({ what }) => what.endsWith(': inactive')).length;
  const parts = scoreParts(counterfactuals, after(detected), after(acted));
  return {
    schema: JOURNAL_SCHEMA,
    scenario: plan.scenario.name,
    status,
    deviated: steady.after === undefined && steady.abortedBy === undefined
      ? plan.slos.some((slo) => holds(slo, noFault.slis[slo.sli]) && !holds(slo, drill.slis[slo.sli]))
      : isDeviated(steady),
    steady,
    faults: drill.faults ?? [],
    journal,
    detectSeconds: after(detected),
    actSeconds: after(acted),
    mitigateSeconds: mitigated(plan.slos, outcomes, onset + warmupSeconds),
    recoverSeconds: stillFiring ? null : after(quiet),
    counterfactuals,
    budgets: budgetsOf(outcomes),
    blast: { sessionsHurt: hurt(drill, noFault), sessions: drill.sessions.length },
    parts,
    score: Math.round(parts.reduce((sum, { points }) => sum + points, 0)),
  };
}

/** What the debrief says at the terminal. */
export function renderDebrief(debrief: DrillDebrief, { colour, width }: TerminalOptions): string {
  const paint = painter(colour);
  const span = (seconds: number | null) => (seconds === null ? 'never' : formatDuration(seconds));
  const lines = [
    paint.bold('Debrief') + paint.dim(`  ${debrief.status}${debrief.deviated ? ', deviated' : ''}`),
    ...debrief.faults.map(
      ({ name, kind, scope, fromSeconds, untilSeconds }) =>
        `  ${name} (${kind}, ${scope}), `
        + `${formatClock(fromSeconds)} to ${formatClock(untilSeconds)} of the run`,
    ),
    `  detected after ${span(debrief.detectSeconds)}, first action after ${span(debrief.actSeconds)}, ` +
      `mitigated after ${span(debrief.mitigateSeconds)}, quiet after ${span(debrief.recoverSeconds)}`,
    `  blast radius: ${debrief.blast.sessionsHurt} of ${debrief.blast.sessions} sessions were hurt that `
      + 'would not have been without the fault',
    ...budgetLines(debrief.budgets),
    ...steadyLines(debrief, { colour, width }),
    '',
    paint.bold('The same evening, had it been otherwise') + paint.dim('  same seed: differences are exact'),
    ...textTable(
      [
        ['  indicator', 'your drill', 'no fault', 'yours less', 'nobody there', 'yours less', 'the runbook',
          'yours less'].map(paint.dim),
        ...debrief.counterfactuals.map((row) => [
          `  ${row.sli}`, formatValue(row.drill, row.unit),
          ...(['noFault', 'nothing', 'runbook'] as const).flatMap((arm) =>
            [formatValue(row[arm], row.unit), paint.dim(formatDifference(row.differences[arm], row.unit))]),
        ]),
      ],
      [1, 2, 3, 4, 5, 6, 7],
    ),
    '',
    paint.bold(`Score ${debrief.score} of 100`),
    ...textTable(
      debrief.parts.map(({ name, points, of }) => [`  ${name}`, `${Math.round(points)} of ${of}`]),
      [1],
    ),
    '',
    paint.bold('Timeline'),
    ...debrief.journal.map(({ seconds, what }) => `  +${formatClock(seconds)}  ${what}`),
  ];
  return `${lines.join('\n')}\n`;
}

/** Points for what was saved of what the fault cost, for finding out soon and for acting soon. */
function scoreParts(
  rows: readonly CounterfactualRow[], detect: number | null, act: number | null,
): DrillDebrief['parts'] {
  const saved = rows.flatMap(({ drill, noFault, nothing }) => {
    if (drill === null || noFault === null || nothing === null || nothing === noFault) return [];
    return [Math.max(0, Math.min(1, (nothing - drill) / (nothing - noFault)))];
  });
  const share = saved.length === 0 ? 1 : saved.reduce((sum, one) => sum + one, 0) / saved.length;
  const soon = (seconds: number | null, half: number) => (seconds === null ? 0 : 1 / (1 + seconds / half));
  return [
    { name: 'harm avoided, of what nobody there would have let happen', points: 60 * share, of: 60 },
    { name: 'alerts: half of the points at five minutes', points: 15 * soon(detect, 300), of: 15 },
    { name: 'first action: half of the points at ten minutes', points: 25 * soon(act, 600), of: 25 },
  ];
}

/**
 * From a fault's onset until the end of the last sampling window in which an objective does not hold that
 * holds in the same window without the fault; null while one does not at the end. [s]
 */
function mitigated(
  slos: readonly SloDefinition[], { drill, noFault }: Readonly<Record<Arm, ReplicationOutcome>>,
  onset: number,
): number | null {
  let last = onset;
  let end = 0;
  for (const slo of slos) {
    const metric = `sli:${slo.sli}`;
    const others = new Map(noFault.series.filter((point) => point.metric === metric)
      .map(({ seconds, value }) => [seconds, value]));
    for (const { seconds, value } of drill.series.filter((point) => point.metric === metric)) {
      end = Math.max(end, seconds);
      const isBroken = holds(slo, others.get(seconds)) && !holds(slo, value);
      if (seconds > onset && isBroken) last = Math.max(last, seconds);
    }
  }
  return last === end ? null : last - onset;
}

function budgetsOf(outcomes: Readonly<Record<Arm, ReplicationOutcome>>): DrillDebrief['budgets'] {
  const of = (arm: Arm, slo: string) => outcomes[arm].budgets?.find((one) => one.slo === slo)?.spent ?? null;
  return (outcomes.drill.budgets ?? []).map(({ slo }) => ({
    slo, drill: of('drill', slo), noFault: of('noFault', slo), nothing: of('nothing', slo),
    runbook: of('runbook', slo),
  }));
}

function budgetLines(budgets: DrillDebrief['budgets']): string[] {
  const share = (value: number | null) => formatValue(value, 'ratio');
  return budgets.filter(({ drill }) => drill !== null && drill > 0).map(({ slo, drill, noFault, nothing }) =>
    `  ${share(drill)} of the error budget of ${slo} spent (no fault ${share(noFault)}, `
    + `nobody there ${share(nothing)})`);
}

function steadyLines({ steady }: DrillDebrief, options: TerminalOptions): string[] {
  const { before, after, abortedBy } = steady;
  return [
    ...(before === undefined ? [] : [renderSteadyState('the hypothesis, before', before, options)]),
    ...(after === undefined ? [] : [renderSteadyState('the hypothesis, at the end', after, options)]),
    ...(abortedBy === undefined ? [] : [
      `aborted at ${formatClock(abortedBy.seconds)} by ${abortedBy.probe.name}: ${abortedBy.probe.tolerance}`,
    ]),
  ].map((text) => text.split('\n').map((line) => `  ${line}`).join('\n'));
}

function holds({ direction, bound }: SloDefinition, value: number | undefined): boolean {
  if (value === undefined) return false;
  return direction === 'below' ? value < bound : value > bound;
}

/** Sessions, by their number, that ended worse than they did without the fault. */
function hurt(drill: ReplicationOutcome, noFault: ReplicationOutcome): number {
  const before = new Map(noFault.sessions.map((row) => [row.session, row]));
  return drill.sessions.filter((row) => {
    const other = before.get(row.session);
    if (other === undefined) return false;
    const failed = row.outcome === 'failed' && other.outcome !== 'failed';
    return failed || row.stallSeconds > other.stallSeconds + 0.5 || row.outcome === 'leftStalled'
      && other.outcome !== 'leftStalled';
  }).length;
}
