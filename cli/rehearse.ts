import { Command } from 'commander';
import { renderDebrief } from '../reports/drill.ts';
import { drill } from './drill.ts';
import { EXIT, UsageError } from './exit.ts';
import { rehearseBatch, type BatchOptions } from './rehearse-batch.ts';
import { addScenarioOptions, readPlan } from './scenario-options.ts';
import { print, terminalOptions } from './terminal.ts';

interface RehearseOptions extends BatchOptions {
  readonly drill?: boolean;
  readonly script?: string;
  readonly speed?: string;
}

/** A drill that never began, or had to be stopped, has failed. */
const STATUSES = {
  completed: EXIT.good, failed: EXIT.failed, aborted: EXIT.failed, interrupted: EXIT.interrupted,
} as const;

/** `weir rehearse`: a failure before it happens, over many seeds or at the terminal. */
export function rehearseCommand(): Command {
  const command = new Command('rehearse')
    .description('rehearse a failure: what it costs, what the runbook is worth, or a drill')
    .argument('<scenario>', 'a scenario with faults and monitoring')
    .option('--seeds <count>', 'replications, each with its own onset of the faults', '20')
    .option('--later <durations>', 'faults begin so much later, each with every seed: 0s,10min', '0s')
    .option('--by <indicator>', 'indicator to rank by, and that the worst seed is worst in')
    .option('--keep-worst <file>', 'write a scenario of the worst seed alone, with objectives it came to')
    .option('--journal <file>', 'write the journal of the attended rehearsal, or of the drill, as the '
      + 'Chaos Toolkit does')
    .option('--drill', 'play the on-call engineer: the cause is hidden, type help for what can be done')
    .option('--script <file>', 'commands of the drill from a file')
    .option('--speed <times>', 'a drill goes on so many times as fast as the clock (default: at once)')
    .option('--json', 'print the comparison (weir.comparison/1), or the drill\'s journal (weir.drill/1)')
    .option('--out <folder>', 'also write the runs, as weir run does')
    .addHelpText('after', `
Over many seeds the scenario runs as if nobody were there, by its runbooks, and without the faults, on common
random numbers: the differences are the faults' and the runbooks' own. Distributions over seeds and timings
come with it. A scenario's hypothesis is verified before its faults, or the rehearsal has failed; its
conditions to abort stop it: both with exit status 3, Ctrl-C with 130. The journal has the Chaos Toolkit's
words: completed, failed, aborted, interrupted, and deviated.

Examples:
  weir rehearse edge-down --seeds 50
  weir rehearse edge-down --seeds 20 --later 0s,5min,10min --keep-worst worst.yaml && weir check worst.yaml
  weir rehearse upload-bad-deploy --by upload_success_rate
  weir rehearse edge-down --drill --speed 60
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
    const debrief = await drill(plan, {
      script: options.script, quiet: options.json === true, speed: speedOf(options.speed),
      journal: options.journal,
    });
    await print(options.json === true ? JSON.stringify(debrief, null, 2)
      : renderDebrief(debrief, terminalOptions(process.stdout)));
    return STATUSES[debrief.status];
  }
  if (options.script !== undefined) throw new UsageError('--script: is for --drill');
  return rehearseBatch(scenario, plan, options);
}

function speedOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const speed = Number(text.replace(/x$/, ''));
  if (speed > 0 && Number.isFinite(speed)) return speed;
  throw new UsageError(`--speed: expected a number above 0, such as 60, got "${text}"`);
}
