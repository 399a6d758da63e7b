import {
  LineCounter, isAlias, isMap, isNode, isScalar, parseAllDocuments, parseDocument, visit, type Document,
  type Pair, type YAMLError, type YAMLMap,
} from 'yaml';
import { ScenarioError, type ScenarioIssue } from './errors.ts';
import { SCENARIO_LIMIT, UnreadableFileError, type FileSource } from './files.ts';
import { isRecord } from './schema-walk.ts';

/** A place in a file, from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** One YAML file, read, with the places of its keys. */
export interface ScenarioFile {
  readonly file: string;
  readonly text: string;
  readonly value: Readonly<Record<string, unknown>>;
  /** Place of the deepest key of the path that the file holds; undefined when it does not hold the first. */
  place(path: ReadonlyArray<string | number>): { readonly place: Place; readonly depth: number } | undefined;
}

/** Reads a YAML file whose root is a mapping; throws ScenarioError with every syntax error and its place. */
export function readScenarioFile(file: string, files: FileSource): ScenarioFile {
  return parseYamlFile(readText(file, files), file);
}

/** A YAML text whose root is a mapping, with places; throws ScenarioError as `readScenarioFile` does. */
export function parseYamlFile(text: string, file: string): ScenarioFile {
  const lines = new LineCounter();
  return toFile(file, text, parseDocument(text, { ...PARSE_OPTIONS, lineCounter: lines }), lines);
}

/** A YAML text of one or several documents, each a mapping; throws as `readScenarioFile` does. */
export function parseYamlDocuments(text: string, file: string): ScenarioFile[] {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { ...PARSE_OPTIONS, lineCounter: lines });
  if ('empty' in documents) throw new ScenarioError([wholeFile(file, 'expected YAML, got an empty file')]);
  const issues: ScenarioIssue[] = [];
  const read = documents.flatMap((document) => {
    try {
      return [toFile(file, text, document, lines)];
    } catch (error) {
      if (!(error instanceof ScenarioError)) throw error;
      issues.push(...error.issues);
      return [];
    }
  });
  if (issues.length > 0) throw new ScenarioError(issues);
  return read;
}

/** Keys are compared later, in one pass: the parser compares each with all before it. */
const PARSE_OPTIONS = { prettyErrors: false, uniqueKeys: false, logLevel: 'error' } as const;

function wholeFile(file: string, message: string): ScenarioIssue {
  return { file, line: 0, column: 0, path: '', message };
}

function toFile(file: string, text: string, document: Document, lines: LineCounter): ScenarioFile {
  const whole = (message: string): ScenarioIssue => wholeFile(file, message);
  const at = (offset: number, message: string): ScenarioIssue => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col, path: '', message: `YAML: ${message}` };
  };
  const problems = [...document.errors, ...document.warnings]
    .map((problem) => at(problem.pos[0], wordsOf(problem)));
  for (const { offset, key } of repeatedKeys(document)) {
    problems.push(at(offset, `the key "${key}" stands here twice`));
  }
  if (problems.length > 0) throw new ScenarioError(firstOf(problems, whole));
  const value = toValue(document, at, whole);
  if (!isRecord(value)) {
    const got = value === null ? 'an empty file' : Array.isArray(value) ? 'a list' : 'a single value';
    throw new ScenarioError([whole(`expected a mapping of keys to values, got ${got}`)]);
  }
  if (levelsOf(value) > MOST_LEVELS) {
    const message = `expected at most ${MOST_LEVELS} levels, got more, or an anchor that holds itself`;
    throw new ScenarioError([whole(message)]);
  }
  const pairs = new WeakMap<object, Map<string, Pair>>();
  return { file, text, value, place: (path) => placeOf(document, lines, file, path, pairs) };
}

/** Levels of nesting of a value: 0 for a scalar, Infinity for one that holds itself. */
export function levelsOf(value: unknown, known = new Map<object, number>()): number {
  if (typeof value !== 'object' || value === null) return 0;
  const before = known.get(value);
  if (before !== undefined) return before;
  known.set(value, Infinity); // what is met again before it is left holds itself
  let levels = 0;
  for (const child of Object.values(value)) levels = Math.max(levels, levelsOf(child, known));
  known.set(value, levels + 1);
  return levels + 1;
}

