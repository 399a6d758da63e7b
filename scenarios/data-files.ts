import type { PriceList } from '../models/cost/price-list.ts';
import type { InputFile } from '../models/core/run-record.ts';
import type { Cities } from '../models/cdn/geography/cities.ts';
import type { Us } from '../models/core/units.ts';
import { TraceTable } from '../models/network/trace.ts';
import type { RuleFile } from '../models/operations/alerts/rule-file.ts';
import type { AlertWindows } from '../models/operations/budget/burn-rate-rules.ts';
import type { SloDefinition } from '../models/operations/slo.ts';
import { parseCities } from './city-files.ts';
import type { Place } from './document.ts';
import { formatPath, ScenarioError, suggest, type ScenarioIssue } from './errors.ts';
import { DATA_LIMIT, UnreadableFileError, type FileSource } from './files.ts';
import { parseDurations } from './durations.ts';
import { parseCalibration, type EncoderCalibration } from './calibrations.ts';
import { parseMarkov } from './markov-files.ts';
import type { MarkovModel } from '../models/network/markov.ts';
import { parsePriceList } from './price-lists.ts';
import { parseOpenSlo } from './openslo/read.ts';
import type { LevelParams } from '../models/operations/degraded/params.ts';
import type { RunbookParams } from '../models/operations/runbook/params.ts';
import { parseLevels, parseRunbook } from './runbook-files.ts';
import { parseAlertWindows, parseRuleFile } from './rule-files.ts';
import { valueAt } from './schema-walk.ts';
import type { SizeTable } from './size-table.ts';
import { parseSizeTables } from './size-tables.ts';
import { parseTrace, TRACE_ENDINGS, traceNames } from './trace-files.ts';

type Path = ReadonlyArray<string | number>;

/** What files hold by their path and what they were read as, so that many designs read each once. */
export type KnownFiles = Map<string, { readonly sha256: string; readonly value: unknown }>;

/** Reads the files a scenario names and collects what is wrong with them, in the order of the scenario. */
export class DataFiles {
  readonly inputs: InputFile[] = [];
  readonly #file: string;
  readonly #place: (path: Path) => Place;
  readonly #files: FileSource;
  readonly #known: KnownFiles;
  readonly #found: { readonly at: Place; readonly issue: ScenarioIssue }[] = [];

  /** `file`: the scenario; `place`: where its parameters stand; `known`: files that were read before. */
  constructor(file: string, place: (path: Path) => Place, files: FileSource, known: KnownFiles = new Map()) {
    this.#file = file;
    this.#place = place;
    this.#files = files;
    this.#known = known;
  }

