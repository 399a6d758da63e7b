import type {
  BudgetFigure, FaultResult, IncidentResult, LevelResult, StepResult,
} from '../core/run-record.ts';
import { estimateMean } from '../core/statistics.ts';
import { NEVER, US_PER_S, type Us } from '../core/units.ts';
import type { AlertOutcome } from './alert-summary.ts';
import type { LevelReport } from './degraded/levels.ts';
import type { StepReport } from './runbook/runbook.ts';

/** An alert this long after a fault is taken to be about it. [s] */
export const AFTERMATH_S = 3600; // the long window of the fastest alert in the SRE Workbook, chapter 5

/** What a replication says of its faults. */
interface Incident {
  readonly faults?: readonly FaultResult[] | undefined;
  readonly steps?: readonly StepReport[] | undefined;
  readonly levels?: readonly LevelReport[] | undefined;
  readonly alerts?: AlertOutcome | undefined;
}

/** Faults, how they were met, what the runbooks did, and degraded levels; nothing for a run without any. */
export function incidentsOf(outcomes: readonly Incident[]): {
  readonly faults?: readonly FaultResult[];
  readonly incidents?: readonly IncidentResult[];
  readonly steps?: readonly StepResult[];
  readonly levels?: readonly LevelResult[];
} {
  const faults = outcomes[0]?.faults ?? [];
  const steps = stepsOf(outcomes);
  const levels = levelsOf(outcomes);
  const done = {
    ...(steps.length === 0 ? {} : { steps }), ...(levels.length === 0 ? {} : { levels }),
  };
  if (faults.length === 0) return done;
  const incidents = faults.map(({ name, kind, scope }, i): IncidentResult => {
    const met = outcomes.map(({ faults: own, alerts }) => meet(own![i]!, alerts));
    const detected = met.flatMap(({ detect }) => (detect === undefined ? [] : [detect]));
    const cleared = met.flatMap(({ clear }) => (clear === undefined ? [] : [clear]));
    return {
      fault: name, kind, scope, detectedIn: detected.length,
      detectSeconds: figure(detected), clearSeconds: figure(cleared),
      each: met.map(({ detect = null, clear = null }, r) => ({
        fromSeconds: outcomes[r]!.faults![i]!.fromSeconds, detectSeconds: detect, clearSeconds: clear,
      })),
    };
  });
  return { faults, incidents, ...done };
}

/** From a fault's onset to the first alert it raised, and from its end until those are quiet. */
function meet(
  { fromSeconds, untilSeconds }: FaultResult, alerts: AlertOutcome | undefined,
): { readonly detect?: number; readonly clear?: number } {
  const raised = new Map<string, { readonly at: number; until: number }>();
  for (const { at, alert, labels, to } of alerts?.changes ?? []) {
    const seconds = at / US_PER_S;
    const key = `${alert} ${JSON.stringify(labels)}`;
    if (to === 'firing' && seconds >= fromSeconds && seconds <= untilSeconds + AFTERMATH_S) {
      if (!raised.has(key)) raised.set(key, { at: seconds, until: Infinity });
    } else if (to === 'inactive' && raised.has(key)) raised.get(key)!.until = seconds;
  }
  if (raised.size === 0) return {};
  const detect = Math.min(...[...raised.values()].map(({ at }) => at)) - fromSeconds;
  const quiet = Math.max(...[...raised.values()].map(({ until }) => until));
  return { detect, ...(Number.isFinite(quiet) ? { clear: Math.max(0, quiet - untilSeconds) } : {}) };
}

function stepsOf(outcomes: readonly Incident[]): StepResult[] {
  return (outcomes[0]?.steps ?? []).map(({ runbook, step, action }, i): StepResult => {
    const own = outcomes.flatMap(({ steps }) => (steps?.[i] === undefined ? [] : [steps[i]]));
    const done = own.filter(({ doneAt }) => doneAt < NEVER);
    const sum = done.reduce((total, { doneAt }) => total + doneAt / US_PER_S, 0);
    return {
      runbook, step, action, doneIn: done.length,
      workedIn: own.filter(({ state }) => state === 'worked').length,
      doneSeconds: done.length === 0 ? null : sum / done.length,
    };
  });
}

function levelsOf(outcomes: readonly Incident[]): LevelResult[] {
  return (outcomes[0]?.levels ?? []).map(({ level, name }, i): LevelResult => {
    const own = outcomes.flatMap(({ levels }) => levels?.[i] ?? []).filter(({ entered }) => entered > 0);
    const mean = (of: (report: LevelReport) => Us) => (own.length === 0 ? null
      : own.reduce((total, report) => total + of(report), 0) / own.length / US_PER_S);
    return {
      level, name, enteredIn: own.length, leftIn: own.filter(({ leftAt }) => leftAt < NEVER).length,
      enteredSeconds: mean(({ enteredAt }) => enteredAt), spentSeconds: mean(({ spent }) => spent),
    };
  });
}

function figure(values: readonly number[]): BudgetFigure | null {
  if (values.length === 0) return null;
  const { value, low, high } = estimateMean(values);
  return { value, low: low === null ? null : Math.max(0, low), high };
}
