import type { Provenance, RunRecord } from '../models/core/run-record.ts';
import { US_PER_S } from '../models/core/units.ts';
import { summariseRun, type ReplicationOutcome } from '../models/operations/run-summary.ts';
import { fidelityOf, partsOf, type ScenarioPlan } from '../scenarios/plan.ts';
import { settlingWarning } from './settling.ts';

/** What the replications of a scenario have left, however they were run. */
export interface SimulationResult {
  /** Of finished replications, in their order. */
  readonly outcomes: readonly ReplicationOutcome[];
  /** Of an unfinished one, when the run was stopped early. */
  readonly partial: ReplicationOutcome | undefined;
  readonly complete: boolean;
  /** Replications run again because their thread died. */
  readonly retried?: readonly number[];
  /** What else the reader has to know of how the figures were obtained. */
  readonly notes?: readonly string[];
}

/**
 * The record of a simulation. Of a run that was stopped early only finished replications count, since a
 * piece of one would pull the figures towards the start of the run; a piece is reported when it is all
 * there is.
 */
export function summariseSimulation(
  plan: ScenarioPlan,
  provenance: Provenance,
  wallSeconds: number,
  result: SimulationResult,
): RunRecord {
  const { run, name, title } = plan.scenario;
  const { partial, complete, retried = [], notes = [] } = result;
  const finished = result.outcomes.length;
  const outcomes = finished === 0 && partial !== undefined ? [partial] : result.outcomes;
  const warnings: string[] = [...notes];
  if (!complete && finished > 0) {
    const reported = `${finished} of ${run.replications} replications were finished and are reported`;
    warnings.push(`Stopped early: ${reported}.`);
  }
  if (!complete && finished === 0) {
    const seconds = Math.floor(partial?.simulatedSeconds ?? 0);
    const of = run.duration / US_PER_S;
    const inWarmup = seconds < run.warmup / US_PER_S ? ', all of them in the warm-up' : '';
    const covered = `the first ${seconds} s of ${of} s of one replication${inWarmup}`;
    warnings.push(`Stopped early: the figures cover ${covered}.`);
  }
  if (retried.length > 0) {
    const which = retried.join(', ');
    warnings.push(`Replications ${which} lost their thread and were run again; the figures are whole.`);
  }
  const settling = complete ? settlingWarning(plan, outcomes) : undefined;
  if (settling !== undefined) warnings.push(settling);
  const record = summariseRun({
    scenario: name, title, world: 'sim', seed: run.seed, parts: partsOf(plan.scenario),
    fidelity: fidelityOf(plan.scenario), scale: 1, complete,
    warmupSeconds: run.warmup / US_PER_S, wallSeconds, provenance, slos: plan.slos,
    prices: plan.prices,
  }, outcomes);
  const document = { ...record.document, warnings: [...warnings, ...record.document.warnings] };
  const { cities } = plan.geography ?? {};
  return {
    ...record, document,
    ...(cities === undefined ? {}
      : { cities: { latitude: [...cities.latitude], longitude: [...cities.longitude] } }),
  };
}
