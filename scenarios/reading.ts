import type { z } from 'zod';
import type { ParameterProvenance } from '../models/core/run-record.ts';
import { DataFiles } from './data-files.ts';
import { describeProblems } from './describe.ts';
import type { Place, ScenarioFile } from './document.ts';
import { formatPath, ScenarioError, type ScenarioIssue } from './errors.ts';
import type { FileSource } from './files.ts';
import type { LimitProblem } from './limit-problem.ts';
import { checkLimits, SERVING } from './limits.ts';
import { listParameters, type Origin } from './parameters.ts';
import { depthHeld, isRecord, valueAtPath } from './schema-walk.ts';
import { scenarioSchema, type Scenario } from './schema.ts';
import { applySetting, type Setting } from './settings.ts';
import { studyParams } from './variants.ts';

type Path = ReadonlyArray<string | number>;

/** A scenario that holds what its schema says, with where each value came from. */
export interface LoadedScenario {
  readonly scenario: Scenario;
  readonly file: string;
  readonly parameters: readonly ParameterProvenance[];
  /** Place of a parameter in the files it was read from, for errors found later. */
  readonly place: (path: ReadonlyArray<string | number>) => Place;
  /** Name among the designs its file compares; undefined when it compares none. */
  readonly variant: string | undefined;
}

/** What says which scenario it is, and changes nothing that it does. */
export const LABELS: ReadonlySet<string> = new Set(['weir', 'name', 'title', 'description']);
/** What says which designs to compare. */
export const STUDY: ReadonlySet<string> = new Set(Object.keys(studyParams));

/** What all designs of a file are read from. */
export interface Sources {
  readonly file: string;
  readonly files: FileSource;
  readonly chain: readonly ScenarioFile[];
  /** The files merged. */
  readonly written: unknown;
}

/** A scenario with settings put in, and what is wrong with it. */
export class Reading {
  readonly input: unknown;
  readonly issues: readonly ScenarioIssue[];
  readonly #sources: Sources;
  readonly #settings: readonly Setting[];
  readonly #scenario: Scenario | undefined;

  constructor(sources: Sources, settings: readonly Setting[], base?: Reading) {
    this.#sources = sources;
    this.#settings = settings;
    const issues: ScenarioIssue[] = [];
    let input = sources.written;
    for (const setting of settings) {
      collect(issues, () => (input = applySetting(input, setting, merge)));
    }
    input = withUploads(input);
    this.input = input;
    const parsed = scenarioSchema.safeParse(input, { reportInput: true });
    if (parsed.success) {
      const common = base === undefined ? undefined : base.#scenario;
      const problems = [...checkLimits(parsed.data, input), ...sameNumbers(parsed.data, common)];
      for (const { path, message } of problems) {
        issues.push({ ...this.place(path), path: formatPath(path), message });
      }
      this.#scenario = parsed.data;
    } else {
      issues.push(...describeProblems(parsed.error.issues, input, this.place));
      const data = new DataFiles(sources.file, this.place, sources.files);
      data.check(input);
      issues.push(...data.issues);
    }
    this.issues = issues;
  }

  readonly place = (path: Path): Place => placeIn(path, this.#sources.chain, this.#settings);

  /** The scenario, once nothing is wrong with it. */
  finish(variant: string | undefined, title: string | undefined): LoadedScenario {
    const { file, written } = this.#sources;
    const originOf = (path: Path): Origin => {
      const setting = this.#settings.findLast((one) => holds(one, path));
      if (setting !== undefined) return setting.origin;
      return valueAtPath(written, path) === undefined ? 'default' : 'scenario';
    };
    const input = withoutKeys(this.input, STUDY);
    const { variants: _compared, baseline: _named, rank: _ranked, ...scenario }
      = this.#scenario as z.output<typeof scenarioSchema>;
    const left = scenario.audience === undefined ? SERVING : [];
    const parameters = listParameters(scenarioSchema, input, originOf)
      .filter(({ path }) => !LABELS.has(path) && !left.some((part) => path.startsWith(`${part}.`)));
    const titled = title === undefined ? scenario : { ...scenario, title: `${scenario.title}: ${title}` };
    return { scenario: titled, file, parameters, place: this.place, variant };
  }
}

/** Designs are compared replication by replication: both must draw the same numbers, and as often. */
function sameNumbers(own: Scenario, base: Scenario | undefined): LimitProblem[] {
  if (base === undefined) return [];
  return (['seed', 'first', 'replications'] as const).filter((key) => own.run[key] !== base.run[key])
    .map((key) => ({ path: ['run', key], message: 'expected the same for all variants' }));
}

/** What is transcoded is uploaded: with the defaults where a scenario says nothing of how. */
function withUploads(input: unknown): unknown {
  if (!isRecord(input) || !isRecord(input['transcode']) || input['upload'] !== undefined) return input;
  return { ...input, upload: {} };
}

/** Runs a step; what is wrong with the user's files joins the list, and the step has no result. */
export function collect<Result>(issues: ScenarioIssue[], step: () => Result): Result | undefined {
  try {
    return step();
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    issues.push(...error.issues);
    return undefined;
  }
}

/**
 * Mappings merge key by key; everything else, lists included, is replaced. A new `law` or `rule` replaces its
 * mapping.
 */
export function merge(base: unknown, over: unknown): unknown {
  if (!isRecord(base) || !isRecord(over)) return over;
  for (const kind of ['law', 'rule']) if (over[kind] !== undefined && over[kind] !== base[kind]) return over;
  const merged = new Map(Object.entries(base));
  for (const [key, value] of Object.entries(over)) merged.set(key, merge(merged.get(key), value));
  return Object.fromEntries(merged);
}

/** A mapping without some of its keys; anything else as it is. */
export function withoutKeys(value: unknown, keys: Iterable<string>): unknown {
  if (!isRecord(value)) return value;
  const unwanted = new Set(keys);
  return Object.fromEntries(Object.entries(value).filter(([name]) => !unwanted.has(name)));
}

/** True when a setting gives the value at a path, as a whole or as a part of what it gives. */
function holds({ path: prefix, value }: Setting, path: Path): boolean {
  return startsWith(path, prefix) && valueAtPath(value, path.slice(prefix.length)) !== undefined;
}

/** True when a path is another one or lies below it. */
export function startsWith(path: Path, prefix: Path): boolean {
  return prefix.every((key, i) => path[i] === key);
}

/** Where the deepest part of a path stands; of two that hold as much of it, the more particular counts. */
function placeIn(path: Path, chain: readonly ScenarioFile[], settings: readonly Setting[]): Place {
  let best: { readonly place: Place; readonly depth: number } = {
    place: { file: chain[0]!.file, line: 1, column: 1 }, depth: 0,
  };
  for (const setting of [...settings].reverse()) {
    let depth = 0;
    // What stands above a setting is wrong because of it, as far as anybody can tell.
    if (startsWith(setting.path, path)) depth = path.length;
    else if (startsWith(path, setting.path)) {
      depth = setting.path.length + depthHeld(setting.value, path.slice(setting.path.length));
    }
    if (depth > best.depth) best = { place: setting.place(path.slice(setting.path.length)), depth };
  }
  for (const file of chain) {
    const found = file.place(path);
    if (found !== undefined && found.depth > best.depth) best = found;
  }
  return best.place;
}

