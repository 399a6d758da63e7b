import type { z } from 'zod';
import { parse as parseYaml } from 'yaml';
import { showValue } from '../models/core/quantity.ts';
import type { ParameterProvenance } from '../models/core/run-record.ts';
import { readScenarioFile, type Place, type ScenarioFile } from './document.ts';
import { formatPath, ScenarioError, suggest, type ScenarioIssue } from './errors.ts';
import type { FileSource } from './files.ts';
import { listParameters } from './parameters.ts';
import { knownKeys, knownValues, isRecord, schemaAt, valueAt } from './schema-walk.ts';
import { scenarioSchema, type Scenario } from './schema.ts';

/** A scenario that holds what its schema says, with where each value came from. */
export interface LoadedScenario {
  readonly scenario: Scenario;
  readonly file: string;
  readonly parameters: readonly ParameterProvenance[];
  /** Place of a parameter in the files it was read from, for errors found later. */
  readonly place: (path: ReadonlyArray<string | number>) => Place;
}

interface Override {
  readonly text: string;
  readonly path: ReadonlyArray<string | number>;
  readonly value: unknown;
}

type Path = ReadonlyArray<string | number>;

/**
 * Reads a scenario with the files it extends and the `path=value` settings of the command line; throws
 * ScenarioError with all problems at their places.
 */
export function loadScenario(file: string, files: FileSource, settings: readonly string[] = []): LoadedScenario {
  const chain = readChain(file, files);
  const overrides = settings.map(parseSetting);
  let input: unknown = {};
  for (const part of [...chain].reverse()) input = merge(input, part.value);
  input = withoutKey(input, 'extends');
  for (const override of overrides) input = setAt(input, override.path, override.value);
  const place = (path: Path) => placeIn(path, chain, overrides);
  const parsed = scenarioSchema.safeParse(input, { reportInput: true });
  if (!parsed.success) {
    throw new ScenarioError(toIssues(parsed.error.issues, input, place));
  }
  const isSet = (path: Path) => overrides.some((override) => startsWith(path, override.path));
  return { scenario: parsed.data, file, parameters: listParameters(scenarioSchema, input, isSet), place };
}

/** The file and the files it extends, the most particular first. */
function readChain(file: string, files: FileSource): ScenarioFile[] {
  const chain: ScenarioFile[] = [];
  let next: string | undefined = file;
  while (next !== undefined) {
    const current: ScenarioFile = readScenarioFile(next, files);
    chain.push(current);
    const base: unknown = current.value['extends'];
    if (base === undefined) return chain;
    const { line, column } = current.place(['extends'])!.place;
    const issue = (message: string) => new ScenarioError([{ file: current.file, line, column, path: 'extends', message }]);
    if (typeof base !== 'string') throw issue(`expected the path of a scenario file, got ${showValue(base)}`);
    next = files.resolve(current.file, base);
    if (files.readText(next, Infinity) === undefined) throw issue(`expected a scenario file, but there is no ${base}`);
    if (chain.some((known) => known.file === next)) throw issue(`expected another file: ${base} extends itself`);
  }
  return chain;
}

/** Mappings merge key by key; everything else, lists included, is replaced. A new `law` or `rule` replaces its mapping. */
function merge(base: unknown, over: unknown): unknown {
  if (!isRecord(base) || !isRecord(over)) return over;
  for (const kind of ['law', 'rule']) if (over[kind] !== undefined && over[kind] !== base[kind]) return over;
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) merged[key] = key in base ? merge(base[key], value) : value;
  return merged;
}

function withoutKey(value: unknown, key: string): unknown {
  if (!isRecord(value)) return value;
  const { [key]: _dropped, ...rest } = value;
  return rest;
}

/** Reads `cdn.edge.nodes=3` or `audience.networks[0].share=20%`. */
function parseSetting(text: string): Override {
  const file = `--set ${text}`;
  const issue = (message: string) => new ScenarioError([{ file, line: 0, column: 0, path: '', message }]);
  const split = text.indexOf('=');
  const name = text.slice(0, split).trim();
  if (split < 1 || !/^[A-Za-z]\w*(\.[A-Za-z]\w*|\[\d+\])*$/.test(name)) {
    throw issue('expected path=value, such as cdn.edge.capacity=40GB');
  }
  const keys = name.match(/[A-Za-z]\w*|\[\d+\]/g) ?? [];
  const path = keys.map((key) => (key.startsWith('[') ? Number(key.slice(1, -1)) : key));
  let value: unknown;
  try {
    value = parseYaml(text.slice(split + 1));
  } catch {
    value = text.slice(split + 1);
  }
  return { text, path, value };
}

