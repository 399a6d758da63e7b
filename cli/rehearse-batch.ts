import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseQuantity, QuantityError } from '../models/core/quantity.ts';
import { US_PER_S } from '../models/core/units.ts';
import {
  detectionsOf, distributionsOf, NO_FAULT, worstOf, type RehearsalDocument, type RehearsedRun,
  type WorstOutcome,
} from '../models/operations/rehearsal/outcomes.ts';
import { slisOf } from '../models/operations/sli.ts';
import { isDeviated } from '../reports/journal.ts';
import { renderRehearsal, renderSteadyState } from '../reports/rehearsal.ts';
import { commandLine } from '../reports/reproduce.ts';
import { renderIncidents } from '../reports/terminal.ts';
import { readChain } from '../scenarios/chain.ts';
import { suggest } from '../scenarios/errors.ts';
import { partsOf, type ScenarioPlan } from '../scenarios/plan.ts';
import { parseSettings } from '../scenarios/settings.ts';
import { attend, writeJournal } from './attend.ts';
import { EXIT, UsageError } from './exit.ts';
import { diskFiles } from './files.ts';
import { interruptible } from './interrupt.ts';
import { keptScenario } from './keep-worst.ts';
import { ProgressLine } from './progress.ts';
import { reportStudy, runStudy } from './run-designs.ts';
import {
  readPlan, scenarioFileOf, type PlannedDesign, type ScenarioOptions,
} from './scenario-options.ts';
import { note, print, terminalOptions } from './terminal.ts';

/** Options of a rehearsal over many seeds. */
export interface BatchOptions extends ScenarioOptions {
  readonly seeds: string;
  readonly later?: string;
  readonly by?: string;
  readonly keepWorst?: string;
  readonly journal?: string;
  readonly json?: boolean;
  readonly out?: string;
}

/** A design of a rehearsal at one timing of the faults. */
interface TimedDesign extends PlannedDesign {
  readonly of: string;
  readonly timing: string;
  readonly settings: readonly string[];
}

/**
 * Rehearses over many seeds, and timings of the faults: as if nobody were there, by the runbooks, and without
 * the faults, on common random numbers. Where the scenario has a hypothesis or conditions to abort, one
 * attended rehearsal comes first, and the batch only if that one comes to its end.
 */
export async function rehearseBatch(
  scenario: string, plan: ScenarioPlan, options: BatchOptions,
): Promise<number> {
  const designs = designsOf(scenario, plan, options);
  const by = indicatorOf(plan, options.by);
  const startedAt = new Date();
  const progress = new ProgressLine();
  const { signal, restore } = interruptible('Stopping: what was simulated so far is compared');
  try {
    const attended = await rehearseAttended(plan, options, signal);
    if (attended !== undefined) return attended;
    const study = await runStudy({ designs, rank: { by, indifference: 0.05 } }, scenario, {
      workers: availableParallelism(), signal,
      onProgress: ({ fraction, finished, replications }) =>
        progress.update(fraction, `${finished} of ${replications} replications done`),
    });
    progress.clear();
    const runs = study.records.map(({ document }, i): RehearsedRun =>
      ({ design: designs[i]!.of, timing: designs[i]!.timing, document }));
    const asWritten = designs.find(({ of }) => of === 'runbook') ?? designs[0]!;
    const worst = worstOf(runs, asWritten.of, plan.slos, options.by) ?? null;
    const rehearsal: RehearsalDocument = {
      schema: 'weir.rehearsal/1', timings: [...new Set(designs.map(({ timing }) => timing))],
      distributions: distributionsOf(runs), detections: detectionsOf(runs), worst,
    };
    const again = commandLine(['weir', ...process.argv.slice(2)]);
    const document = { ...study.document, rehearsal };
    await reportStudy({ ...study, document }, { ...options, again }, startedAt);
    if (options.json !== true) {
      const terminal = terminalOptions(process.stdout);
      const rehearsed = runs.find(({ design }) => design === asWritten.of)!;
      await print(renderIncidents(rehearsed.document, terminal));
      await print(`\n${renderRehearsal(rehearsal, terminal)}`);
    }
    if (options.keepWorst !== undefined) {
      keep(options.keepWorst, { scenario, plan, designs, runs, worst });
    }
    return study.document.complete ? EXIT.good : EXIT.interrupted;
  } finally {
    progress.clear();
    restore();
  }
}

