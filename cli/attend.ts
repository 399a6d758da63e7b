import { writeFileSync } from 'node:fs';
import { US_PER_S } from '../models/core/units.ts';
import { runbooksOf } from '../models/operations/runbook/params.ts';
import type { ReplicationOutcome } from '../models/operations/run-summary.ts';
import { chaosJournal, type Rehearsed, type RehearsalStatus } from '../reports/journal.ts';
import type { ScenarioPlan } from '../scenarios/plan.ts';
import { Drill } from '../sim/drill.ts';
import { weirVersion } from './provenance.ts';

/** Simulated time between two looks at whether somebody wants it to stop. [s] */
const TURN_S = 60;

/**
 * Rehearses the first replication attended: the hypothesis is verified before the faults and at the end, and
 * conditions to abort are watched.
 */
export async function attend(plan: ScenarioPlan, signal: AbortSignal): Promise<Rehearsed> {
  const drill = new Drill(plan);
  let over = drill.stopped !== undefined;
  while (!over && !signal.aborted) {
    over = drill.wait(TURN_S);
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  const { seconds } = drill;
  const outcome = drill.finish();
  return rehearsedOf(plan, drill, outcome, {
    status: drill.stopped ?? (over ? 'completed' : 'interrupted'), seconds,
    actions: stepsDone(plan, outcome),
  });
}

/** What a drill or an attended rehearsal came to, for its journal. */
export function rehearsedOf(
  plan: ScenarioPlan, { watch }: Drill, { faults = [] }: Pick<ReplicationOutcome, 'faults'>,
  { status, seconds, actions }: { readonly status: RehearsalStatus; readonly seconds: number;
    readonly actions: Rehearsed['actions'] },
): Rehearsed {
  const fromSeconds = plan.scenario.run.warmup / US_PER_S;
  return {
    scenario: plan.scenario, status, fromSeconds,
    untilSeconds: fromSeconds + seconds,
    before: watch.before, after: watch.after, abortedBy: watch.abortedBy,
    faults, actions, version: weirVersion(),
  };
}

/** Writes the journal of a rehearsal. */
export function writeJournal(file: string, rehearsed: Rehearsed): void {
  writeFileSync(file, `${JSON.stringify(chaosJournal(rehearsed), null, 2)}\n`);
}

function stepsDone({ scenario }: ScenarioPlan, { steps = [] }: ReplicationOutcome): Rehearsed['actions'] {
  const names = runbooksOf(scenario.runbooks).map(({ name }) => name);
  return steps.filter(({ runbook, doneAt }) => names.includes(runbook) && Number.isFinite(doneAt))
    .map(({ runbook, step, action, doneAt }) => {
      return { seconds: doneAt / US_PER_S, what: `${runbook}, step ${step + 1}: ${action}` };
    });
}
