import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { TOTAL_COST } from '../models/operations/indicator.ts';
import { SLIS } from '../models/operations/sli.ts';
import { renderSweepHtml } from '../reports/html.ts';
import { renderSweep, sweepCsv } from '../reports/sweep.ts';
import { sweepDocument, type SweepDocument } from '../reports/sweep-document.ts';
import { suggest } from '../scenarios/errors.ts';
import { combine, parseFactor, type Factor } from '../scenarios/factors.ts';
import { MissingFigureError, simulateSweep, type SweepOptions, type SweptPoint } from '../sim/sweep.ts';
import { EXIT, UsageError } from './exit.ts';
import { prepareOutput, reportTemplate } from './output.ts';
import { checkoutChanges, provenanceOf } from './provenance.ts';
import { addScenarioOptions, readPoints, scenariosHelp, type ScenarioOptions } from './scenario-options.ts';
import { selectionOf, selectionTold, type SelectionOptions } from './sweep-selection.ts';
import { note, print, terminalOptions } from './terminal.ts';
import { watched, workerCount } from './watched.ts';

interface SweepCommandOptions extends ScenarioOptions, SelectionOptions {
  readonly cache: boolean | string;
  readonly workers?: string;
  readonly json?: boolean;
  readonly csv?: boolean;
  readonly out?: string;
}

/** Points of a sweep: more is a mistake more often than a wish. */
const MOST_POINTS = 400;
/** `weir sweep`: a scenario over all combinations of some values. */
export function sweepCommand(): Command {
  const command = new Command('sweep')
    .description('run a scenario over all combinations of some values, on common random numbers')
    .argument('<scenario>', 'a scenario file, or the name of a shipped one')
    .option('--by <indicator>', 'indicator to rank by, or total_cost (default: that of an objective)')
    .option('--select', 'find the best point with as few replications as that takes')
    .option('--indifference <value>',
      'difference not worth finding, in the unit of the indicator or as 0.1%: the selection is then KN')
    .option('--budget <count>', 'replications of all points together: the selection is then OCBA')
    .addOption(new Option('--cache <folder>', 'where computed points are kept')
      .default(true, 'your cache folder'))
    .option('--no-cache', 'compute every point, and keep none')
    .option('--workers <count>', 'threads (default: one a core); results are the same')
    .option('--json', 'print the document (schema weir.sweep/1) instead of tables')
    .option('--csv', 'print a row for every point instead of tables')
    .option('--out <folder>', 'also write sweep.html, sweep.json and sweep.csv')
    .addHelpText('after', () => `${scenariosHelp()}

A --set with several values is a factor, one with one value holds for every point. What was computed once, by
this version, is not computed again: a sweep that was killed goes on where it was.

Examples:
  weir sweep household --set cdn.edge.capacity=1GB,2GB,4GB --by cache_hit_rate
  weir sweep cache-size-study --set cdn.edge.capacity=1GB,2GB --set cdn.edge.policy=lru,s3fifo --out runs/x
  weir sweep cache-size-study --set cdn.edge.policy=lru,arc --by edge_hit_rate --select --indifference 1%`)
    .action(async (scenario: string, options: SweepCommandOptions) => {
      process.exitCode = await sweep(scenario, options);
    });
  return addScenarioOptions(command);
}

async function sweep(scenario: string, options: SweepCommandOptions): Promise<number> {
  const { by } = options;
  checkIndicator(by);
  const factors = factorsOf(options.set);
  const combinations = combine(factors.filter((factor) => factor.values.length > 1));
  if (combinations.length > MOST_POINTS) {
    throw new UsageError(`--set: expected at most ${MOST_POINTS} points, got ${combinations.length}`);
  }
  const fixed = factors.filter((factor) => factor.values.length === 1).flatMap(({ path, values }) =>
    values.map((value) => `${path}=${value}`));
  const plans = readPoints(scenario, options, combinations.map(({ settings }) => [...fixed, ...settings]));
  const points = plans.map((plan, i): SweptPoint =>
    ({ name: combinations[i]!.name, plan, provenance: provenanceOf(plan, scenario) }));
  const workers = workerCount(options.workers);
  const selection = selectionOf(options, points.length);
  if (options.out !== undefined) prepareOutput(options.out);
  const result = await watched('', ({ signal, onProgress }) => simulateSweep(points, {
    workers, signal, onProgress,
    ...(options.cache === false ? {} : { cache: cacheOf(options.cache) }),
    ...(selection === undefined ? {} : { selection }),
  })).catch((error: unknown) => {
    throw error instanceof MissingFigureError ? new UsageError(`--by: ${error.message}`) : error;
  });
  const { runs, selected, complete, replications, known } = result;
  const document = sweepDocument({
    factors: factors.filter((factor) => factor.values.length > 1), points: combinations, runs, by, complete,
    replications, known,
    selection: selected === undefined ? null : selectionTold(selected, by!, selection!.method),
  });
  await write(document, options);
  if (!complete) return EXIT.interrupted;
  return selected !== undefined && selected.design === undefined ? EXIT.inconclusive : EXIT.good;
}

async function write(document: SweepDocument, { json, csv, out }: SweepCommandOptions): Promise<void> {
  const text = `${JSON.stringify(document, null, 2)}\n`;
  if (out !== undefined) {
    mkdirSync(out, { recursive: true });
    writeFileSync(join(out, 'sweep.json'), text);
    writeFileSync(join(out, 'sweep.csv'), sweepCsv(document));
    writeFileSync(join(out, 'sweep.html'), renderSweepHtml(reportTemplate(), document));
    note(`Wrote ${out}/: sweep.html, sweep.json, sweep.csv`);
  }
  if (json === true) await print(text);
  else if (csv === true) await print(sweepCsv(document));
  else await print(renderSweep(document, terminalOptions(process.stdout)));
}

function factorsOf(texts: readonly string[]): Factor[] {
  const factors = texts.map((text) => {
    const factor = parseFactor(text);
    if (factor !== undefined) return factor;
    const expected = 'expected path=value,value, such as cdn.edge.capacity=4GB,8GB';
    throw new UsageError(`--set: ${expected}, got "${text}"`);
  });
  if (!factors.some((factor) => factor.values.length > 1)) {
    throw new UsageError('expected a parameter with several values, such as --set cdn.edge.capacity=4GB,8GB');
  }
  factors.forEach(({ path, values }, i) => {
    const first = factors.findIndex((factor) => factor.path === path);
    if (first !== i) throw new UsageError(`--set: ${path} stands twice`);
    const again = values.find((value, k) => values.indexOf(value) !== k);
    if (again !== undefined) throw new UsageError(`--set: ${path} has the value ${again} twice`);
  });
  return factors;
}

function checkIndicator(by: string | undefined): void {
  const known = [...SLIS.map((sli) => sli.name), TOTAL_COST];
  if (by === undefined || known.includes(by)) return;
  throw new UsageError(`--by: unknown indicator "${by}": ${suggest(by, known)}`);
}

function cacheOf(option: true | string): NonNullable<SweepOptions['cache']> {
  const home = process.env['XDG_CACHE_HOME'];
  const caches = home === undefined || home === '' ? join(homedir(), '.cache') : home;
  const folder = option === true ? join(caches, 'weir', 'points') : option;
  const nameOf = (key: string) => createHash('sha256').update(key).digest('hex').slice(0, 40);
  return { folder, nameOf, version: checkoutChanges() };
}
