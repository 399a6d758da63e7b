import { readFileSync } from 'node:fs';
import { Option, type Command } from 'commander';
import { buildPlans } from '../scenarios/build.ts';
import { suggest } from '../scenarios/errors.ts';
import { readFaults } from '../scenarios/fault-files.ts';
import { loadStudy, type LoadedDesign, type LoadedStudy } from '../scenarios/load.ts';
import type { ScenarioPlan } from '../scenarios/plan.ts';
import { UsageError } from './exit.ts';
import { diskFiles, findFaults, findScenario, libraryScenarios, shippedFaults } from './files.ts';
import { note } from './terminal.ts';

/** Options of every verb that reads a scenario. */
export interface ScenarioOptions {
  readonly set: readonly string[];
  readonly seed?: string;
  readonly replications?: string;
  readonly variant: readonly string[];
  readonly faults?: string;
}

/** Adds `--set`, `--seed`, `--replications` and `--variant` to a verb. */
export function addScenarioOptions(command: Command): Command {
  const collect = (value: string, before: readonly string[]) => [...before, value];
  return command
    .addOption(new Option('--set <path=value>',
      'override a parameter, such as cdn.edge.capacity=40GB; repeatable')
      .argParser(collect).default([], 'none'))
    .option('--seed <integer>', 'seed of all random streams (--set run.seed=...)')
    .option('--replications <count>', 'independent replications (--set run.replications=...)')
    .option('--faults <file>', 'faults of a file, or of a shipped one, in place of the scenario\'s own')
    .addOption(new Option('--variant <name>', 'only this variant of the scenario; repeatable')
      .argParser(collect).default([], 'all'));
}

/** A design of a scenario with its plan. */
export interface PlannedDesign extends Omit<LoadedDesign, 'loaded' | 'overruled'> {
  readonly plan: ScenarioPlan;
}

/** The designs of a scenario that are wanted, the baseline first where there are several. */
export interface PlannedStudy {
  readonly designs: readonly PlannedDesign[];
  readonly rank: LoadedStudy['rank'];
}

/** Reads and checks the scenario a user named, or the one variant of it that they named. */
export function readPlan(name: string, options: ScenarioOptions): ScenarioPlan {
  const { designs } = loadNamed(name, options);
  const { variant } = options;
  if (variant.length > 1) throw new UsageError('--variant: expected one, as only one can be run here');
  return buildDesigns(variant.length === 0 ? designs.slice(0, 1) : pick(designs, variant))[0]!.plan;
}

/** Reads and checks the scenario a user named with its variants, or with those that they named. */
export function readStudy(name: string, options: ScenarioOptions): PlannedStudy {
  const { designs, rank } = loadNamed(name, options);
  return { designs: buildDesigns(pick(designs, options.variant)), rank };
}

/** The file of the scenario a user named; a UsageError with the nearest name when there is none. */
export function scenarioFileOf(name: string): string {
  const file = findScenario(name);
  if (file !== undefined) return file;
  throw new UsageError(`expected a scenario file or the name of a shipped scenario, got "${name}": `
    + suggest(name, libraryScenarios()));
}

/** Reads and checks a scenario once for each list of settings; files that points share are read once. */
export function readPoints(
  name: string, options: ScenarioOptions, settings: ReadonlyArray<readonly string[]>,
): ScenarioPlan[] {
  const { variant } = options;
  if (variant.length > 1) throw new UsageError('--variant: expected one');
  const designs = settings.map((set) => {
    const all = loadNamed(name, { ...options, set }).designs;
    return variant.length === 0 ? all[0]! : pick(all, variant)[0]!;
  });
  return buildPlans(designs, diskFiles);
}

/** Lines of help that name the shipped scenarios. */
export function scenariosHelp(): string {
  return `\nShipped scenarios: ${libraryScenarios().join(', ')}`;
}

function loadNamed(name: string, options: ScenarioOptions): LoadedStudy {
  const file = scenarioFileOf(name);
  const settings = [...options.set];
  if (options.seed !== undefined) settings.push(`run.seed=${options.seed}`);
  if (options.replications !== undefined) settings.push(`run.replications=${options.replications}`);
  if (options.faults !== undefined) settings.push(`faults=${JSON.stringify(faultsOf(options.faults))}`);
  return loadStudy(file, diskFiles, settings);
}

/** The faults of the file a user named. */
function faultsOf(name: string): readonly unknown[] {
  const file = findFaults(name);
  if (file !== undefined) return readFaults(readFileSync(file, 'utf8'), file);
  throw new UsageError(`--faults: expected a file of faults or the name of a shipped one, got "${name}": `
    + suggest(name, shippedFaults()));
}

/** All designs, the one that is named, or the baseline and those that are named. */
function pick(designs: readonly LoadedDesign[], names: readonly string[]): readonly LoadedDesign[] {
  const known = designs.length === 1 ? [] : designs.map((design) => design.name);
  for (const name of names) {
    if (known.includes(name)) continue;
    throw new UsageError(known.length === 0 ? '--variant: the scenario has no variants'
      : `--variant: unknown variant "${name}": ${suggest(name, known)}`);
  }
  if (names.length === 0) return designs;
  return designs.filter(({ name }, i) => names.includes(name) || (i === 0 && names.length > 1));
}

function buildDesigns(designs: readonly LoadedDesign[]): PlannedDesign[] {
  for (const { name, overruled } of designs) {
    if (overruled.length === 0) continue;
    const message = `variant "${name}" sets ${overruled.join(', ')} itself`;
    if (designs.length === 1) throw new UsageError(`--set: ${message}; leave out one of the two`);
    note(`weir: ${message}: there --set does nothing`);
  }
  const plans = buildPlans(designs, diskFiles);
  return designs.map(({ name, title, set }, i) => ({ name, title, set, plan: plans[i]! }));
}
