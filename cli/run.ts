import { existsSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Command, Option } from 'commander';
import type { RunDocument, RunRecord } from '../models/core/run-record.ts';
import { sessionTrace } from '../models/player/session-trace.ts';
import { perfettoTrace } from '../reports/perfetto.ts';
import { renderRun } from '../reports/terminal.ts';
import { simulateInParallel, type ParallelOptions } from '../sim/parallel.ts';
import type { Precision } from '../sim/statistics/stopping-rule.ts';
import { SLIS } from '../models/operations/sli.ts';
import { suggest } from '../scenarios/errors.ts';
import { describeDifference, verifyReplication } from '../sim/determinism.ts';
import type { ScenarioPlan } from '../scenarios/plan.ts';
import { EXIT, UsageError } from './exit.ts';
import { prepareOutput, writeRun } from './output.ts';
import { prepareP1203, writeP1203 } from './p1203-files.ts';
import { provenanceOf } from './provenance.ts';
import { reportStudy, runStudy } from './run-designs.ts';
import {
  addScenarioOptions, readStudy, scenariosHelp, type PlannedDesign, type PlannedStudy, type ScenarioOptions,
} from './scenario-options.ts';
import { note, print, terminalOptions } from './terminal.ts';
import { watched, workerCount } from './watched.ts';

/** Options on what to do with a finished run, of either world. */
export interface ReportOptions {
  readonly json?: boolean;
  readonly out?: string;
  readonly strict?: boolean;
  readonly trace?: string;
  readonly p1203?: string;
}

interface RunOptions extends ScenarioOptions, ReportOptions {
  readonly workers?: string;
  readonly checkpoint?: string;
  readonly verify?: boolean;
  readonly precision: readonly string[];
}

/** `weir run`: simulates a scenario and reports it against its objectives. */
export function runCommand(): Command {
  const command = new Command('run')
    .description('simulate a scenario and hold it against its objectives')
    .argument('<scenario>', 'a scenario file, or the name of a shipped one')
    .option('--json', 'print the run document (schema weir.run/1) instead of tables')
    .option('--out <folder>', 'also write manifest.json, summary.json, report.html and Parquet files')
    .option('--workers <count>', 'threads for replications (default: one a core); results are the same')
    .option('--checkpoint <file>', 'keep finished replications here; the same command goes on from them')
    .option('--trace <file>', 'write logged sessions and jobs as a trace for ui.perfetto.dev')
    .option('--p1203 <folder>', 'write the sessions logged (run.logs) as input for ITU-T P.1203, mode 0')
    .option('--verify', 'run the first replication twice and compare the histories event by event instead')
    .addOption(new Option('--precision <sli=percent>',
      'stop once the 95 % interval of an indicator is this narrow, '
      + 'such as playback_start_seconds_p99=5%; --replications is then the most; repeatable')
      .argParser((value: string, before: readonly string[]) => [...before, value]).default([], 'none'))
    .option('--strict', 'exit with 3 when an objective is missed, 4 when one is inconclusive')
    .addHelpText('after', () => `${scenariosHelp()}

Examples:
  weir run evening-peak
  weir run evening-peak --set cdn.edge.capacity=6GB --out runs/small-edge
  weir run evening-peak --replications 1 --json
  weir run household --set run.logs=100 --p1203 sessions && python -m itu_p1203 sessions/*.json`)
    .action(async (scenario: string, options: RunOptions) => {
      process.exitCode = await run(scenario, options);
    });
  return addScenarioOptions(command);
}

async function run(scenario: string, options: RunOptions): Promise<number> {
  const study = readStudy(scenario, options);
  if (options.verify === true) return verify(study.designs.map(({ plan }) => plan));
  const workers = workerCount(options.workers);
  prepareOutputs(options);
  if (study.designs.length > 1) return compareVariants(study, scenario, workers, options);
  const [{ plan }] = study.designs as [PlannedDesign];
  const startedAt = new Date();
  const record = await watched('--checkpoint: ', ({ signal, onProgress }) => simulateInParallel(plan, {
    provenance: provenanceOf(plan, scenario),
    signal,
    workers,
    ...precisionOf(options.precision),
    ...(options.checkpoint === undefined ? {} : { checkpoint: options.checkpoint }),
    onProgress,
  }));
  return report(record, plan, options, startedAt);
}