/** The attended rehearsal; an exit status when the batch must not follow. */
async function rehearseAttended(
  plan: ScenarioPlan, options: BatchOptions, signal: AbortSignal,
): Promise<number | undefined> {
  const { hypothesis, abort } = plan.scenario;
  if (hypothesis === undefined && abort.length === 0 && options.journal === undefined) return undefined;
  const rehearsed = await attend(plan, signal);
  if (options.journal !== undefined) writeJournal(options.journal, rehearsed);
  const { status, before, after, abortedBy } = rehearsed;
  const terminal = terminalOptions(process.stderr);
  if (before !== undefined) note(renderSteadyState(`before, ${hypothesis!.title}`, before, terminal));
  if (status !== 'failed' && after !== undefined) {
    note(renderSteadyState(`at the end, ${hypothesis!.title}`, after, terminal));
  }
  if (abortedBy !== undefined) {
    note(`aborted by ${abortedBy.probe.name}: ${abortedBy.probe.tolerance}`);
  }
  note(`rehearsal ${status}${isDeviated(rehearsed) ? ', deviated' : ''}`);
  if (status === 'completed') return undefined;
  return status === 'interrupted' ? EXIT.interrupted : EXIT.failed;
}

function designsOf(scenario: string, plan: ScenarioPlan, options: BatchOptions): TimedDesign[] {
  if (!/^[1-9]\d{0,3}$/.test(options.seeds)) {
    throw new UsageError(`--seeds: expected a number from 1 to 9999, got "${options.seeds}"`);
  }
  const timings = (options.later ?? '0s').split(',').map((text) => text.trim());
  const { replications: _none, ...others } = options;
  const design = (
    of: string, title: string, set: readonly string[], later: string, faults: readonly string[],
  ): TimedDesign => {
    const settings = [...options.set, ...faults];
    const all = [...settings, `run.replications=${options.seeds}`, ...set];
    const isLater = faults.length > 0;
    const timing = isLater ? `${later} later` : 'as written';
    return {
      name: isLater ? `${of}-later-${later}` : of, title: isLater ? `${title}, ${later} later` : title,
      set: {}, plan: readPlan(scenario, { ...others, set: all }), of, timing, settings,
    };
  };
  const hasRunbook = plan.scenario.runbooks.length + plan.scenario.degraded.length > 0;
  return [
    ...timings.flatMap((later) => {
      const faults = laterFaults(scenario, plan, options, later);
      return [
        design('nobody-there', 'The faults, and nobody does anything', ['runbooks=[]', 'degraded=[]'],
          later, faults),
        ...(hasRunbook ? [
          design('runbook', 'The faults, and the runbooks are followed', [], later, faults),
        ] : []),
      ];
    }),
    design(NO_FAULT, 'An evening without the faults', ['faults=[]', 'runbooks=[]', 'degraded=[]'], '0s', []),
  ];
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

/** A setting that lets every fault begin so much later; none for 0. */
function laterFaults(
  scenario: string, { scenario: { faults } }: ScenarioPlan, { set }: BatchOptions, later: string,
): string[] {
  const us = spanOf(later);
  if (us === 0) return [];
  const settings = parseSettings(set).filter(({ path }) => path[0] === 'faults');
  if (settings.some(({ path }) => path.length > 1)) {
    throw new UsageError('--later: expected --set of all faults at once, as faults=[...]');
  }
  const inFile = readChain(scenarioFileOf(scenario), diskFiles).find(({ value }) => 'faults' in value);
  const written = (settings.at(-1)?.value ?? inFile?.value['faults']) as readonly object[];
  const at = (i: number) => `${(faults[i]!.at + us) / US_PER_S}s`;
  return [`faults=${JSON.stringify(written.map((fault, i) => ({ ...fault, at: at(i) })))}`];
}

function spanOf(text: string): number {
  try {
    return parseQuantity('duration', text);
  } catch (error) {
    if (error instanceof QuantityError) throw new UsageError(`--later: ${error.message}`);
    throw error;
  }
}

function keep(file: string, found: {
  readonly scenario: string; readonly plan: ScenarioPlan; readonly designs: readonly TimedDesign[];
  readonly runs: readonly RehearsedRun[]; readonly worst: WorstOutcome | null;
}): void {
  const { scenario, plan, designs, runs, worst } = found;
  if (worst === null) throw new UsageError('--keep-worst: no objective of the scenario has data');
  const at = designs.findIndex(({ of, timing }) => of === worst.design && timing === worst.timing);
  const text = keptScenario({
    scenarioFile: scenarioFileOf(scenario), name: plan.scenario.name, worst, document: runs[at]!.document,
    slos: plan.slos, settings: designs[at]!.settings,
    command: commandLine(['weir', ...process.argv.slice(2)]),
  }, file);
  writeFileSync(file, text);
  note(`Wrote ${file}: weir check ${file} fails when it comes out worse`);
}