/** Levels of nesting read: a scenario has fewer than ten. */
export const MOST_LEVELS = 30;
/** Problems of one file listed; the rest is counted. */
const MOST_ISSUES = 20;

function readText(file: string, files: FileSource): string {
  const problem = (message: string) => new ScenarioError([{ file, line: 0, column: 0, path: '', message }]);
  let text: string | undefined;
  try {
    text = files.readText(file, SCENARIO_LIMIT);
  } catch (error) {
    if (error instanceof UnreadableFileError) throw problem(`a scenario file: ${error.message}`);
    throw error;
  }
  if (text !== undefined) return text;
  throw problem(files.list(file) === undefined
    ? 'expected a scenario file, but there is no such file'
    : 'expected a scenario file, but it is a folder');
}

function firstOf(
  problems: readonly ScenarioIssue[],
  whole: (message: string) => ScenarioIssue,
): ScenarioIssue[] {
  const sorted = [...problems].sort((a, b) => a.line - b.line || a.column - b.column);
  const more = sorted.length - MOST_ISSUES;
  return more > 0 ? [...sorted.slice(0, MOST_ISSUES), whole(`and ${more} more`)] : sorted;
}

/** The parser's message, in words for people who write scenarios rather than programs. */
function wordsOf(problem: YAMLError): string {
  if (problem.code === 'MULTIPLE_DOCS') return 'expected one document, got another one after "---"';
  if (problem.code === 'RESOURCE_EXHAUSTION') return 'nested too deeply to be read';
  return problem.message.replaceAll('\n', ' ');
}

function repeatedKeys(document: Document): { readonly offset: number; readonly key: string }[] {
  const found: { readonly offset: number; readonly key: string }[] = [];
  visit(document, {
    Map(_name, map) {
      const seen = new Set<string>();
      for (const { key } of map.items) {
        if (!isScalar(key)) continue;
        const name = String(key.value);
        if (seen.has(name)) found.push({ offset: key.range?.[0] ?? 0, key: name });
        seen.add(name);
      }
    },
  });
  return found;
}

function toValue(
  document: Document,
  at: (offset: number, message: string) => ScenarioIssue,
  whole: (message: string) => ScenarioIssue,
): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const unknown = /^Unresolved alias[^:]*: (.*)$/.exec(message)?.[1];
    let issue: ScenarioIssue | undefined;
    visit(document, {
      Alias(_name, alias) {
        if (alias.source !== unknown || !isAlias(alias)) return undefined;
        const words = `*${alias.source} stands for nothing: no &${alias.source} comes before it`;
        issue = at(alias.range?.[0] ?? 0, words);
        return visit.BREAK;
      },
    });
    const bomb = message.startsWith('Excessive alias count');
    const words = bomb ? 'aliases multiply to more than can be read' : message;
    throw new ScenarioError([issue ?? whole(`YAML: ${words}`)]);
  }
}

function placeOf(
  document: Document,
  lines: LineCounter,
  file: string,
  path: ReadonlyArray<string | number>,
  pairs: WeakMap<object, Map<string, Pair>>,
): { readonly place: Place; readonly depth: number } | undefined {
  let found: { readonly place: Place; readonly depth: number } | undefined;
  let node: unknown = document.contents;
  for (const [depth, key] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document);
    let start: number | undefined;
    if (isMap(node)) {
      const pair = pairsOf(node, pairs).get(String(key));
      if (pair === undefined) break;
      start = isNode(pair.key) ? pair.key.range?.[0] : undefined;
      node = pair.value;
    } else if (isNode(node) && 'items' in node && typeof key === 'number') {
      node = (node.items as unknown[])[key];
      start = isNode(node) ? node.range?.[0] : undefined;
    } else break;
    if (start === undefined) break;
    const { line, col } = lines.linePos(start);
    found = { place: { file, line, column: col }, depth: depth + 1 };
  }
  return found;
}

/** The pairs of a mapping by their keys, made once: a file may have as many problems as keys. */
function pairsOf(map: YAMLMap, known: WeakMap<object, Map<string, Pair>>): Map<string, Pair> {
  let pairs = known.get(map);
  if (pairs === undefined) {
    pairs = new Map();
    for (const pair of map.items) if (isScalar(pair.key)) pairs.set(String(pair.key.value), pair);
    known.set(map, pairs);
  }
  return pairs;
}
