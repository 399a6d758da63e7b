import { builtinModules } from 'node:module';
import { posix } from 'node:path';
import ts from 'typescript';
import { lineOf, visitAll, type Finding, type Source } from './tree.ts';

/** One use of another module, with where it stands. */
export interface Import {
  readonly from: string;
  readonly line: number;
  readonly specifier: string;
  /** Path of a file of ours; undefined for packages and built-ins. */
  readonly file: string | undefined;
  /** Name of a package from npm; undefined for files of ours and built-ins. */
  readonly package: string | undefined;
  readonly builtin: boolean;
  /** A worker or child process started from the file rather than a module loaded from it. */
  readonly spawned: boolean;
}

/** Every import of a file: static, type-only, dynamic, re-exported, and files it names to start a process. */
export function importsOf(source: Source): Import[] {
  const found: Import[] = [];
  const add = (node: ts.Node, specifier: string, spawned = false): void => {
    found.push(resolve(source.path, lineOf(source, node.getStart(source.tree)), specifier, spawned));
  };
  visitAll(source.tree, (node) => {
    const specifier = moduleSpecifier(node);
    if (specifier !== undefined) add(node, specifier);
    const started = startedFile(node);
    if (started !== undefined) add(node, started, true);
  });
  return found;
}

/** Imports that the table of layers forbids, and imports of tests from what is not one. */
export function forbiddenImports(imports: readonly Import[], layers: Layers): Finding[] {
  const found: Finding[] = [];
  const report = (one: Import, message: string): void => {
    found.push({ path: one.from, line: one.line, message });
  };
  for (const one of imports) {
    if (one.file === undefined) continue;
    const [from, to] = [folderOf(one.from), folderOf(one.file)];
    const allowed = layers[from];
    const ofTest = /\.(test|fixture|oracle)\.ts$/;
    if (ofTest.test(one.file) && !ofTest.test(one.from)) {
      report(one, `imports the test file ${one.file}: move what is shared`);
    }
    if (from === to || from === '' || allowed === 'all') continue;
    if (to === 'tests' && ofTest.test(one.from)) continue;
    if (allowed === undefined) {
      report(one, `${from}/ is not in the table of layers: add it there`);
    } else if (!allowed.includes(to)) {
      const may = allowed.length > 0 ? `only ${allowed.join(', ')}` : 'nothing of ours';
      report(one, `${from}/ imports ${one.file}; it may import ${may}`);
    }
  }
  return found;
}

/** What each top folder may import besides itself. */
export type Layers = Readonly<Record<string, readonly string[] | 'all'>>;

/** Node's own modules imported where there may be no Node. */
export function builtinImports(imports: readonly Import[], folders: readonly string[]): Finding[] {
  const message = (one: Import): string =>
    `imports ${one.specifier}; this folder runs without Node: take the data as an argument`;
  return imports
    .filter((one) => one.builtin && !/\.(test|bench|fixture)\.ts$/.test(one.from))
    .filter((one) => folders.some((folder) => one.from.startsWith(`${folder}/`)))
    .map((one) => ({ path: one.from, line: one.line, message: message(one) }));
}

/** What runs before `npm ci` may use only Node's modules and others like it. */
export function earlyImports(imports: readonly Import[]): Finding[] {
  return imports
    .filter((one) => one.from.endsWith('.mjs') && !one.builtin && !one.file?.endsWith('.mjs') && !one.spawned)
    .map((one) => ({
      path: one.from,
      line: one.line,
      message: `imports ${one.specifier}; .mjs files run before anything is installed, on any Node`,
    }));
}

function moduleSpecifier(node: ts.Node): string | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return literal(node.moduleSpecifier);
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return literal(node.argument.literal);
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    return literal(node.arguments[0]);
  }
  return undefined;
}

/** `new URL('./worker.ts', import.meta.url)` and `join(import.meta.dirname, 'worker.ts')`. */
function startedFile(node: ts.Node): string | undefined {
  if (ts.isNewExpression(node) && node.expression.getText() === 'URL') {
    const [file, base] = node.arguments ?? [];
    const path = literal(file);
    const here = base?.getText() === 'import.meta.url';
    if (path !== undefined && here && SCRIPT.test(path)) return relative(path);
  }
  if (ts.isCallExpression(node) && /(^|\.)(join|resolve)$/.test(node.expression.getText())) {
    const [base, ...parts] = node.arguments;
    const path = parts.map((part) => literal(part) ?? '').join('/');
    if (base?.getText() === 'import.meta.dirname' && SCRIPT.test(path)) return relative(path);
  }
  return undefined;
}

function resolve(from: string, line: number, raw: string, spawned: boolean): Import {
  const specifier = raw.replace(/\?.*$/, '');
  const base = { from, line, specifier, spawned, file: undefined, package: undefined, builtin: false };
  if (specifier.startsWith('.')) return { ...base, file: posix.join(posix.dirname(from), specifier) };
  if (specifier.startsWith('node:') || builtinModules.includes(specifier)) return { ...base, builtin: true };
  const name = specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
  return { ...base, package: name };
}

function literal(node: ts.Node | undefined): string | undefined {
  return node && ts.isStringLiteralLike(node) ? node.text : undefined;
}

function relative(path: string): string {
  return path.startsWith('.') ? path : `./${path}`;
}

function folderOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.indexOf('/')) : '';
}

const SCRIPT = /\.(ts|mjs|js)$/;
