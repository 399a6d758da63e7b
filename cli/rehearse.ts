import { availableParallelism } from 'node:os';
import { Command } from 'commander';
import { slisOf } from '../models/operations/sli.ts';
import { renderDebrief } from '../reports/drill.ts';
import { renderIncidents } from '../reports/terminal.ts';
import { suggest } from '../scenarios/errors.ts';
import { partsOf, type ScenarioPlan } from '../scenarios/plan.ts';
import { drill } from './drill.ts';
import { EXIT, UsageError } from './exit.ts';
import { interruptible } from './interrupt.ts';
import { ProgressLine } from './progress.ts';
import { reportStudy, runStudy } from './run-designs.ts';
import {
  addScenarioOptions,
  readPlan,
  type PlannedDesign,
  type ScenarioOptions,
} from './scenario-options.ts';
import { note, print, terminalOptions } from './terminal.ts';

interface RehearseOptions extends ScenarioOptions {
  readonly seeds: string;
  readonly by?: string;
  readonly drill?: boolean;
  readonly script?: string;
  readonly json?: boolean;
  readonly out?: string;
}

/** `weir rehearse`: a failure before it happens, over many seeds or at the terminal. */
export function rehearseCommand(): Command {
  const command = new Command('rehearse')
    .description('rehearse a failure: what it costs, what the runbook is worth, or a drill')
    .argument('<scenario>', 'a scenario with faults and monitoring')
    .option('--seeds <count>', 'replications, each with its own onset of the faults', '20')
    .option('--by <indicator>', 'indicator to rank by; without it that of the first objective with data')
    .option('--drill', 'play the on-call engineer: the cause is hidden, type help for what can be done')
    .option('--script <file>', 'commands of the drill from a file')
    .option('--json', 'print the comparison (weir.comparison/1), or the drill\'s journal (weir.drill/1)')
    .option('--out <folder>', 'also write the runs, as weir run does')
    .addHelpText('after', `
Over many seeds the scenario runs as if nobody were there, by its runbooks, and without the faults, on common
random numbers: the differences are the faults' and the runbooks' own.

Examples:
  weir rehearse edge-down --seeds 50
  weir rehearse upload-bad-deploy --by upload_success_rate
  weir rehearse edge-down --drill
  weir rehearse edge-down --drill --script docs/drills/edge-down.txt --json`)
    .action(async (scenario: string, options: RehearseOptions) => {
      process.exitCode = await rehearse(scenario, options);
    });
  return addScenarioOptions(command);
}

async function rehearse(scenario: string, options: RehearseOptions): Promise<number> {
  const plan = readPlan(scenario, options);
  if (plan.scenario.faults.length === 0) throw new UsageError(`${scenario} has no faults to rehearse`);
  if (plan.scenario.monitoring === undefined) {
    throw new UsageError(`${scenario} is not monitored: add "monitoring: {}", or nobody is told`);
  }
  if (options.drill === true) {
    const debrief = await drill(plan, options.script, options.json === true);
    await print(options.json === true ? JSON.stringify(debrief, null, 2)
      : renderDebrief(debrief, terminalOptions(process.stdout)));
    return EXIT.good;
  }
  if (options.script !== undefined) throw new UsageError('--script: is for --drill');
  return batch(scenario, options);
}

async function batch(scenario: string, options: RehearseOptions): Promise<number> {
  if (!/^[1-9]\d{0,3}$/.test(options.seeds)) {
    throw new UsageError(`--seeds: expected a number from 1 to 9999, got "${options.seeds}"`);
  }
  const design = (name: string, title: string, set: readonly string[]): PlannedDesign => {
    const settings = [...options.set, `run.replications=${options.seeds}`, ...set];
    const { replications: _none, ...others } = options;
    return { name, title, set: {}, plan: readPlan(scenario, { ...others, set: settings }) };
  };
  const designs = [
    design('nobody-there', 'The faults, and nobody does anything', ['runbooks=[]', 'degraded={}']),
    design('runbook', 'The faults, and the runbooks are followed', []),
    design('no-fault', 'An evening without the faults', ['faults=[]', 'runbooks=[]', 'degraded={}']),
  ].filter(({ name, plan: { scenario: { runbooks, degraded } } }) =>
    name !== 'runbook' || runbooks.length + degraded.levels.length > 0);
  const startedAt = new Date();
  const progress = new ProgressLine();
  const { signal, restore } = interruptible('Stopping: what was simulated so far is compared');
  try {
    const study = await runStudy(
      { designs, rank: { by: indicatorOf(designs[0]!.plan, options.by), indifference: 0.05 } },
      scenario,
      {
        workers: availableParallelism(),
        signal,
        onProgress: ({ fraction, finished, replications }) =>
          progress.update(fraction, `${finished} of ${replications} replications done`),
      },
    );
    progress.clear();
    await reportStudy(study, options, startedAt);
    const rehearsed =
      study.records.find(({ document }) => (document.steps ?? []).length > 0) ?? study.records[0]!;
    if (options.json !== true)
      await print(renderIncidents(rehearsed.document, terminalOptions(process.stdout)));
    const worst = worstOf(study.records[0]!.document);
    if (worst !== undefined && options.json !== true) note(worst);
    return study.document.complete ? EXIT.good : EXIT.interrupted;
  } finally {
    progress.clear();
    restore();
  }
}

/** The indicator to rank by: as asked for, availability where somebody watches, or the first objective's. */
function indicatorOf({ scenario, slos }: ScenarioPlan, asked: string | undefined): string {
  const known = slisOf(partsOf(scenario)).map(({ name }) => name);
  if (asked === undefined) {
    const objectives = slos.map(({ sli }) => sli).filter((sli) => known.includes(sli));
    return objectives.find((sli) => sli === 'cdn_availability') ?? objectives[0] ?? known[0]!;
  }
  if (!known.includes(asked)) {
    throw new UsageError(`--by: expected an indicator of the scenario, got ${suggest(asked, known)}`);
  }
  return asked;
}

/** The replication that was worst in the indicator of the first objective with data. */
function worstOf({
  slos,
  slis,
  seed,
}: {
  readonly slos: readonly { readonly sli: string; readonly verdict: string; readonly direction: string }[];
  readonly slis: Readonly<Record<string, { readonly values: readonly number[] }>>;
  readonly seed: number;
}): string | undefined {
  const slo = slos.find(({ verdict }) => verdict !== 'no-data');
  const values = slo === undefined ? [] : slis[slo.sli]!.values;
  if (values.length < 2) return undefined;
  const worst = slo!.direction === 'below' ? Math.max(...values) : Math.min(...values);
  return `Worst of the seeds by ${slo!.sli}: replication ${values.indexOf(worst) + 1} of seed ${seed}.`;
}
