import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { stringify } from 'yaml';
import { openMetrics } from '../reports/openmetrics.ts';
import { countedSlos, openSloDocuments, prometheusRules, slothSpecs } from '../reports/slo-export.ts';
import { readScrapes } from '../reports/scrapes-parquet.ts';
import type { ScrapedSeries } from '../models/core/run-record.ts';
import { parseAlertWindows } from '../scenarios/rule-files.ts';
import { UsageError } from './exit.ts';
import { HOME } from './files.ts';
import { SCRAPES } from './output.ts';
import { addScenarioOptions, readPlan, type ScenarioOptions } from './scenario-options.ts';
import { note, print } from './terminal.ts';

interface ExportOptions extends ScenarioOptions {
  readonly epoch: string;
  readonly out?: string;
}

/** What can be exported, from what. */
const FORMATS = ['openmetrics', 'rules', 'sloth', 'openslo'] as const;

/** `weir export`: a run's metrics, a scenario's rules and objectives, in the forms of other tools. */
export function exportCommand(): Command {
  const command = new Command('export')
    .description('write metrics, rules and objectives in the forms of other tools')
    .argument('<format>', 'openmetrics, rules, sloth or openslo')
    .argument('<source>', 'a folder written with --out (openmetrics), or a scenario')
    .option('--epoch <date>', 'what the first moment of a run is taken to be', '2026-01-01T00:00:00Z')
    .option('--out <file>', 'write to a file instead of standard output')
    .addHelpText('after', `
Formats:
  openmetrics  what the monitoring scraped, as OpenMetrics text with timestamps
               (promtool tsdb create-blocks-from openmetrics FILE)
  rules        a Prometheus rule file: the scenario's rules and burn-rate alerts of its objectives
  sloth        a Sloth specification (prometheus/v1) of the objectives that count events
  openslo      the same as OpenSLO v1 documents

Examples:
  weir run edge-down --out runs/edge-down
  weir export openmetrics runs/edge-down --out edge-down.om
  weir export rules evening-peak > rules.yaml`)
    .action(async (format: string, source: string, options: ExportOptions) => {
      const text = await exported(format, source, options);
      if (options.out === undefined) return print(text.trimEnd());
      writeFileSync(options.out, text);
      note(`Wrote ${options.out}`);
    });
  return addScenarioOptions(command);
}

async function exported(format: string, source: string, options: ExportOptions): Promise<string> {
  if (format === 'openmetrics') return openMetrics(await scrapesOf(source), epochSeconds(options.epoch));
  if (!FORMATS.some((one) => one === format)) {
    throw new UsageError(`expected a format of ${FORMATS.join(', ')}, got "${format}"`);
  }
  const plan = readPlan(source, options);
  const slos = countedSlos(plan.slos);
  const documents = (all: readonly unknown[]) => all.map((one) => stringify(one)).join('---\n');
  if (format === 'sloth') return documents(slothSpecs(slos));
  if (format === 'openslo') return documents(openSloDocuments(slos));
  // Without a choice of its own the scenario's objectives burn in the windows of the book.
  const file = join(HOME, 'scenarios', 'alerts', 'windows-30d.yaml');
  const isGiven = plan.scenario.monitoring?.burnRates !== undefined;
  const windows = isGiven ? undefined : parseAlertWindows(readFileSync(file, 'utf8'), file);
  return stringify(prometheusRules(plan.rules, slos, windows));
}

/** What the monitoring of a run scraped; a UsageError when it was not monitored. */
export async function scrapesOf(run: string): Promise<ScrapedSeries[]> {
  const file = join(run, SCRAPES);
  if (!existsSync(file)) {
    throw new UsageError(existsSync(run)
      ? `${run} holds no ${SCRAPES}: the run was not monitored; add "monitoring: {}" to its scenario`
      : `expected a folder written with --out, but there is no ${run}`);
  }
  const bytes = readFileSync(file);
  return readScrapes(
    bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer,
  );
}

function epochSeconds(text: string): number {
  const time = Date.parse(text);
  if (Number.isNaN(time))
    throw new UsageError(`--epoch: expected a date such as 2026-01-01T00:00:00Z, got "${text}"`);
  return time / 1000;
}
