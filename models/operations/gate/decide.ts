import type { RunDocument, Verdict } from '../../core/run-record.ts';
import type { SloDefinition } from '../slo.ts';
import {
  defaultMargin, gateLooks, judgeAlone, judgeGate, type GateObjective, type GateResult,
} from './gate.ts';

/** What a gate judges a scenario by. */
export interface GateSubject {
  readonly slos: readonly SloDefinition[];
  /** True when the scenario names or imports its objectives: then one without data is an error. */
  readonly ownSlos: boolean;
}

/** The scenario on either side of a change, with as many replications as are asked for. */
export interface GateSides {
  readonly head: (replications: number) => Promise<RunDocument>;
  /** undefined: the objectives are judged by themselves. */
  readonly baseline: ((replications: number) => Promise<RunDocument>) | undefined;
}

/** What a gate came to. */
export interface GateDecision {
  readonly replications: number;
  /** Times it looked, at growing numbers of replications. */
  readonly looks: number;
  /** True when both histories are identical, event by event. */
  readonly unchanged: boolean;
  readonly results: readonly GateResult[];
}

/** Replications a gate may spend. */
export interface GateSpending {
  /** Of the first look. */
  readonly first: number;
  /** At most. */
  readonly budget: number;
  readonly signal?: AbortSignal;
}

/**
 * Runs both sides with growing numbers of replications until every objective is judged or the budget is
 * spent; undefined when it was stopped before its first verdict.
 */
export async function decideGate(
  subject: GateSubject, { head, baseline }: GateSides, { first, budget, signal }: GateSpending,
): Promise<GateDecision | undefined> {
  const looks = gateLooks(first, budget);
  let decision: GateDecision | undefined;
  for (const [i, replications] of looks.entries()) {
    const after = await head(replications);
    if (signal?.aborted === true) break;
    const before = await baseline?.(replications);
    const results = before === undefined ? judgeAlone(judged(subject, after))
      : isSame(before, after) ? unchanged(subject, after)
        : judgeGate(objectivesOf(subject, before, after), { looks: looks.length });
    const same = before !== undefined && isSame(before, after);
    decision = { replications, looks: i + 1, unchanged: same, results };
    if (same || isDecided(results)) break;
  }
  return decision;
}

/** Decided when one objective failed, or none is open any more. */
function isDecided(results: readonly GateResult[]): boolean {
  return results.some(({ verdict }) => verdict === 'fail')
    || !results.some(({ verdict }) => verdict === 'inconclusive');
}

function isSame(before: RunDocument, after: RunDocument): boolean {
  return before.fingerprint !== '' && before.fingerprint === after.fingerprint;
}

/** Objectives that are judged: those of parts that are simulated, and all that the scenario names itself. */
function judged({ ownSlos }: GateSubject, document: RunDocument): RunDocument['slos'] {
  return document.slos.filter(({ verdict }) => verdict !== 'no-data' || ownSlos);
}

function objectivesOf(subject: GateSubject, before: RunDocument, after: RunDocument): GateObjective[] {
  return judged(subject, after).map((slo) => {
    const definition = subject.slos.find(({ name }) => name === slo.name)!;
    const other = before.slos.find(({ name }) => name === slo.name);
    return {
      name: slo.name, direction: slo.direction, unit: slo.unit,
      margin: definition.margin ?? defaultMargin(definition),
      baseline: valuesOf(before, other), head: valuesOf(after, slo),
      baselineVerdict: beyondChance(other), headVerdict: beyondChance(slo),
    };
  });
}

/** A verdict that rests on an interval; a single run's rests on luck. */
function beyondChance(slo: RunDocument['slos'][number] | undefined): Verdict {
  if (slo === undefined) return 'no-data';
  return slo.low === null && slo.value !== null ? 'inconclusive' : slo.verdict;
}

/** Values by replication; none where some replication has none, as the others would be paired wrongly. */
function valuesOf(
  { slis, replications }: RunDocument, slo: RunDocument['slos'][number] | undefined,
): readonly number[] {
  const values = slo?.values ?? slis[slo?.sli ?? '']?.values ?? [];
  return values.length === replications ? values : [];
}

function unchanged(subject: GateSubject, document: RunDocument): GateResult[] {
  return judged(subject, document).map(({ name, unit, value }) => value === null ? {
    name, unit, margin: 0, verdict: 'error', reason: 'nothing was observed',
    deterioration: null, baselineMean: null, headMean: null,
  } : {
    name, unit, margin: 0, verdict: 'pass', reason: 'no behavioural change: the histories are identical',
    deterioration: null, baselineMean: value, headMean: value,
  });
}
