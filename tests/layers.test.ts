import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cycles, deadFiles, packageMismatches, type Manifest } from './source/graph.ts';
import {
  builtinImports, earlyImports, forbiddenImports, importsOf, type Import, type Layers,
} from './source/imports.ts';
import { impureUses } from './source/purity.ts';
import { listed, parse, readSources } from './source/tree.ts';

/** Who may import whom; ARCHITECTURE.md draws it. A test may import tests/ as well. */
const LAYERS: Layers = {
  models: [],
  scenarios: ['models'],
  sim: ['models', 'scenarios'],
  real: ['models', 'scenarios'],
  calibrate: ['models', 'scenarios', 'sim'],
  reports: ['models'],
  ui: ['models', 'scenarios', 'sim', 'reports'],
  cli: 'all',
  bench: 'all',
  // Examples of the modelling layer, written as a user writes them.
  docs: ['sim', 'models'],
  tests: 'all',
};

/** Folders that also run where there is no Node: in a browser, in a worker. */
const WITHOUT_NODE = ['models', 'scenarios', 'reports', 'ui', 'sim/kernel', 'sim/model', 'sim/statistics'];

/** Folders whose code knows no clock, no timer and no randomness but what it is handed. */
const PURE = ['models', 'sim/kernel', 'sim/model', 'sim/statistics'];

/** Where execution starts, besides *.test.ts, *.bench.ts, *.config.*, *.d.ts and what HTML pages load. */
const ENTRIES: Readonly<Record<string, string>> = {
  'cli/main.ts': 'the command line',
  'cli/launch.mjs': 'what ./weir and npx weir start',
  'bench/run.ts': 'npm run bench',
  'tests/run.mjs': 'npm test',
  'tests/tally-reporter.ts': 'loaded by vitest, as tests/run.mjs tells it to',
};

/** Packages that are used without an import. */
const USED_OTHERWISE: Readonly<Record<string, string>> = {
  node: 'the Node that everything runs on',
  '@types/node': 'named in tsconfig.json',
};

const root = join(import.meta.dirname, '..');
const { sources, pages } = readSources(root);
const imports = sources.flatMap(importsOf);

describe('the repository', () => {
  test('imports follow the table of layers', () => {
    expect(listed(forbiddenImports(imports, LAYERS))).toEqual([]);
  });

  test('what runs without Node imports nothing of Node', () => {
    expect(listed(builtinImports(imports, WITHOUT_NODE))).toEqual([]);
  });

  test('what runs before the installation needs no package', () => {
    expect(listed(earlyImports(imports))).toEqual([]);
  });

  test('models and kernel know no clock, timer or randomness of their own', () => {
    const pure = sources.filter((source) => PURE.some((folder) => source.path.startsWith(`${folder}/`)));
    // A test may time what it tests or print it, but it repeats: randomness stays out of it too.
    const found = pure.flatMap((source) => impureUses(source, /\.(test|bench)\.ts$/.test(source.path)));
    expect(listed(found)).toEqual([]);
  });

  test('no import cycle', () => {
    expect(listed(cycles(imports))).toEqual([]);
  });

  test('no dead file', () => {
    const files = sources.map((source) => source.path);
    expect(listed(deadFiles(files, imports, pages, Object.keys(ENTRIES)))).toEqual([]);
  });

  test('package.json names the packages that are used, and no other', () => {
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;
    expect(listed(packageMismatches(imports, manifest, Object.keys(USED_OTHERWISE)))).toEqual([]);
  });
});