function setAt(target: unknown, path: Path, value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return isRecord(target) && isRecord(value) ? merge(target, value) : value;
  const child = setAt(valueAt(target, key), rest, value);
  if (typeof key === 'number') {
    const list: unknown[] = Array.isArray(target) ? [...(target as unknown[])] : [];
    list[key] = child;
    return list;
  }
  return { ...(isRecord(target) ? target : {}), [key]: child };
}

function startsWith(path: Path, prefix: Path): boolean {
  return prefix.every((key, i) => path[i] === key);
}

function placeIn(path: Path, chain: readonly ScenarioFile[], overrides: readonly Override[]): Place {
  const override = overrides.findLast(({ path: prefix }) => startsWith(path, prefix) || startsWith(prefix, path));
  if (override !== undefined) return { file: `--set ${override.text}`, line: 0, column: 0 };
  let best: { readonly place: Place; readonly depth: number } | undefined;
  for (const file of chain) {
    const found = file.place(path);
    if (found !== undefined && found.depth > (best?.depth ?? 0)) best = found;
  }
  return best?.place ?? { file: chain[0]!.file, line: 1, column: 1 };
}

function toIssues(
  problems: readonly z.core.$ZodIssue[],
  input: unknown,
  place: (path: Path) => Place,
): ScenarioIssue[] {
  const issues: ScenarioIssue[] = [];
  for (const problem of problems) {
    const path = problem.path.filter((key) => typeof key !== 'symbol');
    if (problem.code === 'unrecognized_keys') {
      const at = schemaAt(scenarioSchema, path, input);
      const known = at === undefined ? [] : knownKeys(at.schema, at.value);
      for (const key of problem.keys) {
        const full = [...path, key];
        const message = `unknown key "${key}": ${suggest(key, known)}`;
        issues.push({ ...place(full), path: formatPath(full), message });
      }
    } else issues.push({ ...place(path), path: formatPath(path), message: describe(problem, path, input) });
  }
  return issues.sort((a, b) => a.line - b.line || a.column - b.column);
}

/** What was expected and what was got, in the words of the user's file. */
function describe(problem: z.core.$ZodIssue, path: Path, input: unknown): string {
  const got = problem.input === undefined ? 'nothing' : showValue(problem.input);
  // eslint-disable-next-line @typescript-eslint/switch-exhaustiveness-check -- zod's list, not ours
  switch (problem.code) {
    case 'invalid_type':
      return `expected ${withArticle(problem.expected)}, got ${got}`;
    case 'too_small':
      return problem.origin === 'array' || problem.origin === 'string'
        ? `expected at least ${problem.minimum} ${problem.origin === 'array' ? 'entries' : 'characters'}, got ${got}`
        : `expected ${problem.inclusive === false ? '>' : 'at least'} ${problem.minimum}, got ${got}`;
    case 'too_big':
      return problem.origin === 'array'
        ? `expected at most ${problem.maximum} entries`
        : `expected at most ${problem.maximum}, got ${got}`;
    case 'invalid_value':
      return describeChoice(schemaAt(scenarioSchema, path, input)?.schema, problem.input, problem.message);
    case 'invalid_union': {
      // A discriminated union complains at its discriminator; quantities bring a message of their own.
      const union = schemaAt(scenarioSchema, path.slice(0, -1), input)?.schema;
      const name = path.at(-1)!;
      const given = isRecord(problem.input) ? problem.input[String(name)] : problem.input;
      return describeChoice(problem.discriminator === name ? union : undefined, given, problem.message);
    }
    default:
      return problem.message;
  }
}

function describeChoice(schema: z.ZodType | undefined, given: unknown, otherwise: string): string {
  const known = schema === undefined ? [] : knownValues(schema);
  if (known.length === 0) return otherwise;
  const expected = `expected ${known.map((name) => `"${name}"`).join(' or ')}`;
  if (given === undefined) return `${expected}, got nothing`;
  const hint = typeof given === 'string' ? `: ${suggest(given, known)}` : '';
  return `${expected}, got ${showValue(given)}${hint}`;
}

function withArticle(type: string): string {
  const names: Readonly<Record<string, string>> = {
    int: 'a whole number', number: 'a number', string: 'a text', object: 'a mapping', array: 'a list', boolean: 'true or false',
  };
  return names[type] ?? type;
}
