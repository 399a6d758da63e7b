import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** One file of the project, parsed. */
export interface Source {
  /** From the root of the repository, with forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly tree: ts.SourceFile;
}

/** Something that breaks a rule, and what to do about it. */
export interface Finding {
  readonly path: string;
  /** From 1. */
  readonly line: number;
  readonly message: string;
}

/** A file as a rule sees it; tests make small ones of their own. */
export function parse(path: string, text: string): Source {
  return { path, text, tree: ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, true) };
}

/** Every TypeScript and JavaScript file of the repository, and its HTML pages, which name scripts. */
export function readSources(root: string): { readonly sources: Source[]; readonly pages: Page[] } {
  const paths = walk(root, '');
  const read = (path: string): string => readFileSync(join(root, path), 'utf8');
  return {
    sources: paths.filter((path) => /\.(ts|mjs|js)$/.test(path)).map((path) => parse(path, read(path))),
    pages: paths.filter((path) => path.endsWith('.html')).map((path) => ({ path, text: read(path) })),
  };
}

/** An HTML page. */
export interface Page {
  readonly path: string;
  readonly text: string;
}

/** The place of a node as a finding. */
export function findingAt(source: Source, node: ts.Node, message: string): Finding {
  return { path: source.path, line: lineOf(source, node.getStart(source.tree)), message };
}

/** Line number, from 1, of a position in the text. */
export function lineOf(source: Source, position: number): number {
  return source.tree.getLineAndCharacterOfPosition(position).line + 1;
}

/** Findings as lines of `path:line message`, for an assertion that shows them all. */
export function listed(findings: readonly Finding[]): string[] {
  return findings.map(({ path, line, message }) => `${path}:${line} ${message}`);
}

/** Calls `visit` on a node and everything below it, parents first. */
export function visitAll(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => visitAll(child, visit));
}

/** Whether a file is a test or a benchmark, or stands in a folder of them. */
export function isDevelopmentFile(path: string): boolean {
  const inFolder = /^(tests|bench)\//.test(path) || !path.includes('/');
  return inFolder || /\.(test|bench|fixture|oracle)\.ts$/.test(path);
}

function walk(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (!entry.isDirectory()) return [path];
    return IGNORED.has(entry.name) || entry.name.startsWith('.') ? [] : walk(root, path);
  });
}

const IGNORED = new Set(['node_modules', 'dist', 'runs']);
