import type { InputFile } from '../models/core/run-record.ts';
import { TraceTable } from '../models/network/trace.ts';
import { DEFAULT_SLOS, toSlo } from '../models/operations/slo.ts';
import { ScenarioError, formatPath, suggest, type ScenarioIssue } from './errors.ts';
import { DATA_LIMIT, FileTooLargeError, type FileSource } from './files.ts';
import type { LoadedScenario } from './load.ts';
import type { NetworkClass, ScenarioPlan } from './plan.ts';
import type { SizeTable } from './size-table.ts';
import { parseSizeTables } from './size-tables.ts';
import { parseTrace } from './trace-files.ts';

type Path = ReadonlyArray<string | number>;

/** Reads a scenario's data files and wires its plan; throws ScenarioError with all problems of all files. */
export function buildPlan(loaded: LoadedScenario, files: FileSource): ScenarioPlan {
  return new Builder(loaded, files).build();
}

class Builder {
  readonly #loaded: LoadedScenario;
  readonly #files: FileSource;
  readonly #issues: ScenarioIssue[] = [];
  readonly #inputs: InputFile[] = [];

  constructor(loaded: LoadedScenario, files: FileSource) {
    this.#loaded = loaded;
    this.#files = files;
  }

  build(): ScenarioPlan {
    const { scenario, parameters } = this.#loaded;
    const networks = scenario.audience.networks.map((network, i): NetworkClass => {
      const traces = this.#readTraces(network.traces, ['audience', 'networks', i, 'traces']);
      return { name: network.name, viewersPerLink: network.viewersPerLink, traces };
    });
    const sizeTables = scenario.catalogue.sizes.tables.flatMap((path, i) =>
      this.#readTables(path, ['catalogue', 'sizes', 'tables', i]));
    if (scenario.catalogue.sizes.use === 'exact') this.#checkExact(sizeTables);
    const clip = scenario.real === undefined ? undefined : this.#locate(scenario.real.clip, ['real', 'clip']);
    if (this.#issues.length > 0) throw new ScenarioError(this.#issues);
    const digest = this.#files.sha256(canonicalJson({ scenario, inputs: this.#inputs }));
    const slos = scenario.slos?.map(toSlo) ?? DEFAULT_SLOS;
    return { scenario, networks, sizeTables, slos, parameters, inputs: this.#inputs, digest, clip };
  }

  #readTraces(path: string, at: Path): TraceTable[] {
    const found = this.#locate(path, at);
    if (found === undefined) return [];
    const names = this.#files.list(found)?.filter((name) => /\.(csv|json)$/i.test(name));
    if (names?.length === 0) this.#problem(at, `expected trace files (.csv or .json) in ${path}, got none`);
    const traces: TraceTable[] = [];
    for (const name of names ?? ['']) {
      const shownAs = name === '' ? path : `${path}/${name}`;
      this.#read(name === '' ? found : `${found}/${name}`, shownAs, at, (text) => {
        traces.push(new TraceTable(parseTrace(text, shownAs)));
      });
    }
    return traces;
  }

  #readTables(path: string, at: Path): SizeTable[] {
    const found = this.#locate(path, at);
    let tables: SizeTable[] = [];
    if (found !== undefined) this.#read(found, path, at, (text) => (tables = parseSizeTables(text, path)));
    return tables;
  }

  /** Reads one file; its problems join those of the scenario. */
  #read(path: string, shownAs: string, at: Path, parse: (text: string) => void): void {
    try {
      const text = this.#files.readText(path, DATA_LIMIT);
      if (text === undefined) {
        this.#problem(at, `expected a file, but there is no ${shownAs}`);
        return;
      }
      this.#inputs.push({ path: shownAs, sha256: this.#files.sha256(text) });
      parse(text);
    } catch (error) {
      if (error instanceof ScenarioError) this.#issues.push(...error.issues);
      else if (error instanceof FileTooLargeError) this.#problem(at, `${shownAs}: ${error.message}`);
      else throw error;
    }
  }

  /** Where a file or folder lies: beside the scenario first, then in Weir's library. */
  #locate(path: string, at: Path): string | undefined {
    const beside = this.#files.resolve(this.#loaded.file, path);
    const shipped = this.#files.resolve(`${this.#files.library}/x`, path);
    for (const candidate of [beside, shipped]) {
      if (this.#files.exists(candidate)) return candidate;
    }
    const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '.';
    const known = (this.#files.list(this.#files.resolve(`${this.#files.library}/x`, folder)) ?? [])
      .filter((name) => !name.endsWith('.md') && !name.endsWith('.ts'))
      .map((name) => (folder === '.' ? name : `${folder}/${name}`));
    const hint = known.length > 0 ? `; ${suggest(path, known)}` : '';
    this.#problem(at, `expected a file or folder beside the scenario or in Weir's library, found none${hint}`);
    return undefined;
  }

  #checkExact(tables: readonly SizeTable[]): void {
    const { ladder, segment } = this.#loaded.scenario.catalogue;
    for (const table of tables) {
      const rates = ladder.map((rendition) => rendition.bitrate);
      const fits = table.segmentUs === segment && rates.length === table.bitrates.length
        && rates.every((rate, i) => Math.abs(rate - table.bitrates[i]!) < 1);
      if (fits) continue;
      const list = table.bitrates.map((rate) => `${rate / 1000} kbps`).join(', ');
      this.#problem(['catalogue', 'sizes', 'use'],
        `"exact" needs the ladder and segment duration of ${table.name}: ${table.segmentUs / 1e6} s at ${list}`);
    }
    if (tables.length === 0) this.#problem(['catalogue', 'sizes', 'use'], '"exact" needs a table');
  }

  #problem(path: Path, message: string): void {
    this.#issues.push({ ...this.#loaded.place(path), path: formatPath(path), message });
  }
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
