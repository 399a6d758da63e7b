import { appendFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { Command } from 'commander';
import type { RunDocument } from '../models/core/run-record.ts';
import {
  defaultMargin, gateLooks, judgeAlone, judgeGate, type GateResult,
} from '../models/operations/gate/gate.ts';
import { annotations, checkSummary, junitXml, renderCheck, type CheckedScenario } from '../reports/check.ts';
import type { ScenarioPlan } from '../scenarios/plan.ts';
import { simulateInParallel } from '../sim/parallel.ts';
import { Baselines, type Baseline } from './check-baseline.ts';
import { readScenarioFile } from '../scenarios/document.ts';
import { isRecord } from '../scenarios/schema-walk.ts';
import { EXIT, UsageError } from './exit.ts';
import { diskFiles } from './files.ts';
import { interruptible } from './interrupt.ts';
import { ProgressLine } from './progress.ts';
import { provenanceOf } from './provenance.ts';
import { addScenarioOptions, readPlan, scenarioFileOf, type ScenarioOptions } from './scenario-options.ts';
import { print, terminalOptions } from './terminal.ts';

interface CheckOptions extends ScenarioOptions {
  readonly baseline?: string;
  readonly budget: string;
  readonly junit?: string;
  readonly summary?: string;
  readonly json?: boolean;
}

/** Replications of the first look; fewer say little of spread. */
const FIRST_LOOK = 5;

/** `weir check`: a gate for CI that does not cry wolf. */
export function checkCommand(): Command {
  const command = new Command('check')
    .description('hold scenarios against their objectives, or against what they were before a change')
    .argument('<scenarios...>', 'scenario files, or names of shipped ones')
    .option('--baseline <ref>', 'a git revision, or a run written with --out, to compare with')
    .option('--budget <count>', 'most replications to decide with', '50')
    .option('--junit <file>', 'write JUnit XML')
    .option('--summary <file>', 'append a summary in Markdown (default: $GITHUB_STEP_SUMMARY, when set)')
    .option('--json', 'print the verdict as JSON (schema weir.check/1)')
    .addHelpText(
      'after',
      `
Both sides run with the same seeds on common random numbers, in this job. An objective fails when
it got worse by more than its margin (slos[].margin) beyond chance, or is missed where the baseline
met it; it passes when it did not get worse by the margin, beyond chance; else more replications are
run, up to --budget. The chance that an unchanged scenario fails is at most 5 %, over all of its
objectives and looks; one whose history is identical passes at once. --set changes this side only.

Exit status: 0 passed, 2 wrong command line or file, 3 failed, 4 inconclusive

Examples:
  weir check evening-peak
  weir check scenarios/*.yaml --baseline origin/main --junit weir.xml
  weir check evening-peak --baseline runs/base --set player.abr.ewmaWeight=1`,
    )
    .action(async (scenarios: readonly string[], options: CheckOptions) => {
      process.exitCode = await check(scenarios, options);
    });
  return addScenarioOptions(command);
}

async function check(scenarios: readonly string[], options: CheckOptions): Promise<number> {
  const budget = Number(options.budget);
  if (!Number.isInteger(budget) || budget < 1 || budget > 10_000) {
    throw new UsageError(`--budget: expected a number from 1 to 10000, got "${options.budget}"`);
  }
  const baselines = new Baselines();
  const progress = new ProgressLine();
  const { signal, restore } = interruptible('Stopping: nothing is judged');
  const checked: CheckedScenario[] = [];
  try {
    const planned = scenarios.map((name) => ({ name, plan: readPlan(name, options) }));
    for (const { name, plan } of planned) {
      const file = scenarioFileOf(name);
      const { baseline: reference } = options;
      const seed = ['--seed', String(plan.scenario.run.seed)];
      const baseline = reference === undefined ? undefined : baselines.open(reference, file, seed);
      const head = async (replications: number): Promise<RunDocument> => {
        const scenario = { ...plan.scenario, run: { ...plan.scenario.run, replications } };
        const { document } = await simulateInParallel(
          { ...plan, scenario },
          {
            provenance: provenanceOf(plan, name),
            workers: availableParallelism(),
            signal,
            onProgress: ({ fraction }) =>
              progress.update(fraction, `${plan.scenario.name}, ${replications} replications`),
          },
        );
        return document;
      };
      checked.push(await checkOne(plan, name, file, baseline, head, budget, signal));
      if (signal.aborted) return EXIT.interrupted;
    }
  } finally {
    progress.clear();
    restore();
    baselines.close();
  }
  await tell(checked, options);
  return statusOf(checked);
}

async function checkOne(
  plan: ScenarioPlan, name: string, file: string, baseline: Baseline | undefined,
  head: (replications: number) => Promise<RunDocument>, budget: number, signal: AbortSignal,
): Promise<CheckedScenario> {
  const first = Math.max(FIRST_LOOK, plan.scenario.run.replications);
  const looks = gateLooks(first, Math.min(budget, baseline?.most ?? Infinity));
  const own = { scenario: plan.scenario.name, file, name, baseline: baseline?.name ?? null };
  let results: GateResult[] = [];
  for (const [i, replications] of looks.entries()) {
    const document = await head(replications);
    if (signal.aborted) break;
    const done = { ...own, replications, looks: i + 1 };
    if (baseline === undefined) results = judgeAlone(judged(plan, document));
    else {
      const before = await baseline.run(replications);
      if (before.fingerprint !== '' && before.fingerprint === document.fingerprint) {
        return { ...done, unchanged: true, results: unchanged(plan, document) };
      }
      results = judgeGate(objectives(plan, before, document), { looks: looks.length });
    }
    if (!results.some(({ verdict }) => verdict === 'inconclusive') || i === looks.length - 1
      || results.some(({ verdict }) => verdict === 'fail')) return { ...done, unchanged: false, results };
  }
  return { ...own, replications: 0, looks: 0, unchanged: false, results };
}

/** Objectives that are judged: those of parts that are simulated, and all that the scenario names itself. */
function judged(plan: ScenarioPlan, document: RunDocument): RunDocument['slos'] {
  return document.slos.filter(({ verdict }) => verdict !== 'no-data' || plan.scenario.slos !== undefined);
}

function objectives(plan: ScenarioPlan, before: RunDocument, after: RunDocument) {
  return judged(plan, after).map((slo) => {
    const definition = plan.slos.find(({ name }) => name === slo.name)!;
    const baselineVerdict = before.slos.find(({ name }) => name === slo.name)?.verdict ?? 'no-data';
    return {
      name: slo.name, direction: slo.direction, unit: slo.unit,
      margin: definition.margin ?? defaultMargin(definition),
      baseline: before.slis[slo.sli]?.values ?? [], head: after.slis[slo.sli]?.values ?? [],
      baselineVerdict, headVerdict: slo.verdict,
    };
  });
}

function unchanged(plan: ScenarioPlan, document: RunDocument): GateResult[] {
  return judged(plan, document).map(({ name, unit, value }) => ({
    name, unit, margin: 0, verdict: 'pass', reason: 'no behavioural change: the histories are identical',
    deterioration: null, baselineMean: value, headMean: value,
  }));
}

async function tell(checked: readonly CheckedScenario[], options: CheckOptions): Promise<void> {
  if (options.junit !== undefined) writeFileSync(options.junit, junitXml(checked));
  const summary = options.summary ?? process.env['GITHUB_STEP_SUMMARY'];
  if (summary !== undefined && summary !== '') appendFileSync(summary, checkSummary(checked));
  if (options.json === true) {
    await print(
      JSON.stringify({ schema: 'weir.check/1', status: statusOf(checked), scenarios: checked }, null, 2),
    );
    return;
  }
  await print(renderCheck(checked, terminalOptions(process.stdout)));
  if (process.env['GITHUB_ACTIONS'] === 'true') await print(annotations(checked, lineOf));
}

/**
 * Line of an objective in its scenario's file; of the first line where the objectives are the default ones.
 */
function lineOf({ file }: CheckedScenario, slo: string): number {
  const read = readScenarioFile(file, diskFiles);
  const { slos } = read.value;
  const at = Array.isArray(slos) ? slos.findIndex((one) => isRecord(one) && one['name'] === slo) : -1;
  return read.place(at < 0 ? ['slos'] : ['slos', at])?.place.line ?? 1;
}

function statusOf(checked: readonly CheckedScenario[]): number {
  const verdicts = checked.flatMap(({ results }) => results.map(({ verdict }) => verdict));
  if (verdicts.includes('fail') || verdicts.includes('error')) return EXIT.failed;
  return verdicts.includes('inconclusive') ? EXIT.inconclusive : EXIT.good;
}
