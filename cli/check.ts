import { appendFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { relative } from 'node:path';
import { Command } from 'commander';
import type { RunDocument } from '../models/core/run-record.ts';
import { decideGate } from '../models/operations/gate/decide.ts';
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
  readonly verdict?: string;
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
    .option('--verdict <file>', 'write the verdict as JSON to a file')
    .addHelpText(
      'after',
      `
Both sides run with the same seeds on common random numbers, in this job. An objective fails when
it got worse by more than its margin (slos[].margin) beyond chance, or is missed where the baseline
met it; it passes when it did not get worse by the margin, beyond chance; else more replications are
run, up to --budget. The chance that an unchanged scenario fails is at most 0.2 %, over all of its
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
      const passOn = [
        '--seed', String(plan.scenario.run.seed), ...options.variant.flatMap((one) => ['--variant', one]),
      ];
      const isKept = plan.scenario.run.first !== undefined;
      const baseline = reference === undefined || isKept ? undefined
        : baselines.open(reference, file, passOn);
      const checkpoint = baselines.checkpoint();
      const head = async (replications: number): Promise<RunDocument> => {
        const scenario = { ...plan.scenario, run: { ...plan.scenario.run, replications } };
        const { document } = await simulateInParallel(
          { ...plan, scenario },
          {
            provenance: provenanceOf(plan, name),
            workers: availableParallelism(),
            checkpoint,
            signal,
            onProgress: ({ fraction }) =>
              progress.update(fraction, `${plan.scenario.name}, ${replications} replications`),
          },
        );
        return document;
      };
      const one = await checkOne({ plan, name }, baseline, head, budget, signal);
      if (one === undefined || signal.aborted) return EXIT.interrupted;
      checked.push(one);
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
  { plan, name }: { readonly plan: ScenarioPlan; readonly name: string }, baseline: Baseline | undefined,
  head: (replications: number) => Promise<RunDocument>, budget: number, signal: AbortSignal,
): Promise<CheckedScenario | undefined> {
  const { scenario, slos } = plan;
  const { first: kept, replications } = scenario.run;
  const decision = await decideGate(
    { slos, ownSlos: scenario.slos !== undefined || (scenario.monitoring?.openslo ?? []).length > 0 },
    { head, baseline: baseline === undefined ? undefined : (count) => baseline.run(count) },
    // A kept replication is judged by itself: its objectives are what it came to.
    kept !== undefined ? { first: replications, budget: replications, signal } : {
      first: Math.max(FIRST_LOOK, replications),
      budget: Math.min(budget, baseline?.most ?? Infinity), signal,
    },
  );
  if (decision === undefined) return undefined;
  const file = scenarioFileOf(name);
  const here = relative(process.cwd(), file);
  return {
    // A job's page finds files by their way from where it began.
    scenario: scenario.name, file: here.startsWith('..') ? file : here, name,
    baseline: baseline?.name ?? null, ...decision,
  };
}

async function tell(checked: readonly CheckedScenario[], options: CheckOptions): Promise<void> {
  if (options.junit !== undefined) writeFileSync(options.junit, junitXml(checked));
  const summary = options.summary ?? process.env['GITHUB_STEP_SUMMARY'];
  if (summary !== undefined && summary !== '') appendFileSync(summary, checkSummary(checked));
  const verdict = { schema: 'weir.check/1', status: statusOf(checked), scenarios: checked };
  const json = JSON.stringify(verdict, null, 2);
  if (options.verdict !== undefined) writeFileSync(options.verdict, `${json}\n`);
  if (options.json === true) return print(json);
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
