import type { GeographyData } from '../models/cdn/geography/geography.ts';
import { profilePeriods } from '../models/network/params.ts';
import { TraceTable } from '../models/network/trace.ts';
import type { RuleFile } from '../models/operations/alerts/rule-file.ts';
import { isAlertName } from '../models/operations/runbook/condition.ts';
import { burnRateRules, type AlertWindows } from '../models/operations/budget/burn-rate-rules.ts';
import { DEFAULT_SLOS, toSlo, type SloDefinition } from '../models/operations/slo.ts';
import { calibrated, calibratedParameters } from './calibrated.ts';
import { DataFiles, type KnownFiles } from './data-files.ts';
import { formatIssue, nearestName, ScenarioError, suggest, type ScenarioIssue } from './errors.ts';
import { unpricedPools } from './fleet-limits.ts';
import { pipelineNames } from './pipeline-limits.ts';
import type { FileSource } from './files.ts';
import type { LoadedDesign } from './load.ts';
import type { LoadedScenario } from './reading.ts';
import type { NetworkClass, ScenarioPlan } from './plan.ts';
import type { Scenario } from './schema.ts';
import type { SizeTable } from './size-table.ts';

/**
 * Reads a scenario's data files and wires its plan; throws ScenarioError with all problems of all files.
 * Plans built with the same `known` files share what they hold.
 */
export function buildPlan(loaded: LoadedScenario, files: FileSource, known?: KnownFiles): ScenarioPlan {
  const { scenario, parameters } = loaded;
  const data = new DataFiles(loaded.file, loaded.place, files, known);
  const traces = new Map<string, TraceTable[]>();
  const networks = (scenario.audience?.networks ?? []).map((network, i): NetworkClass => {
    const { profile } = network;
    const { name, viewersPerLink, viewerCaps: caps = [], slowStart } = network;
    const own = { name, viewersPerLink, caps, slowStart, markov: undefined };
    if (profile !== undefined) {
      const table = new TraceTable(profilePeriods(profile, scenario.run.duration));
      return { ...own, traces: [table], inStep: true };
    }
    if (network.markov !== undefined) {
      const markov = data.readMarkov(network.markov, ['audience', 'networks', i, 'markov']);
      return { ...own, traces: [], inStep: false, markov };
    }
    const path = network.traces!;
    const key = network.rtt === undefined ? path : `${path} at ${network.rtt} us`;
    const at = ['audience', 'networks', i, 'traces'];
    const found = traces.get(key) ?? data.readTraces(path, at, network.rtt);
    traces.set(key, found);
    return { ...own, traces: found, inStep: false };
  });
  const sizeTables = scenario.catalogue.sizes.tables.flatMap((path, i) =>
    data.readTables(path, ['catalogue', 'sizes', 'tables', i]));
  const isExact = scenario.catalogue.sizes.use === 'exact';
  if (isExact && data.issues.length === 0) checkExact(scenario, sizeTables, data);
  const geography = readGeography(scenario, data);
  const { prices: list } = scenario;
  const prices = list === undefined ? undefined : data.readPrices(list, ['prices']);
  const rules = (scenario.monitoring?.rules ?? []).flatMap((path, i) =>
    data.readRules(path, ['monitoring', 'rules', i]));
  const imported = (scenario.monitoring?.openslo ?? []).flatMap((path, i) =>
    data.readOpenSlo(path, ['monitoring', 'openslo', i]));
  const slos = [...(scenario.slos?.map(toSlo) ?? (imported.length > 0 ? [] : DEFAULT_SLOS)), ...imported];
  const { burnRates } = scenario.monitoring ?? {};
  if (burnRates !== undefined) rules.push(...burnRateFiles(slos, data.readWindows(burnRates)));
  for (const { path, message } of unpricedPools(scenario, prices)) data.problem(path, message);
  const operated = readOperations(scenario, data);
  checkAlertNames(operated, rules, data);
  for (const { path, message } of pipelineNames(operated)) data.problem(path, message);
  const { calibration: file } = scenario;
  const calibration = file === undefined ? undefined : data.readCalibration(file, ['calibration']);
  const named = scenario.real?.clip;
  const clip = named === undefined ? undefined : data.locateFile(named, ['real', 'clip']);
  const durations = scenario.upload?.durations;
  const uploadDurations = durations === undefined ? new Float64Array(0)
    : data.readDurations(durations, ['upload', 'durations']);
  const lines = scenario.upload?.links?.traces;
  const uploadLinks = lines === undefined ? []
    : traces.get(lines) ?? data.readTraces(lines, ['upload', 'links', 'traces']);
  if (data.issues.length > 0) throw new ScenarioError(data.issues);
  const { inputs } = data;
  const digest = files.sha256(canonicalJson({ scenario, inputs }));
  const { variant } = loaded;
  const encoding = calibrated(loaded, calibration);
  return {
    scenario: operated, networks, sizeTables, uploadDurations, uploadLinks, geography, slos, rules, prices,
    inputs,
    ...encoding, parameters: [...parameters, ...calibratedParameters(calibration, encoding)], digest, clip,
    variant,
  };
}

/** The scenario with the runbooks and degraded levels that stand in files of their own. */
function readOperations(scenario: Scenario, data: DataFiles): Scenario {
  const runbooks = scenario.runbooks.map((entry, i) => {
    if (entry.file === undefined) return entry;
    return data.readRunbook(entry.file, ['runbooks', i, 'file']) ?? entry;
  });
  const degraded = scenario.degraded.map(({ file, levels }, i) => {
    if (file === undefined) return { levels };
    return { levels: [...data.readLevels(file, ['degraded', i, 'file']), ...levels] };
  });
  return { ...scenario, runbooks, degraded };
}