  get issues(): ScenarioIssue[] {
    return [...this.#found].sort((a, b) => a.at.line - b.at.line || a.at.column - b.at.column)
      .map(({ issue }) => issue);
  }

  /** Looks at the files that an input names, whatever else is wrong with it. */
  check(input: unknown): void {
    const each = (list: unknown, visit: (entry: unknown, i: number) => void) => {
      if (Array.isArray(list)) list.forEach(visit);
    };
    const isPath = (value: unknown): value is string => typeof value === 'string' && value !== '';
    each(valueAt(valueAt(input, 'audience'), 'networks'), (network, i) => {
      const path = valueAt(network, 'traces');
      if (isPath(path)) this.readTraces(path, ['audience', 'networks', i, 'traces']);
      const model = valueAt(network, 'markov');
      if (isPath(model)) this.readMarkov(model, ['audience', 'networks', i, 'markov']);
    });
    each(valueAt(valueAt(valueAt(input, 'catalogue'), 'sizes'), 'tables'), (path, i) => {
      if (isPath(path)) this.readTables(path, ['catalogue', 'sizes', 'tables', i]);
    });
    const prices = valueAt(input, 'prices');
    if (isPath(prices)) this.readPrices(prices, ['prices']);
    const calibration = valueAt(input, 'calibration');
    if (isPath(calibration)) this.readCalibration(calibration, ['calibration']);
    each(valueAt(valueAt(input, 'monitoring'), 'rules'), (path, i) => {
      if (isPath(path)) this.readRules(path, ['monitoring', 'rules', i]);
    });
    each(valueAt(input, 'runbooks'), (entry, i) => {
      const path = valueAt(entry, 'file');
      if (isPath(path)) this.readRunbook(path, ['runbooks', i, 'file']);
    });
    each(valueAt(input, 'degraded'), (entry, i) => {
      const path = valueAt(entry, 'file');
      if (isPath(path)) this.readLevels(path, ['degraded', i, 'file']);
    });
    const durations = valueAt(valueAt(input, 'upload'), 'durations');
    if (isPath(durations)) this.readDurations(durations, ['upload', 'durations']);
    const links = valueAt(valueAt(valueAt(input, 'upload'), 'links'), 'traces');
    if (isPath(links)) this.readTraces(links, ['upload', 'links', 'traces']);
    const cities = valueAt(valueAt(input, 'geography'), 'cities');
    if (isPath(cities)) this.readCities(cities, ['geography', 'cities']);
    const clip = valueAt(valueAt(input, 'real'), 'clip');
    if (isPath(clip)) this.locateFile(clip, ['real', 'clip']);
  }

  /** The traces of a file or of all files in a folder; `rttUs`: of those that state none. */
  readTraces(path: string, at: Path, rttUs: Us = 0): TraceTable[] {
    const found = this.#locate(path, at);
    if (found === undefined) return [];
    const names = traceNames(this.#files, found);
    if (names?.length === 0) {
      this.problem(at, `expected trace files (${TRACE_ENDINGS}) in ${path}, got none`);
    }
    const traces: TraceTable[] = [];
    for (const name of names ?? ['']) {
      const shownAs = name === '' ? path : `${path}/${name}`;
      const file = name === '' ? found : `${found}/${name}`;
      const trace = this.#read(file, shownAs, at, (text) =>
        new TraceTable(parseTrace(text, shownAs, rttUs)), rttUs === 0 ? '' : `${rttUs} us`);
      if (trace !== undefined) traces.push(trace);
    }
    return traces;
  }

  /** The Markov model of a file; undefined with a problem noted when it is none. */
  readMarkov(path: string, at: Path): MarkovModel | undefined {
    const found = this.#locate(path, at);
    if (found === undefined) return undefined;
    return this.#read(found, path, at, (text) => parseMarkov(text, path));
  }

  /** The tables of segment sizes of a file. */
  readTables(path: string, at: Path): SizeTable[] {
    const found = this.#locate(path, at);
    if (found === undefined) return [];
    return this.#read(found, path, at, (text) => parseSizeTables(text, path)) ?? [];
  }

  /** The price list of a file; undefined with a problem noted when it is none. */
  readPrices(path: string, at: Path): PriceList | undefined {
    const found = this.#locate(path, at);
    if (found === undefined) return undefined;
    return this.#read(found, path, at, (text) => parsePriceList(text, path));
  }

  /** The rules of a Prometheus rule file; none with a problem noted when it is none. */
  readRules(path: string, at: Path): RuleFile[] {
    const found = this.#locate(path, at);
    if (found === undefined) return [];
    const rules = this.#read(found, path, at, (text) => parseRuleFile(text, path));
    return rules === undefined ? [] : [rules];
  }

  /** The runbook of a file; undefined with a problem noted when it is none. */
  readRunbook(path: string, at: Path): RunbookParams | undefined {
    const found = this.#locate(path, at);
    return found === undefined ? undefined : this.#read(found, path, at, (text) => parseRunbook(text, path));
  }

  /** The degraded levels of a file; none with a problem noted when it has none. */
  readLevels(path: string, at: Path): readonly LevelParams[] {
    const found = this.#locate(path, at);
    if (found === undefined) return [];
    return this.#read(found, path, at, (text) => parseLevels(text, path)) ?? [];
  }

  /** Durations in seconds, one a line, as microseconds. */
  readDurations(path: string, at: Path): Float64Array {
    const found = this.#locate(path, at);
    if (found === undefined) return new Float64Array(0);
    return this.#read(found, path, at, (text) => parseDurations(text, path)) ?? new Float64Array(0);
  }

  /** The objectives of an OpenSLO file; none with a problem noted when it is none. */
  readOpenSlo(path: string, at: Path): SloDefinition[] {
    const found = this.#locate(path, at);
    let slos: SloDefinition[] = [];
    if (found !== undefined) this.#read(found, path, at, (text) => (slos = parseOpenSlo(text, path)));
    return slos;
  }

  /** The windows of burn-rate alerts; undefined with a problem noted when the file has none. */
  readWindows(path: string, at: Path = ['monitoring', 'burnRates']): AlertWindows | undefined {
    const found = this.#locate(path, at);
    let windows: AlertWindows | undefined;
    if (found !== undefined) this.#read(found, path, at, (text) => (windows = parseAlertWindows(text, path)));
    return windows;
  }

  /** The cities of a file; undefined when it cannot be used. */
  readCities(path: string, at: Path): Cities | undefined {
    const found = this.#locate(path, at);
    return found === undefined ? undefined : this.#read(found, path, at, (text) => parseCities(text, path));
  }

  /** The calibration of a file; undefined with a problem noted when it is none. */
  readCalibration(path: string, at: Path): EncoderCalibration | undefined {
    const found = this.#locate(path, at);
    let calibration: EncoderCalibration | undefined;
    if (found !== undefined) {
      this.#read(found, path, at, (text) => (calibration = parseCalibration(text, path)));
    }
    return calibration;
  }

  /** Where a file lies that is only named here; undefined with a problem noted when it is none. */
  locateFile(path: string, at: Path): string | undefined {
    const found = this.#locate(path, at);
    if (found === undefined || this.#files.list(found) === undefined) return found;
    this.problem(at, `expected a file, but ${path} is a folder`);
    return undefined;
  }

  /** Notes a problem of a parameter. */
  problem(path: Path, message: string): void {
    const at = this.#place(path);
    this.#found.push({ at, issue: { ...at, path: formatPath(path), message } });
  }

  /**
   * What `parse` makes of a file, made once for all designs; its problems join those of the scenario, and it
   * has no result then. `how` tells readings of a file by one parameter apart.
   */
  #read<Value>(
    path: string, shownAs: string, at: Path, parse: (text: string) => Value, how = '',
  ): Value | undefined {
    const key = `${at.filter((part) => typeof part === 'string').join('.')}:${how}:${path}`;
    const known = this.#known.get(key);
    if (known !== undefined) {
      this.inputs.push({ path: shownAs, sha256: known.sha256 });
      return known.value as Value;
    }
    try {
      const text = this.#files.readText(path, DATA_LIMIT);
      if (text === undefined) {
        this.problem(at, `expected a file, but ${shownAs} is a folder`);
        return undefined;
      }
      const sha256 = this.#files.sha256(text);
      this.inputs.push({ path: shownAs, sha256 });
      const value = parse(text);
      this.#known.set(key, { sha256, value });
      return value;
    } catch (error) {
      const place = this.#place(at);
      if (error instanceof ScenarioError) {
        this.#found.push(...error.issues.map((issue) => ({ at: place, issue })));
      }
      if (error instanceof UnreadableFileError) this.problem(at, `${shownAs}: ${error.message}`);
      else if (!(error instanceof ScenarioError)) throw error;
      return undefined;
    }
  }

  /**
   * Where a file or folder lies: beside the file that names it first (a setting names it from where the
   * command runs), then beside the scenario, then in Weir's library.
   */
  #locate(path: string, at: Path): string | undefined {
    const { file } = this.#place(at);
    const shipped = `${this.#files.library}/x`;
    for (const from of [file.startsWith('--set ') ? '' : file, this.#file, shipped]) {
      const candidate = this.#files.resolve(from, path);
      if (this.#files.exists(candidate)) return candidate;
    }
    const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '.';
    const known = (this.#files.list(this.#files.resolve(shipped, folder)) ?? [])
      .filter((name) => !/\.(md|ts|txt)$/.test(name))
      .map((name) => (folder === '.' ? name : `${folder}/${name}`));
    const hint = known.length > 0 ? `; ${suggest(path, known)}` : '';
    this.problem(at,
      `expected a file or folder beside the scenario or in Weir's library, but there is no ${path}${hint}`);
    return undefined;
  }
}
