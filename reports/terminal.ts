import { formatLabels, type Labels } from '../models/core/labels.ts';
import type { AlertResult, RunDocument, RunRecord, SloResult } from '../models/core/run-record.ts';
import { claimsBlock } from './claims.ts';
import {
  NOTHING, formatClock, formatCount, formatDuration, formatFigure, formatFigureValue, formatInterval,
  formatScale,
  formatValue, shortDigest,
} from './format.ts';
import { percentileText } from './percentiles.ts';
import { playbackCounts } from './playback-counts.ts';
import { regionsBlock } from './regions.ts';
import { reproduceCommand } from './reproduce.ts';
import { backlogBlock, enginesBlock, jobsBlock, stagesBlock } from './terminal-transcoding.ts';
import { painter, textTable, visibleLength, wrapText, type Painter } from './text-table.ts';
import { cacheTiers, tierEgress } from './tiers.ts';
import { VERDICTS } from './verdict.ts';

/** How text for a terminal is laid out. */
export interface TerminalOptions {
  readonly colour: boolean;
  /** Columns of the terminal. */
  readonly width: number;
}

/**
 * What `weir run` prints: verdicts, indicators, what the parts have to show, warnings and how to make the run
 * again. Without `series` nothing over time is shown.
 */
export function renderRun(
  document: RunDocument, options: TerminalOptions, series: RunRecord['series'] = [],
): string {
  const paint = painter(options.colour);
  const blocks = [
    heading(document, paint, options.width),
    objectives(document, paint, options.width),
    budgets(document, paint),
    indicators(document, paint, options.width),
    tiers(document, paint),
    regionsBlock(document, paint),
    claimsBlock([{ name: document.scenario, claims: document.claims }], paint, options.width),
    backlogBlock(series, paint),
    stagesBlock(document, paint),
    jobsBlock(document, paint),
    enginesBlock(document, paint),
    alerts(document, paint),
    incidents(document, paint),
    costs(document, paint),
    warnings(document, paint, options.width),
    footer(document, paint, options.width),
  ];
  return joinBlocks(blocks);
}

/** What stands over a comparison of a run with others: its facts, verdicts and warnings. */
export function briefBlocks(document: RunDocument, options: TerminalOptions): string[][] {
  const paint = painter(options.colour);
  const { width } = options;
  return [heading(document, paint, width), objectives(document, paint, width),
    warnings(document, paint, width)];
}

/** The line under a report that says how the run is made again, and what it was. */
export function footerLines(document: RunDocument, options: TerminalOptions): string[] {
  return footer(document, painter(options.colour), options.width);
}