/** Alerts that runbooks and levels wait for are alerts of the rules, if there are rules. */
function checkAlertNames(
  { runbooks, degraded }: Scenario, rules: readonly RuleFile[], data: DataFiles,
): void {
  const known = rules.flatMap(({ groups }) => groups.flatMap((group) =>
    group.rules.flatMap(({ alert }) => alert ?? [])));
  const check = (text: string | undefined, path: ReadonlyArray<string | number>) => {
    if (text === undefined || !isAlertName(text) || known.length === 0 || known.includes(text)) return;
    data.problem(path, `there is no alert "${text}" among the rules of monitoring: ${suggest(text, known)}`);
  };
  runbooks.forEach(({ steps }, i) => steps.forEach(({ when }, j) =>
    check(when, ['runbooks', i, 'steps', j, 'when'])));
  degraded.forEach(({ levels }, i) => levels.forEach(({ when, until }, j) => {
    check(when, ['degraded', i, 'levels', j, 'when']);
    check(until, ['degraded', i, 'levels', j, 'until']);
  }));
}

/** Burn-rate rules of the objectives that count events; none without windows. */
function burnRateFiles(slos: readonly SloDefinition[], windows: AlertWindows | undefined): RuleFile[] {
  if (windows === undefined) return [];
  return slos.flatMap(({ name, service = 'platform', events }) =>
    (events === undefined ? [] : [{ groups: burnRateRules({ service, name, events }, windows) }]));
}

/** The plans of several designs of a file; throws ScenarioError with the problems of all, each once. */
export function buildPlans(designs: readonly LoadedDesign[], files: FileSource): ScenarioPlan[] {
  const issues = new Map<string, ScenarioIssue>();
  const known: KnownFiles = new Map();
  const plans = designs.flatMap(({ loaded }) => {
    try {
      return [buildPlan(loaded, files, known)];
    } catch (error) {
      if (!(error instanceof ScenarioError)) throw error;
      for (const issue of error.issues) issues.set(formatIssue(issue), issue);
      return [];
    }
  });
  if (issues.size > 0) throw new ScenarioError([...issues.values()]);
  return plans;
}

/** Reads where viewers and caches are, and checks the places that other parameters name. */
function readGeography(scenario: Scenario, data: DataFiles): GeographyData | undefined {
  const { geography, cdn, content } = scenario;
  const cities = geography && data.readCities(geography.cities, ['geography', 'cities']);
  const named = (path: ReadonlyArray<string | number>, name: string, kind: 'region' | 'city') => {
    if (geography === undefined) {
      data.problem(path, `expected "geography" beside it: without one there is no ${kind} "${name}"`);
      return;
    }
    const known = kind === 'region' ? cities?.regions : cities?.names;
    if (known === undefined || known.includes(name)) return;
    const isNear = kind === 'region' || nearestName(name, known) !== undefined;
    const hint = isNear ? `: ${suggest(name, known)}` : '';
    data.problem(path, `expected a ${kind} of ${geography.cities}, got "${name}"${hint}`);
  };
  geography?.regions.forEach(({ region }, i) =>
    named(['geography', 'regions', i, 'region'], region, 'region'));
  cdn.outages.forEach(({ region, city }, i) => {
    if (region !== undefined) named(['cdn', 'outages', i, 'region'], region, 'region');
    if (city !== undefined) named(['cdn', 'outages', i, 'city'], city, 'city');
  });
  scenario.faults.forEach((fault, i) => {
    if ('region' in fault && fault.region !== undefined) {
      named(['faults', i, 'region'], fault.region, 'region');
    }
    if ('city' in fault && fault.city !== undefined) named(['faults', i, 'city'], fault.city, 'city');
  });
  content.operations.forEach((operation, i) => {
    if (!('regions' in operation)) return;
    operation.regions.forEach((region, j) =>
      named(['content', 'operations', i, 'regions', j], region, 'region'));
  });
  if (geography === undefined || cities === undefined) return undefined;
  const { regions: shares, routeInflation, startsAt } = geography;
  return { cities, shares, routeInflation, startsAt };
}

function checkExact(scenario: Scenario, tables: readonly SizeTable[], data: DataFiles): void {
  const { ladder, segment } = scenario.catalogue;
  const rates = ladder.map((rendition) => rendition.bitrate);
  for (const table of tables) {
    const fits = table.segmentUs === segment && rates.length === table.bitrates.length
      && rates.every((rate, i) => Math.abs(rate - table.bitrates[i]!) < 1);
    if (fits) continue;
    const list = table.bitrates.map((rate) => `${rate / 1000} kbps`).join(', ');
    const needs = `${table.segmentUs / 1e6} s at ${list}`;
    data.problem(['catalogue', 'sizes', 'use'],
      `"exact" needs the ladder and segment duration of ${table.name}: ${needs}`);
  }
  if (tables.length === 0) data.problem(['catalogue', 'sizes', 'use'], '"exact" needs a table');
}

/** JSON with sorted keys: the same text for the same content. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${(value as unknown[]).map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, entry]) => entry !== undefined);
    entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    return `{${entries.map(([key, entry]) => `${JSON.stringify(key)}:${canonicalJson(entry)}`).join(',')}}`;
  }
  return JSON.stringify(value);
}
