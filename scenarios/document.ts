import { LineCounter, parseDocument, isMap, isNode, isPair, isScalar, type Document } from 'yaml';
import { ScenarioError, type ScenarioIssue } from './errors.ts';
import { FileTooLargeError, SCENARIO_LIMIT, type FileSource } from './files.ts';
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
  const whole = (message: string): ScenarioIssue => ({ file, line: 0, column: 0, path: '', message });
  let text: string | undefined;
  try {
    text = files.readText(file, SCENARIO_LIMIT);
  } catch (error) {
    if (error instanceof FileTooLargeError) throw new ScenarioError([whole(`a scenario file: ${error.message}`)]);
    throw error;
  }
  if (text === undefined) throw new ScenarioError([whole('expected a scenario file, but there is no such file')]);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const problems = [...document.errors, ...document.warnings].map((problem): ScenarioIssue => {
    const { line, col } = lines.linePos(problem.pos[0]);
    return { file, line, column: col, path: '', message: `YAML: ${problem.message}` };
  });
  if (problems.length > 0) throw new ScenarioError(problems.slice(0, 20));
  const value: unknown = toValue(document, whole);
  if (!isRecord(value)) {
    const got = value === null ? 'an empty file' : Array.isArray(value) ? 'a list' : 'a single value';
    throw new ScenarioError([whole(`expected a mapping of keys to values, got ${got}`)]);
  }
  return { file, text, value, place: (path) => placeOf(document, lines, file, path) };
}

function toValue(document: Document, whole: (message: string) => ScenarioIssue): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw new ScenarioError([whole(`YAML: ${error instanceof Error ? error.message : String(error)}`)]);
  }
}

function placeOf(
  document: Document,
  lines: LineCounter,
  file: string,
  path: ReadonlyArray<string | number>,
): { readonly place: Place; readonly depth: number } | undefined {
  let found: { readonly place: Place; readonly depth: number } | undefined;
  let node: unknown = document.contents;
  for (const [depth, key] of path.entries()) {
    let start: number | undefined;
    if (isMap(node)) {
      const pair = node.items.find((item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(key));
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
