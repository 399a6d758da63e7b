import { posix } from 'node:path';
import type { Import } from './imports.ts';
import { isDevelopmentFile, type Finding, type Page } from './tree.ts';

/** Modules that import each other in a circle, types included; each circle is told once, file by file. */
export function cycles(imports: readonly Import[]): Finding[] {
  const loaded = imports.filter((one) => one.file !== undefined && !one.spawned);
  const edges = Map.groupBy(loaded, (one) => one.from);
  const done = new Set<string>();
  const found: Finding[] = [];
  const path: Import[] = [];
  const follow = (file: string): void => {
    const start = path.findIndex((one) => one.from === file);
    if (start >= 0) {
      const circle = path.slice(start);
      const steps = circle.map((one) => `${one.from}:${one.line}`).join(' -> ');
      const message = `import cycle ${steps} -> ${file}: move what both need into a file of its own`;
      found.push({ path: file, line: circle[0]!.line, message });
      return;
    }
    if (done.has(file)) return;
    for (const one of edges.get(file) ?? []) {
      path.push(one);
      follow(one.file!);
      path.pop();
    }
    done.add(file);
  };
  for (const file of edges.keys()) follow(file);
  return found;
}

/** Files that no entry leads to; `pages` are HTML files, whose scripts are entries too. */
export function deadFiles(
  files: readonly string[], imports: readonly Import[], pages: readonly Page[], entries: readonly string[],
): Finding[] {
  const edges = Map.groupBy(imports, (one) => one.from);
  const alive = new Set<string>();
  const waiting = files.filter((file) => entries.includes(file) || isEntryByName(file));
  waiting.push(...pages.flatMap(scriptsOf));
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (alive.has(file)) continue;
    alive.add(file);
    waiting.push(...(edges.get(file) ?? []).flatMap((one) => one.file ?? []));
  }
  const told = (path: string, message: string): Finding => ({ path, line: 1, message });
  return [
    ...entries.filter((file) => !files.includes(file)).map((file) => told(file, GONE)),
    ...files.filter((file) => !alive.has(file)).map((file) => told(file, DEAD)),
  ];
}

/** What package.json says of packages. */
export interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** Packages used and not named, named for tests and used in the product, or named and not used. */
export function packageMismatches(
  imports: readonly Import[], manifest: Manifest, usedOtherwise: readonly string[],
): Finding[] {
  const found: Finding[] = [];
  const used = new Set(usedOtherwise);
  const optional = manifest.optionalDependencies ?? {};
  for (const { from, line, package: name } of imports) {
    if (name === undefined) continue;
    used.add(name);
    const typesOnly = `@types/${name}` in manifest.devDependencies;
    if (name in manifest.dependencies || name in optional) continue;
    if (!(name in manifest.devDependencies)) {
      const hint = typesOnly ? ' (only its types are)' : '';
      found.push({ path: from, line, message: `uses ${name}, which is not in package.json${hint}` });
    } else if (!isDevelopmentFile(from)) {
      found.push({ path: from, line, message: `uses ${name} in the product; it is only in devDependencies` });
    }
  }
  for (const name of Object.keys({ ...manifest.dependencies, ...manifest.devDependencies, ...optional })) {
    if (used.has(name) || used.has(name.replace('@types/', ''))) continue;
    found.push({ path: 'package.json', line: 1, message: `nothing imports ${name}: remove it` });
  }
  return found;
}

const GONE = 'is named as an entry and is not there';
const DEAD = 'nothing leads here from an entry: use it or remove it';

function isEntryByName(path: string): boolean {
  return /\.(test|bench)\.ts$/.test(path) || path.endsWith('.d.ts') || /^[^/]+\.config\.(ts|js)$/.test(path);
}

function scriptsOf(page: Page): string[] {
  const sources = [...page.text.matchAll(/<script\b[^>]*\bsrc="([^"]+)"/g)].map((match) => match[1]!);
  return sources.map((src) => {
    return src.startsWith('/') ? posix.normalize(src.slice(1)) : posix.join(posix.dirname(page.path), src);
  });
}
