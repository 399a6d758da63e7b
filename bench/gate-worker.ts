/**
 * Trials of the gate: for each arm, a change against the baseline with the trial's seed. Arguments: first
 * trial, number of trials, seed. Prints one line of JSON a verdict.
 */
import { diskFiles, findScenario } from '../cli/files.ts';
import { provenanceOf } from '../cli/provenance.ts';
import type { RunDocument } from '../models/core/run-record.ts';
import { decideGate } from '../models/operations/gate/decide.ts';
import type { ReplicationOutcome } from '../models/operations/run-summary.ts';
import { buildPlan } from '../scenarios/build.ts';
import { loadScenario } from '../scenarios/load.ts';
import { summariseSimulation } from '../sim/summary.ts';
import { VideoRun } from '../sim/video-run.ts';
import { ARMS, BUDGET, GATE_SCENARIO, type TrialLine } from './gate.ts';

const [first = 0, count = 0, seed = 0] = process.argv.slice(2).map(Number);
for (let trial = first; trial < first + count; trial++) {
  const own = seed * 1_000_000 + trial;
  const baseline = side([], own);
  for (const { name, set, otherSeed } of ARMS) {
    const from = process.cpuUsage();
    const subject = { slos: baseline.plan.slos, ownSlos: true };
    const head = side(set, otherSeed ? own + 500_000 : own).run;
    const sides = { head, baseline: baseline.run };
    const decision = (await decideGate(subject, sides, { first: 5, budget: BUDGET }))!;
    const { user, system } = process.cpuUsage(from);
    const verdicts = decision.results.map(({ verdict }) => verdict);
    const worst = ['error', 'fail', 'inconclusive'].find((one) => verdicts.some((of) => of === one));
    const line: TrialLine = {
      trial, arm: name, verdict: worst ?? 'pass', replications: decision.replications,
      unchanged: decision.unchanged,
      cpuSeconds: (user + system) / 1e6,
      worse: decision.results[0]!.deterioration?.value ?? 0,
    };
    process.stdout.write(`${JSON.stringify(line)}\n`);
  }
}

/** A side of the gate that runs each replication once, however often it is looked at. */
function side(set: readonly string[], ownSeed: number) {
  const file = findScenario(GATE_SCENARIO)!;
  const plan = buildPlan(loadScenario(file, diskFiles, [...set, `run.seed=${ownSeed}`]), diskFiles);
  const provenance = provenanceOf(plan, GATE_SCENARIO);
  const outcomes: ReplicationOutcome[] = [];
  const run = (replications: number): Promise<RunDocument> => {
    while (outcomes.length < replications) {
      const one = new VideoRun(plan, outcomes.length);
      while (!one.advance(1_000_000));
      outcomes.push(one.finish());
    }
    const own = { outcomes: outcomes.slice(0, replications), partial: undefined, complete: true };
    return Promise.resolve(summariseSimulation(plan, provenance, 0, own).document);
  };
  return { plan, run };
}