/** Runs a scenario with its variants, and holds the baseline against its objectives. */
async function compareVariants(
  study: PlannedStudy, scenario: string, workers: number, options: RunOptions,
): Promise<number> {
  if (options.trace !== undefined) throw new UsageError('--trace: name one design with --variant');
  if (options.p1203 !== undefined) throw new UsageError('--p1203: name one design with --variant');
  if (options.precision.length > 0) throw new UsageError('--precision: name one design with --variant');
  const startedAt = new Date();
  const compared = await watched('--checkpoint: ', ({ signal, onProgress }) => runStudy(study, scenario, {
    workers, signal, onProgress,
    ...(options.checkpoint === undefined ? {} : { checkpoint: options.checkpoint }),
  }));
  await reportStudy(compared, options, startedAt);
  const { document } = compared;
  if (!document.complete) return EXIT.interrupted;
  return options.strict === true ? verdictStatus(document.baseline.run) : EXIT.good;
}

/** Refuses what could not be written, before anything is simulated. */
function prepareOutputs({ out, trace, p1203 }: RunOptions): void {
  if (out !== undefined) prepareOutput(out);
  if (p1203 !== undefined) prepareP1203(p1203);
  if (trace === undefined) return;
  if (existsSync(trace) && statSync(trace).isDirectory()) {
    throw new UsageError(`--trace: expected a file, but ${trace} is a folder`);
  }
  if (!existsSync(dirname(trace))) throw new UsageError(`--trace: there is no folder ${dirname(trace)}`);
}

/** Prints and writes a finished run; the exit status it deserves. */
export async function report(
  record: RunRecord, { scenario }: ScenarioPlan, options: ReportOptions, startedAt: Date,
): Promise<number> {
  const { document } = record;
  if (options.out !== undefined) {
    writeRun(options.out, record, startedAt);
    const places = record.places === undefined ? '' : 'places.parquet, ';
    note(`Wrote ${options.out}/: manifest.json, summary.json, series.parquet, sessions.parquet, ${places}`
      + 'report.html');
  }
  if (options.trace !== undefined) {
    const trace = [...record.logs.flatMap(sessionTrace), ...record.trace ?? []];
    writeFileSync(options.trace, perfettoTrace(trace));
    note(`Wrote ${options.trace}: open it in ui.perfetto.dev`);
  }
  if (options.p1203 !== undefined) writeP1203(options.p1203, record.logs, scenario.catalogue.codecs);
  await print(options.json === true
    ? JSON.stringify(document, null, 2)
    : renderRun(document, terminalOptions(process.stdout), record.series));
  if (!document.complete) return EXIT.interrupted;
  return options.strict === true ? verdictStatus(document) : EXIT.good;
}

/** Two runs of one replication must be one history. */
async function verify(plans: readonly ScenarioPlan[]): Promise<number> {
  for (const plan of plans) {
    const name = [plan.scenario.name, ...(plan.variant === undefined ? [] : [plan.variant])].join(', ');
    const difference = verifyReplication(plan, 0);
    if (difference !== undefined) {
      note(`weir: ${name}: ${describeDifference(difference)}. That is a bug in Weir.`);
      return EXIT.internal;
    }
    await print(`${name}: the first replication, run twice, has one history.`);
  }
  return EXIT.good;
}

/** Reads `indicator=5%`. */
function precisionOf(texts: readonly string[]): Pick<ParallelOptions, 'precision'> {
  if (texts.length === 0) return {};
  const precision: Record<string, Precision> = {};
  for (const text of texts) {
    const [, name, percent] = /^(\w+)=(\d+(?:\.\d+)?)\s*%$/.exec(text) ?? [];
    if (name === undefined || Number(percent) <= 0) {
      const expected = 'expected indicator=percent, such as cache_hit_rate=1%';
      throw new UsageError(`--precision: ${expected}, got "${text}"`);
    }
    const known = SLIS.map((sli) => sli.name);
    if (!known.includes(name)) {
      throw new UsageError(`--precision: unknown indicator "${name}": ${suggest(name, known)}`);
    }
    precision[name] = { relative: Number(percent) / 100 };
  }
  return { precision };
}

function verdictStatus(document: RunDocument): number {
  const verdicts = document.slos.map((slo) => slo.verdict);
  if (verdicts.includes('missed')) return EXIT.failed;
  return verdicts.includes('inconclusive') ? EXIT.inconclusive : EXIT.good;
}