/** Blocks of lines with an empty line between them; blocks without lines are left out. */
export function joinBlocks(blocks: ReadonlyArray<readonly string[]>): string {
  return `${blocks.filter((lines) => lines.length > 0).map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function heading(document: RunDocument, paint: Painter, width: number): string[] {
  const span = formatDuration(document.simulatedSeconds);
  const { warmupSeconds } = document;
  const warmup = warmupSeconds > 0 ? `, the first ${formatDuration(warmupSeconds)} warm-up` : '';
  const facts = [
    document.world === 'sim' ? 'simulated' : 'real',
    `fidelity ${document.fidelity}`,
    `scale ${formatScale(document.scale)}`,
    `${span}${warmup}`,
    document.replications === 1 ? 'single run' : `${document.replications} replications`,
  ];
  const lines = [paint.bold(document.title), ...wrapText(facts.join(' · '), width).map(paint.dim)];
  if (!document.complete) lines.push(paint.bad('Interrupted: the figures cover what was done until then.'));
  return lines;
}

function objectives(document: RunDocument, paint: Painter, width: number): string[] {
  if (document.slos.length === 0) return [];
  const judged = document.slos.filter((slo) => slo.verdict !== 'no-data');
  const rows = judged.map((slo) => [
    `  ${verdictText(slo, paint)}`,
    slo.name,
    slo.target,
    paint.bold(formatFigureValue(slo)),
    paint.dim(formatInterval(slo) ?? ''),
  ]);
  const lines = textTable(rows, [3]).flatMap((line, i) => {
    const { note } = judged[i]!;
    if (note === '') return [line];
    if (visibleLength(line) + 2 + note.length <= width) return [`${line}  ${paint.dim(note)}`];
    return [line, ...wrapText(note, width, '      ').map(paint.dim)];
  });
  return [paint.bold('Objectives'), ...lines, ...silent(document, paint, width)];
}

/** Objectives without data, in one sentence for each reason: they say nothing of this run. */
function silent(document: RunDocument, paint: Painter, width: number): string[] {
  const { sign, word } = VERDICTS['no-data'];
  const byNote = new Map<string, string[]>();
  for (const slo of document.slos) {
    if (slo.verdict !== 'no-data') continue;
    byNote.set(slo.note, [...(byNote.get(slo.note) ?? []), slo.name]);
  }
  return [...byNote].flatMap(([note, names]) =>
    wrapText(`${sign} ${word} for ${names.join(', ')}: ${note}`, width, '  ').map(paint.dim));
}

/** Error budgets of the objectives that count events: how fast they burn, and how long they would last. */
function budgets(document: RunDocument, paint: Painter): string[] {
  const rows = document.slos.flatMap(({ name, budget }) => {
    if (budget === undefined) return [];
    const { burnRate, spent, windowSeconds, exhaustedAfterSeconds: after } = budget;
    const lasts =
      after === null ? 'nothing burns' : `lasts ${formatDuration(Math.min(after, windowSeconds))}`;
    const interval = formatInterval({ ...burnRate, unit: '×' });
    return [[
      `  ${name}`, formatValue(burnRate.value, '×'), paint.dim(interval ?? ''),
      `${formatValue(spent.value, 'ratio')} of ${formatDuration(windowSeconds)}`, paint.dim(lasts),
    ]];
  });
  if (rows.length === 0) return [];
  const note = paint.dim('  burn rate, share of the budget this span spent, how long a whole one lasts');
  return [paint.bold('Error budgets') + note, ...textTable(rows, [1, 3])];
}

function verdictText(slo: SloResult, paint: Painter): string {
  const { sign, word } = VERDICTS[slo.verdict];
  const colours = { met: paint.good, missed: paint.bad, inconclusive: paint.unsure, 'no-data': paint.dim };
  return colours[slo.verdict](`${sign} ${word}`);
}

function intervalText(figure: Parameters<typeof formatInterval>[0]): string {
  if (figure.value === null) return '';
  return formatInterval(figure) ?? 'single run';
}

function indicators(document: RunDocument, paint: Painter, width: number): string[] {
  const names = Object.keys(document.slis);
  if (names.length === 0) return [];
  const rows = names.map((name) => {
    const sli = document.slis[name]!;
    const of = sli.over === undefined || sli.value === null ? '' : `over ${sli.over}`;
    return [`  ${name}`, formatFigureValue(sli), paint.dim(intervalText(sli)), paint.dim(of)];
  });
  const many = Object.values(document.slis).some((sli) => sli.low !== null);
  const note = many ? paint.dim('  mean over replications, 95 % interval') : '';
  const percentiles = percentileText(document.metrics);
  const foot = [...playbackCounts(document.metrics), ...(percentiles === '' ? [] : [percentiles])]
    .flatMap((text) => wrapText(text, width, '  ')).map(paint.dim);
  return [paint.bold('Indicators') + note, ...textTable(rows, [1]), ...foot];
}

function tiers(document: RunDocument, paint: Painter): string[] {
  const found = cacheTiers(document);
  if (found.length === 0) return [];
  const egress = tierEgress(document);
  const priced = egress.some(({ cost }) => cost !== null);
  const columns = ['  tier', 'requests', 'hit', 'coalesced', 'miss', 'bytes served'];
  const head = [...columns, ...(priced ? ['paid'] : [])];
  const rows = egress.map(({ tier, bytes, cost }) => {
    const requests = found.find((one) => one.tier === tier)?.requests;
    const share = (count: number | undefined) =>
      (requests === undefined ? '' : formatValue((count ?? 0) / requests.total, 'ratio'));
    return [
      `  ${tier}`, requests === undefined ? '' : formatCount(requests.total), share(requests?.hit),
      share(requests?.coalesced), share(requests?.miss), bytes > 0 ? formatValue(bytes, 'bytes') : NOTHING,
      ...(priced ? [formatValue(cost, '$')] : []),
    ];
  });
  return [paint.bold('Cache tiers'), ...textTable([head.map(paint.dim), ...rows], [1, 2, 3, 4, 5, 6])];
}

function alerts(document: RunDocument, paint: Painter): string[] {
  if (document.alerts.length === 0) return [];
  const raised = document.alerts.filter(({ transitions }) => transitions.length > 0);
  const quiet = document.alerts.length - raised.length;
  const rows = raised.map((alert) => [
    `  ${alert.firedIn > 0 ? paint.bad('▲ firing') : paint.unsure('△ pending')}`,
    alert.name + labelsText(alert.labels),
    alert.severity,
    document.replications === 1 || alert.firedIn === 0
      ? ''
      : `fired in ${alert.firedIn} of ${document.replications}`,
    paint.dim(whenText(alert)),
  ]);
  const silentText = `${quiet} ${quiet === 1 ? 'rule' : 'rules'} of alerts stayed quiet`;
  const rest = quiet > 0 ? [paint.dim(`  ${silentText}`)] : [];
  return [paint.bold('Alerts'), ...textTable(rows, []), ...rest];
}

/** Faults and runbooks of a run, on their own. */
export function renderIncidents(document: RunDocument, { colour }: TerminalOptions): string {
  return incidents(document, painter(colour)).join('\n');
}

/** Faults, how soon alerts told of them, and what the runbooks did. */
function incidents(document: RunDocument, paint: Painter): string[] {
  const faults = (document.incidents ?? []).map((one) => [
    `  ${one.fault}`, one.scope, `detected in ${one.detectedIn} of ${document.replications}`,
    one.detectSeconds === null ? '' : `after ${formatFigure({ ...one.detectSeconds, unit: 's' })}`,
    one.clearSeconds === null ? ''
      : `quiet ${formatFigure({ ...one.clearSeconds, unit: 's' })} after its end`,
  ]);
  const steps = (document.steps ?? []).map((one) => [
    `  ${one.runbook}, step ${one.step + 1}`, one.action, `done in ${one.doneIn} of ${document.replications}`,
    one.doneSeconds === null ? '' : `at ${formatClock(one.doneSeconds)}`,
    one.workedIn > 0 ? `worked in ${one.workedIn}` : '',
  ]);
  const levels = (document.levels ?? []).map((one) => [
    `  ${one.level}  ${one.name}`, `entered in ${one.enteredIn} of ${document.replications}`,
    one.enteredSeconds === null ? '' : `at ${formatClock(one.enteredSeconds)}`,
    one.spentSeconds === null ? '' : `for ${formatDuration(one.spentSeconds)}`,
    one.enteredIn === 0 ? '' : `left in ${one.leftIn}`,
  ]);
  return [
    ...(faults.length > 0 ? [paint.bold('Faults'), ...textTable(faults, [])] : []),
    ...(steps.length > 0 ? [paint.bold('Runbooks'), ...textTable(steps, [])] : []),
    ...(levels.length > 0 ? [paint.bold('Degraded levels'), ...textTable(levels, [])] : []),
  ];
}

function labelsText(labels: Labels): string {
  const shown = Object.entries(labels).filter(([name]) => name !== 'priority' && !name.startsWith('sloth_'));
  const text = formatLabels(Object.fromEntries(shown));
  return text === '' ? '' : `{${text}}`;
}

/** When the alert first fired in the first replication that it did, and for how long it fired. */
function whenText({ transitions, firingSeconds }: AlertResult): string {
  const first = transitions.find(({ state }) => state === 'firing') ?? transitions[0]!;
  const since = `first at ${formatClock(first.seconds)}`;
  return firingSeconds > 0 ? `${since}, firing for ${formatDuration(firingSeconds)}` : since;
}

function costs(document: RunDocument, paint: Painter): string[] {
  if (document.costs.length === 0) return [];
  const rows = document.costs.map((cost) => [
    `  ${cost.name}`,
    formatFigureValue(cost),
    paint.dim(intervalText(cost)),
    paint.dim(`${formatValue(cost.quantity, cost.quantityUnit)}, price of ${cost.asOf}`),
  ]);
  const sum = document.costs.reduce((total, cost) => total + cost.value, 0);
  const total = document.costs.length > 1 ? [['  together', formatValue(sum, '$'), '', '']] : [];
  const lists = [...new Set(document.costs.map((cost) => cost.list))].join(', ');
  const note = paint.dim(`  over the measured span, prices of ${lists}`);
  return [paint.bold('Costs') + note, ...textTable([...rows, ...total], [1])];
}

function warnings(document: RunDocument, paint: Painter, width: number): string[] {
  if (document.warnings.length === 0) return [];
  const lines = document.warnings.flatMap((warning) => {
    const [first = '', ...rest] = wrapText(warning, width - 4);
    return [`  ${paint.bad('!')} ${first}`, ...rest.map((line) => `    ${line}`)];
  });
  return [paint.bold('Warnings'), ...lines];
}

function footer(document: RunDocument, paint: Painter, width: number): string[] {
  const { provenance } = document;
  const revision = provenance.gitRevision === '' ? '' : ` (${provenance.gitRevision.slice(0, 9)})`;
  const speed = document.wallSeconds > 0 ? document.events / document.wallSeconds : 0;
  const facts = [
    `seed ${document.seed}`,
    `scenario ${shortDigest(provenance.scenarioDigest)}`,
    `weir ${provenance.version}${revision}`,
    `fingerprint ${shortDigest(document.fingerprint)}`,
    `${formatCount(document.events)} events`,
    ...(speed > 0 ? [`${formatValue(speed, '1/s').replace(/ ?\/s$/, '')} events/s`] : []),
    formatDuration(document.wallSeconds),
  ];
  const again = `again: ${reproduceCommand(document)}`;
  return [...wrapText(facts.join(' · '), width), again].map(paint.dim);
}
