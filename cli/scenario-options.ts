import { Option, type Command } from 'commander';
import { buildPlan } from '../scenarios/build.ts';
import { suggest } from '../scenarios/errors.ts';
import { loadScenario } from '../scenarios/load.ts';
import type { ScenarioPlan } from '../scenarios/plan.ts';
import { UsageError } from './exit.ts';
import { diskFiles, findScenario, libraryScenarios } from './files.ts';

/** Options of every verb that reads a scenario. */
export interface ScenarioOptions {
  readonly set: readonly string[];
  readonly seed?: string;
  readonly replications?: string;
}

/** Adds `--set`, `--seed` and `--replications` to a verb. */
export function addScenarioOptions(command: Command): Command {
  const collect = (value: string, before: readonly string[]) => [...before, value];
  return command
    .addOption(new Option('--set <path=value>',
      'override a parameter, such as cdn.edge.capacity=40GB; repeatable')
      .argParser(collect).default([], 'none'))
    .option('--seed <integer>', 'seed of all random streams (--set run.seed=...)')
    .option('--replications <count>', 'independent replications (--set run.replications=...)');
}

/** Reads and checks the scenario a user named, with the settings of the command line. */
export function readPlan(name: string, options: ScenarioOptions): ScenarioPlan {
  const file = findScenario(name);
  if (file === undefined) {
    throw new UsageError(`expected a scenario file or the name of a shipped scenario, got "${name}": `
      + suggest(name, libraryScenarios()));
  }
  const settings = [...options.set];
  if (options.seed !== undefined) settings.push(`run.seed=${options.seed}`);
  if (options.replications !== undefined) settings.push(`run.replications=${options.replications}`);
  return buildPlan(loadScenario(file, diskFiles, settings), diskFiles);
}

/** Lines of help that name the shipped scenarios. */
export function scenariosHelp(): string {
  return `\nShipped scenarios: ${libraryScenarios().join(', ')}`;
}
