import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Command, Option } from 'commander';
import { formatLabels } from '../models/core/labels.ts';
import type { ScrapedSeries } from '../models/core/run-record.ts';
import { compileRules } from '../models/operations/alerts/compile.ts';
import { RuleEngine } from '../models/operations/alerts/rule-engine.ts';
import { labelSet, NAME } from '../models/operations/promql/labels.ts';
import { SeriesStore } from '../models/operations/promql/series.ts';
import { parsePromtoolOutput, promtoolTest, type InputSeries } from '../reports/promtool.ts';
import { judgeRules, type AlertObservation } from '../reports/rules-test.ts';
import { renderRulesVerdict } from '../reports/rules-text.ts';
import { parseRuleFile } from '../scenarios/rule-files.ts';
import { MissingError, UsageError } from './exit.ts';
import { scrapesOf } from './export.ts';
import { readRun } from './output.ts';
import { print, terminalOptions } from './terminal.ts';

interface RulesOptions {
  readonly rules: readonly string[];
  readonly engine: 'promtool' | 'weir';
  readonly every: string;
  readonly json?: boolean;
}

/** `weir rules`: a team's own Prometheus rules on a run. */
export function rulesCommand(): Command {
  const test = new Command('test')
    .description('run Prometheus rule files over a run, and tell which faults they caught')
    .argument('<run>', 'a folder written with --out by a run with monitoring')
    .requiredOption('--rules <file...>', 'Prometheus rule files')
    .addOption(new Option('--engine <name>', 'promtool (Prometheus itself), or weir (its own evaluator)')
      .choices(['promtool', 'weir']).default('promtool'))
    .option('--every <seconds>', 'seconds between two evaluations', '30')
    .option('--json', 'print the verdict as JSON (schema weir.rules/1)')
    .addHelpText('after', `
For each fault of the run: from its onset to the first alert, from its end until all are quiet, or missed.
Alerts that no fault explains are false pages.

Examples:
  weir run edge-down --out runs/edge-down
  weir rules test runs/edge-down --rules my-team.rules.yaml
  weir rules test runs/edge-down --rules scenarios/alerts/platform.yaml --engine weir --json`)
    .action(testRules);
  return new Command('rules').description('work with a team\'s own Prometheus rules').addCommand(test);
}

async function testRules(run: string, options: RulesOptions): Promise<void> {
  const document = readRun(run);
  const scrapes = await scrapesOf(run);
  const every = Number(options.every);
  if (!(every >= 1 && every <= 3600)) {
    throw new UsageError(`--every: expected seconds from 1 to 3600, got "${options.every}"`);
  }
  for (const file of options.rules) {
    if (!existsSync(file))
      throw new UsageError(`--rules: expected a Prometheus rule file, but there is no ${file}`);
  }
  const observed = options.engine === 'weir'
    ? evaluate(options.rules, scrapes, every) : askPromtool(options.rules, scrapes, every);
  const end = Math.max(0, ...scrapes.map(({ seconds }) => seconds.at(-1) ?? 0));
  const verdict = judgeRules(observed, document.faults ?? [], every, end);
  await print(
    options.json === true
      ? JSON.stringify(
          { schema: 'weir.rules/1', engine: options.engine, scenario: document.scenario, ...verdict },
          null,
          2,
        )
      : renderRulesVerdict(verdict, { ...terminalOptions(process.stdout), engine: options.engine }),
  );
}

/** The states of all alerts at every evaluation, as promtool finds them. */
function askPromtool(
  files: readonly string[],
  scrapes: readonly ScrapedSeries[],
  every: number,
): AlertObservation[] {
  try {
    execFileSync('promtool', ['--version'], { stdio: 'ignore' });
  } catch {
    throw new MissingError(
      'promtool is not installed: apt-get install prometheus, brew install prometheus; ' +
        'or use --engine weir',
    );
  }
  const folder = mkdtempSync(join(tmpdir(), 'weir-rules-'));
  try {
    const { series, scrape, end } = inputs(scrapes);
    const seconds = Array.from({ length: Math.floor(end / every) + 1 }, (_, i) => i * every);
    const file = join(folder, 'test.yaml');
    writeFileSync(
      file,
      promtoolTest({
        ruleFiles: files.map((one) => resolve(one)),
        scrapeSeconds: scrape,
        evaluationSeconds: every,
        series,
        queries: [{ query: 'ALERTS', seconds }],
      }),
    );
    const { stdout, stderr } = spawnSync('promtool', ['test', 'rules', file], {
      encoding: 'utf8',
      maxBuffer: 2 ** 30,
    });
    const results = parsePromtoolOutput(stdout + stderr);
    const refused = /error[^\n]*|failed to load[^\n]*/i.exec(stderr);
    if (results.size === 0 && refused !== null) throw new UsageError(`promtool: ${(stdout + stderr).trim()}`);
    return [...results].flatMap(([key, samples]) =>
      samples.map(({ labels }) => observation(labels, Number(key.split(' ')[0]))),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The same by Weir's own evaluator. */
function evaluate(
  files: readonly string[],
  scrapes: readonly ScrapedSeries[],
  every: number,
): AlertObservation[] {
  const groups = files
    .flatMap((file) => compileRules(parseRuleFile(readFileSync(file, 'utf8'), file)))
    .map((group) => ({ ...group, intervalMs: every * 1000 }));
  const store = new SeriesStore();
  const observations: AlertObservation[] = [];
  const engine = new RuleEngine(groups, store, { alertChanged: () => {}, ruleFailed: () => {} });
  const { end } = inputs(scrapes);
  const places = scrapes.map(({ metric, labels }) => ({
    labels: labelSet({ ...labels, [NAME]: metric }),
    next: 0,
  }));
  for (let at = 0; at <= end; at += every) {
    scrapes.forEach(({ seconds, values }, i) => {
      const place = places[i]!;
      for (; place.next < seconds.length && seconds[place.next]! <= at; place.next++) {
        store.append(place.labels, seconds[place.next]! * 1000, values[place.next]!);
      }
    });
    engine.woken(at * 1e6);
    for (const { alert, labels, state } of engine.active()) {
      observations.push(observation({ ...labels, alertname: alert, alertstate: state }, at));
    }
  }
  return observations;
}

function observation(all: Readonly<Record<string, string>>, seconds: number): AlertObservation {
  const { __name__: _name, alertname = '', alertstate, ...labels } = all;
  return { alert: alertname, labels, seconds, state: alertstate === 'firing' ? 'firing' : 'pending' };
}

function inputs(scrapes: readonly ScrapedSeries[]): { series: InputSeries[]; scrape: number; end: number } {
  const { seconds } = scrapes.reduce((longest, one) =>
    one.seconds.length > longest.seconds.length ? one : longest,
  );
  const scrape = (seconds[1] ?? 1) - (seconds[0] ?? 0);
  const end = seconds.at(-1) ?? 0;
  const series = scrapes.map((one): InputSeries => {
    const missing = Math.round((one.seconds[0] ?? 0) / scrape);
    const text = formatLabels(one.labels);
    return { series: `${one.metric}{${text}}`, values: [...Array<null>(missing).fill(null), ...one.values] };
  });
  return { series, scrape, end };
}
