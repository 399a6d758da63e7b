import type { ParameterProvenance } from '../models/core/run-record.ts';
import { DataFiles } from './data-files.ts';
import { describeProblems } from './describe.ts';
import { readScenarioFile, type Place, type ScenarioFile } from './document.ts';
import { formatPath, ScenarioError, type ScenarioIssue } from './errors.ts';
import type { FileSource } from './files.ts';
import { checkLimits } from './limits.ts';
import { listParameters, type Origin } from './parameters.ts';
import { depthHeld, isRecord, valueAtPath } from './schema-walk.ts';
import { scenarioSchema, type Scenario } from './schema.ts';
import { applySetting, parseSettings, placeOfSetting, type Setting } from './settings.ts';

/** A scenario that holds what its schema says, with where each value came from. */
export interface LoadedScenario {
  readonly scenario: Scenario;
  readonly file: string;
  readonly parameters: readonly ParameterProvenance[];
  /** Place of a parameter in the files it was read from, for errors found later. */
  readonly place: (path: ReadonlyArray<string | number>) => Place;
}

type Path = ReadonlyArray<string | number>;

/** What says which scenario it is, and changes nothing that it does. */
const LABELS = new Set(['weir', 'name', 'title', 'description']);

/**
 * Reads a scenario with the files it extends and the `path=value` settings of the command line; throws
 * ScenarioError with all problems at their places: settings first, then the file, then what it extends.
 */
export function loadScenario(file: string, files: FileSource, texts: readonly string[] = []): LoadedScenario {
  const issues: ScenarioIssue[] = [];
  const chain = collect(issues, () => readChain(file, files));
  const settings = collect(issues, () => parseSettings(texts));
  if (chain === undefined || settings === undefined) throw new ScenarioError(issues);
  let written: unknown = {};
  for (const part of [...chain].reverse()) written = merge(written, withoutKey(part.value, 'extends'));
  let input = written;
  for (const setting of settings) {
    collect(issues, () => (input = applySetting(input, setting, merge)));
  }
  input = withUploads(input);
  const place = (path: Path) => placeIn(path, chain, settings);
  const parsed = scenarioSchema.safeParse(input, { reportInput: true });
  if (parsed.success) {
    for (const { path, message } of checkLimits(parsed.data, input)) {
      issues.push({ ...place(path), path: formatPath(path), message });
    }
  } else {
    issues.push(...describeProblems(parsed.error.issues, input, place));
    const data = new DataFiles(file, place, files);
    data.check(input);
    issues.push(...data.issues);
  }
  if (!parsed.success || issues.length > 0) throw new ScenarioError(inOrder(issues, chain));
  const originOf = (path: Path): Origin => {
    if (settings.some((setting) => holds(setting, path))) return 'set';
    return valueAtPath(written, path) === undefined ? 'default' : 'scenario';
  };
  const left = parsed.data.audience === undefined ? ['catalogue', 'player', 'cdn'] : [];
  const parameters = listParameters(scenarioSchema, input, originOf)
    .filter(({ path }) => !LABELS.has(path) && !left.some((part) => path.startsWith(`${part}.`)));
  return { scenario: parsed.data, file, parameters, place };
}

/** What is transcoded is uploaded: with the defaults where a scenario says nothing of how. */
function withUploads(input: unknown): unknown {
  if (!isRecord(input) || !isRecord(input['transcode']) || input['upload'] !== undefined) return input;
  return { ...input, upload: {} };
}

/** Runs a step; what is wrong with the user's files joins the list, and the step has no result. */
function collect<Result>(issues: ScenarioIssue[], step: () => Result): Result | undefined {
  try {
    return step();
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    issues.push(...error.issues);
    return undefined;
  }
}

/** The file and the files it extends, the most particular first. */
function readChain(file: string, files: FileSource): ScenarioFile[] {
  const chain: ScenarioFile[] = [readScenarioFile(file, files)];
  for (;;) {
    const current = chain.at(-1)!;
    const base: unknown = current.value['extends'];
    if (base === undefined) return chain;
    const at = current.place(['extends'])!.place;
    const issue = (message: string) => new ScenarioError([{ ...at, path: 'extends', message }]);
    if (typeof base !== 'string' || base === '') throw issue('expected the path of a scenario file');
    const next = files.resolve(current.file, base);
    if (files.list(next) !== undefined) throw issue(`expected a scenario file, but ${base} is a folder`);
    if (!files.exists(next)) throw issue(`expected a scenario file, but there is no ${base}`);
    const same = (path: string) => files.resolve(path, next) === files.resolve(path, path);
    if (chain.some((known) => known.file === next || same(known.file))) {
      throw issue(`expected another file: ${base} extends itself`);
    }
    if (chain.length === MOST_FILES) {
      throw issue(`expected at most ${MOST_FILES} files that extend each other`);
    }
    chain.push(readScenarioFile(next, files));
  }
}

/** Files that may extend each other: more than anybody follows, fewer than a circle of links makes. */
const MOST_FILES = 10;

/**
 * Mappings merge key by key; everything else, lists included, is replaced. A new `law` or `rule` replaces its
 * mapping.
 */
function merge(base: unknown, over: unknown): unknown {
  if (!isRecord(base) || !isRecord(over)) return over;
  for (const kind of ['law', 'rule']) if (over[kind] !== undefined && over[kind] !== base[kind]) return over;
  const merged = new Map(Object.entries(base));
  for (const [key, value] of Object.entries(over)) merged.set(key, merge(merged.get(key), value));
  return Object.fromEntries(merged);
}

function withoutKey(value: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.fromEntries(Object.entries(value).filter(([name]) => name !== key));
}

/** True when a setting gives the value at a path, as a whole or as a part of what it gives. */
function holds({ path: prefix, value }: Setting, path: Path): boolean {
  return startsWith(path, prefix) && valueAtPath(value, path.slice(prefix.length)) !== undefined;
}

function startsWith(path: Path, prefix: Path): boolean {
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
    if (depth > best.depth) best = { place: placeOfSetting(setting.text), depth };
  }
  for (const file of chain) {
    const found = file.place(path);
    if (found !== undefined && found.depth > best.depth) best = found;
  }
  return best.place;
}

/** Settings first, then file by file, each by lines. */
function inOrder(issues: readonly ScenarioIssue[], chain: readonly ScenarioFile[]): ScenarioIssue[] {
  const rank = ({ file }: ScenarioIssue) => {
    const index = chain.findIndex((part) => part.file === file);
    return index >= 0 ? index : file.startsWith('--set ') ? -1 : chain.length;
  };
  return [...issues].sort((a, b) => rank(a) - rank(b) || a.line - b.line || a.column - b.column);
}
