import { parse as parseYaml } from 'yaml';
import { levelsOf, MOST_LEVELS, type Place } from './document.ts';
import { formatPath, ScenarioError, type ScenarioIssue } from './errors.ts';
import { isRecord, schemaAt, unwrap, valueAt } from './schema-walk.ts';
import { scenarioSchema } from './schema.ts';

type Path = ReadonlyArray<string | number>;

/** A parameter to be set: one `path=value` of the command line, or one entry of a variant. */
export interface Setting {
  readonly path: Path;
  readonly value: unknown;
  readonly origin: 'set' | 'variant';
  /** Where it stands, or a part of its value. */
  readonly place: (rest: Path) => Place;
}

/**
 * Reads `cdn.edge.nodes=3` or `audience.networks[0].share=20%`; throws ScenarioError with all that cannot be
 * read.
 */
export function parseSettings(texts: readonly string[]): Setting[] {
  const issues: ScenarioIssue[] = [];
  const settings = texts.flatMap((text) => {
    const setting = parseSetting(text);
    if (typeof setting !== 'string') return [setting];
    issues.push({ ...placeOfSetting(text), path: '', message: setting });
    return [];
  });
  if (issues.length > 0) throw new ScenarioError(issues);
  return settings;
}

/** The keys of a path such as `audience.networks[0].share`; undefined when it is none. */
export function parsePath(name: string): Path | undefined {
  if (!/^[A-Za-z]\w*(\.[A-Za-z]\w*|\[\d+\])*$/.test(name)) return undefined;
  const keys = name.match(/[A-Za-z]\w*|\[\d+\]/g) ?? [];
  return keys.map((key) => (key.startsWith('[') ? Number(key.slice(1, -1)) : key));
}

function placeOfSetting(text: string): Place {
  return { file: `--set ${text}`, line: 0, column: 0 };
}

/** The setting, or what is wrong with it. */
function parseSetting(text: string): Setting | string {
  const split = text.indexOf('=');
  const path = parsePath(text.slice(0, Math.max(0, split)).trim());
  if (path === undefined) return 'expected path=value, such as cdn.edge.capacity=40GB';
  if (path.length > MOST_LEVELS) return `expected a path of at most ${MOST_LEVELS} keys`;
  const written = text.slice(split + 1);
  let value: unknown;
  try {
    value = parseYaml(written, { logLevel: 'error' });
  } catch {
    value = written; // no YAML: then it is a text
  }
  return levelsOf(value) > MOST_LEVELS ? 'expected a value of fewer levels'
    : { path, value, origin: 'set', place: () => placeOfSetting(text) };
}

/**
 * The input with a setting put in; throws ScenarioError when it names an entry beyond the end of a list.
 * Where the input leaves out what the setting is a part of, the part's default is filled in first.
 */
export function applySetting(
  input: unknown, setting: Setting, merge: (base: unknown, over: unknown) => unknown,
): unknown {
  const setAt = (target: unknown, depth: number): unknown => {
    const key = setting.path[depth];
    if (key === undefined) return isRecord(target) && isRecord(setting.value)
      ? merge(target, setting.value) : setting.value;
    const at = setting.path.slice(0, depth);
    const whole = target ?? defaultAt(at, input);
    const child = setAt(valueAt(whole, key), depth + 1);
    if (typeof key === 'string') return { ...(isRecord(whole) ? whole : {}), [key]: child };
    const list: unknown[] = Array.isArray(whole) ? [...(whole as unknown[])] : [];
    if (key > list.length) {
      const has = list.length === 1 ? 'one entry' : `${list.length} entries`;
      const message = `expected an index of at most ${list.length}: ${formatPath(at)} has ${has}`;
      throw new ScenarioError([{ ...setting.place([]), path: formatPath(setting.path), message }]);
    }
    list[key] = child;
    return list;
  };
  return setAt(input, 0);
}

function defaultAt(path: Path, input: unknown): unknown {
  const schema = schemaAt(scenarioSchema, path, input)?.schema;
  return schema === undefined ? undefined : unwrap(schema).defaultValue;
}
