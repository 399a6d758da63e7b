import { readChain } from './chain.ts';
import { MOST_LEVELS, type Place, type ScenarioFile } from './document.ts';
import { formatPath, ScenarioError, type ScenarioIssue } from './errors.ts';
import type { FileSource } from './files.ts';
import {
  collect, LABELS, merge, Reading, startsWith, STUDY, withoutKeys, type LoadedScenario,
} from './reading.ts';
import { isRecord } from './schema-walk.ts';
import { parsePath, parseSettings, type Setting } from './settings.ts';
import { studySchema, type Study } from './variants.ts';

/** One of the designs that a scenario file compares. */
export interface LoadedDesign {
  readonly name: string;
  readonly title: string;
  /** What it changes, by parameter path. */
  readonly set: Readonly<Record<string, unknown>>;
  /** Settings of the command line that it sets otherwise: they do nothing to it. */
  readonly overruled: readonly string[];
  readonly loaded: LoadedScenario;
}

/** The designs of a scenario file: itself, then its variants. */
export interface LoadedStudy {
  readonly designs: readonly LoadedDesign[];
  readonly rank: Study['rank'];
}

type Path = ReadonlyArray<string | number>;

/** What a variant cannot change: it has names of its own, and no variants. */
const NOT_FOR_VARIANTS = new Set([...LABELS, ...STUDY, 'extends']);

/**
 * Reads a scenario with the files it extends and the `path=value` settings of the command line; throws
 * ScenarioError with all problems at their places: settings first, then the file, then what it extends.
 */
export function loadScenario(file: string, files: FileSource, texts: readonly string[] = []): LoadedScenario {
  return loadStudy(file, files, texts).designs[0]!.loaded;
}

/** Reads a scenario and its variants, which are checked as it is; throws ScenarioError as `loadScenario`. */
export function loadStudy(file: string, files: FileSource, texts: readonly string[] = []): LoadedStudy {
  const issues: ScenarioIssue[] = [];
  const chain = collect(issues, () => readChain(file, files));
  const settings = collect(issues, () => parseSettings(texts));
  if (chain === undefined || settings === undefined) throw new ScenarioError(issues);
  let written: unknown = {};
  for (const part of [...chain].reverse()) written = merge(written, withoutKeys(part.value, ['extends']));
  const sources = { file, files, chain, written };
  const base = new Reading(sources, settings);
  issues.push(...base.issues);
  const study = studySchema.safeParse(isRecord(base.input) ? base.input : {});
  const { variants = [], baseline, rank = undefined } = study.success ? study.data : {};
  const known = new Set(base.issues.map(({ path, message }) => `${path}: ${message}`));
  const readings = variants.map(({ name, title = name, set }, i): VariantReading => {
    const own = variantSettings(set, (rest) => base.place(['variants', i, 'set', ...rest]));
    const reading = new Reading(sources, [...settings, ...own.settings], base);
    const added = reading.issues.filter(({ path, message }) => !known.has(`${path}: ${message}`));
    for (const issue of [...own.issues, ...added]) {
      issues.push({ ...issue, message: `${issue.message} (variant "${name}")` });
    }
    const overruled = settings.filter(({ path }) => own.settings.some((one) => startsWith(path, one.path)));
    return { name, title, set, overruled: overruled.map(({ path }) => formatPath(path)), reading };
  });
  const name = variants.length === 0 ? undefined : baseline?.name ?? 'base';
  issues.push(...repeatedNames(readings, name, base));
  if (issues.length > 0) throw new ScenarioError(inOrder(issues, chain));
  const loaded = base.finish(name, undefined);
  const title = baseline?.title ?? loaded.scenario.title;
  const designs = readings.map(({ reading, ...design }): LoadedDesign =>
    ({ ...design, loaded: reading.finish(design.name, design.title) }));
  return { designs: [{ name: name ?? '', title, set: {}, overruled: [], loaded }, ...designs], rank };
}

type VariantReading = Omit<LoadedDesign, 'loaded'> & { readonly reading: Reading };

/** Tables, folders and --variant name designs: each name stands for one. */
function repeatedNames(
  variants: ReadonlyArray<{ readonly name: string }>, baseline: string | undefined, base: Reading,
): ScenarioIssue[] {
  return variants.flatMap(({ name }, i) => {
    const path = ['variants', i, 'name'];
    const first = variants.findIndex((one) => one.name === name);
    const whose = name === baseline ? 'the baseline' : `variants[${first}]`;
    const message = `expected a name of its own, got "${name}", the name of ${whose} too`;
    return name !== baseline && first === i ? [] : [{ ...base.place(path), path: formatPath(path), message }];
  });
}

/** The settings of a variant, and what is wrong with their paths. */
function variantSettings(
  set: Readonly<Record<string, unknown>>, placeOf: (rest: Path) => Place,
): { readonly settings: readonly Setting[]; readonly issues: readonly ScenarioIssue[] } {
  const issues: ScenarioIssue[] = [];
  const settings = Object.entries(set).flatMap(([key, value]): Setting[] => {
    const path = parsePath(key);
    const problem = (message: string) => {
      issues.push({ ...placeOf([key]), path: key, message });
      return [];
    };
    if (path === undefined || path.length > MOST_LEVELS) {
      return problem('expected the path of a parameter, such as cdn.edge.capacity');
    }
    if (NOT_FOR_VARIANTS.has(String(path[0]))) return problem('expected a parameter of the run itself');
    return [{ path, value, origin: 'variant', place: (rest) => placeOf([key, ...rest]) }];
  });
  return { settings, issues };
}

/** Settings first, then file by file, each by lines. */
function inOrder(issues: readonly ScenarioIssue[], chain: readonly ScenarioFile[]): ScenarioIssue[] {
  const rank = ({ file }: ScenarioIssue) => {
    const index = chain.findIndex((part) => part.file === file);
    return index >= 0 ? index : file.startsWith('--set ') ? -1 : chain.length;
  };
  return [...issues].sort((a, b) => rank(a) - rank(b) || a.line - b.line || a.column - b.column);
}