describe('the rules catch', () => {
  test('an import against the table, with its line', () => {
    const found = forbiddenImports(read('models/a.ts', `\nimport { x } from '../sim/x.ts';`), LAYERS);
    expect(listed(found)).toEqual(['models/a.ts:2 models/ imports sim/x.ts; it may import nothing of ours']);
  });

  test.each([
    ['sim/a.ts', `import type { x } from '../real/x.ts'`],
    ['real/a.ts', `export { x } from '../sim/x.ts'`],
    ['reports/a.ts', `const x = await import('../scenarios/x.ts')`],
    ['ui/a.ts', `type X = import('../real/x.ts').X`],
    ['calibrate/a.ts', `new Worker(new URL('../real/x.ts', import.meta.url))`],
    ['scenarios/a.ts', `fork(join(import.meta.dirname, '..', 'sim', 'x.ts'))`],
    ['models/a.ts', `import { x } from '../tests/x.ts'`],
    ['elsewhere/a.ts', `import { x } from '../models/x.ts'`],
    ['real/a.ts', `import { x } from './x.test.ts'`],
  ])('a forbidden dependency in %s: %s', (path, text) => {
    expect(forbiddenImports(read(path, text), LAYERS)).toHaveLength(1);
  });

  test.each([
    ['sim/a.ts', `import { x } from '../models/x.ts'`],
    ['models/a.test.ts', `import { x } from '../tests/x.ts'`],
    ['cli/a.ts', `import { x } from '../real/x.ts'`],
    ['models/a.ts', `const text = "import { x } from '../sim/x.ts'"`],
  ])('but allow %s: %s', (path, text) => {
    expect(listed(forbiddenImports(read(path, text), LAYERS))).toEqual([]);
  });

  test.each(['node:fs', 'fs', 'node:worker_threads', 'fs/promises'])('%s where there is no Node', (name) => {
    expect(builtinImports(read('ui/a.ts', `import * as m from '${name}'`), WITHOUT_NODE)).toHaveLength(1);
    expect(builtinImports(read('sim/a.ts', `import * as m from '${name}'`), WITHOUT_NODE)).toEqual([]);
  });

  test.each(['yaml', './main.ts'])('%s imported by what runs before the installation', (name) => {
    expect(earlyImports(read('cli/a.mjs', `import '${name}'`))).toHaveLength(1);
    expect(earlyImports(read('cli/a.mjs', `import './b.mjs'; import 'node:fs'`))).toEqual([]);
  });

  test.each([
    'Date.now()', 'new Date()', 'performance.now()', 'setTimeout(f, 1)', 'setInterval(f, 1)',
    'setImmediate(f)', 'queueMicrotask(f)', 'Math.random()', 'process.hrtime()', 'console.log(1)',
    'new Intl.NumberFormat()',
    '(1).toLocaleString()', `Math['random']()`, 'const { random } = Math', 'const later = setTimeout',
    'globalThis.setTimeout(f)', 'f(performance)', 'const o = { setTimeout }', '[`at`, Date.now()]',
    'function f(now = Date.now()) {}', 'class C { at = Date.now() }',
  ])('an impure %s', (text) => {
    expect(impureUses(parse('models/a.ts', text))).toHaveLength(1);
  });

  test.each([
    'Math.floor(1)', '// Date.now()', `'Math.random()'`, 'clock.performance.now()',
    'const o = { console: 1 }',
    'function f(process: Work) { process.start() }', 'interface A { Date: number; setTimeout(): void }',
    'let d: Date', 'class C { fetch() { return this.fetch() } }', `import { fetch } from './f.ts'; fetch()`,
    'function f({ console }: Ports) { console() }', 'const crypto = 1; { f(crypto) }',
    'for (const process of queue) process.start()', 'try { f() } catch (console) { g(console) }',
  ])('but not %s', (text) => {
    expect(listed(impureUses(parse('models/a.ts', text)))).toEqual([]);
  });

  test('Math.random in a test, whose clock is its own business', () => {
    expect(impureUses(parse('models/a.test.ts', 'Math.random(); performance.now()'), true)).toHaveLength(1);
  });

  test('a cycle, and print it', () => {
    const circle = [
      ...read('sim/a.ts', `import './b.ts'`),
      ...read('sim/b.ts', `\nimport type { C } from './c.ts'`),
      ...read('sim/c.ts', `export { b } from './b.ts'`),
      ...read('sim/d.ts', `import './a.ts'; import './c.ts'`),
    ];
    const remedy = 'move what both need into a file of its own';
    expect(listed(cycles(circle)))
      .toEqual([`sim/b.ts:2 import cycle sim/b.ts:2 -> sim/c.ts:1 -> sim/b.ts: ${remedy}`]);
  });

  test('but not a worker that imports a type of the file that starts it', () => {
    const pair = [
      ...read('sim/a.ts', `new Worker(new URL('./b.ts', import.meta.url))`),
      ...read('sim/b.ts', `import type { Job } from './a.ts'`),
    ];
    expect(cycles(pair)).toEqual([]);
  });

  test('a dead file, and not one that a page, a test or a worker leads to', () => {
    const files = [
      'cli/main.ts', 'cli/used.ts', 'cli/dead.ts', 'ui/page.ts', 'sim/x.test.ts', 'sim/x.ts', 'sim/w.ts',
    ];
    const some = [
      ...read('cli/main.ts', `import './used.ts'`),
      ...read('cli/dead.ts', `import './used.ts'`),
      ...read('sim/x.test.ts', `import './x.ts'`),
      ...read('sim/x.ts', `new Worker(new URL('./w.ts', import.meta.url))`),
    ];
    const page = { path: 'ui/page.html', text: '<script type="module" src="./page.ts"></script>' };
    expect(deadFiles(files, some, [page], ['cli/main.ts', 'cli/gone.ts']).map((one) => one.path))
      .toEqual(['cli/gone.ts', 'cli/dead.ts']);
  });

  test('packages that package.json lacks, misplaces or has for nothing', () => {
    const text = `import 'yaml'; import '@scope/name/part'; import 'vitest'; import d3 from 'd3';
      await import('extra');`;
    const manifest = {
      dependencies: { yaml: '1', lit: '1', d3: '1', node: '24' },
      devDependencies: { vitest: '1', '@types/d3': '1' },
      optionalDependencies: { extra: '1' },
    };
    expect(packageMismatches(read('sim/a.ts', text), manifest, ['node']).map((one) => one.message)).toEqual([
      'uses @scope/name, which is not in package.json',
      'uses vitest in the product; it is only in devDependencies',
      'nothing imports lit: remove it',
    ]);
  });
});

function read(path: string, text: string): Import[] {
  return importsOf(parse(path, text));
}
