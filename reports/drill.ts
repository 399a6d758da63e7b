import type { ReplicationOutcome } from '../models/operations/run-summary.ts';
import { findSli } from '../models/operations/sli.ts';
import type { SloDefinition } from '../models/operations/slo.ts';
import { formatClock, formatDuration, formatValue } from './format.ts';
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
];

/** One objective in the drill and in the worlds that could have been, all on the same random numbers. */
export interface CounterfactualRow {
  readonly sli: string;
  readonly unit: string;
  readonly better: 'lower' | 'higher';
  readonly drill: number | null;
  readonly noFault: number | null;
  readonly nothing: number | null;
  readonly runbook: number | null;
}

/** What is talked about after a drill; status and deviated are the Chaos Toolkit's words. */
export interface DrillDebrief {
  readonly schema: typeof JOURNAL_SCHEMA;
  readonly scenario: string;
  readonly status: 'completed' | 'interrupted';
  /** True when an objective that held without the fault did not hold in the drill. */
  readonly deviated: boolean;
  readonly faults: NonNullable<ReplicationOutcome['faults']>;
  readonly journal: ReadonlyArray<{ readonly seconds: number; readonly what: string }>;
  /** From the first fault's onset: to the first alert, to the first action, until alerts were quiet. [s] */
  readonly detectSeconds: number | null;
  readonly mitigateSeconds: number | null;
  readonly recoverSeconds: number | null;
  readonly counterfactuals: readonly CounterfactualRow[];
  /** Sessions that stalled, failed or left in the drill and not without the fault. */
  readonly sessionsHurt: number;
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
  outcomes: Readonly<Record<'drill' | 'noFault' | 'nothing' | 'runbook', ReplicationOutcome>>,
): DrillDebrief {
  const { drill, noFault, nothing, runbook } = outcomes;
  const counterfactuals = plan.slos.flatMap(({ sli }): CounterfactualRow[] => {
    const known = findSli(sli);
    if (known === undefined || drill.slis[sli] === undefined) return [];
    const of = (outcome: ReplicationOutcome) => outcome.slis[sli] ?? null;
    return [{
      sli, unit: known.unit, better: known.better,
      drill: of(drill), noFault: of(noFault), nothing: of(nothing), runbook: of(runbook),
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
    status: 'completed',
    deviated: plan.slos.some((slo) => holds(slo, noFault.slis[slo.sli]) && !holds(slo, drill.slis[slo.sli])),
    faults: drill.faults ?? [],
    journal,
    detectSeconds: after(detected),
    mitigateSeconds: after(acted),
    recoverSeconds: stillFiring ? null : after(quiet),
    counterfactuals,
    sessionsHurt: hurt(drill, noFault),
    parts,
    score: Math.round(parts.reduce((sum, { points }) => sum + points, 0)),
  };
}

/** What the debrief says at the terminal. */
export function renderDebrief(debrief: DrillDebrief, { colour }: TerminalOptions): string {
  const paint = painter(colour);
  const span = (seconds: number | null) => (seconds === null ? 'never' : formatDuration(seconds));
  const lines = [
    paint.bold('Debrief'),
    ...debrief.faults.map(
      ({ name, kind, scope, fromSeconds, untilSeconds }) =>
        `  ${name} (${kind}, ${scope}), `
        + `${formatClock(fromSeconds)} to ${formatClock(untilSeconds)} of the run`,
    ),
    `  detected after ${span(debrief.detectSeconds)}, first action after ${span(debrief.mitigateSeconds)}, ` +
      `quiet after ${span(debrief.recoverSeconds)}`,
    `  ${debrief.sessionsHurt} sessions were hurt that would not have been without the fault`,
    '',
    paint.bold('The same evening, had it been otherwise') + paint.dim('  same seed: differences are exact'),
    ...textTable(
      [
        ['  indicator', 'your drill', 'no fault', 'nobody there', 'the runbook'].map(paint.dim),
        ...debrief.counterfactuals.map((row) => [
          `  ${row.sli}`,
          ...[row.drill, row.noFault, row.nothing, row.runbook].map((one) => formatValue(one, row.unit)),
        ]),
      ],
      [1, 2, 3, 4],
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
