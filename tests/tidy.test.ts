import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  FILE_LINES, FUNCTION_LINES, LINE_CHARACTERS, untidyIn, type RuleName, type TidyFinding,
} from './source/tidy-rules.ts';
import { listed, parse, readSources } from './source/tree.ts';

/** What may break a rule, and why; an exception that nothing needs any more is an error too. */
const EXCEPTIONS: readonly { readonly path: string; readonly rule: RuleName; readonly reason: string }[] = [
  { path: 'tests/tally-reporter.ts', rule: 'default-export', reason: 'as vitest loads a reporter' },
];

const { sources } = readSources(join(import.meta.dirname, '..'));
const found = sources.flatMap(untidyIn);

describe('the repository', () => {
  test('is tidy, but for the exceptions with a reason', () => {
    const excepted = (one: TidyFinding): boolean => EXCEPTIONS.some((exception) => covers(exception, one));
    expect(listed(found.filter((one) => !excepted(one)))).toEqual([]);
  });

  test('every exception is needed', () => {
    const idle = EXCEPTIONS.filter((exception) => !found.some((one) => covers(exception, one)));
    expect(idle).toEqual([]);
  });
});

describe('the rules catch', () => {
  const many = (line: string, count: number): string => `${line}\n`.repeat(count);
  const bad: readonly (readonly [RuleName, string])[] = [
    ['file-length', many('f();', FILE_LINES + 1)],
    ['line-length', `// ${'x'.repeat(LINE_CHARACTERS - 2)}`],
    ['function-length', `function f() {\n${many('g();', FUNCTION_LINES - 1)}}`],
    ['function-length', `class C {\n  m() {\n${many('g();', FUNCTION_LINES - 1)}}\n}`],
    ['function-length', `const f = () => {\n${many('g();', FUNCTION_LINES - 1)}};`],
    ['any', 'let x: any;'],
    ['any', 'f(x as unknown as any);'],
    ['any', 'const x: Map<string, any[]> = f();'],
    ['erasable', 'enum E { A }'],
    ['erasable', 'namespace N { f(); }'],
    ['erasable', 'class C { constructor(private readonly x: number) {} }'],
    ['default-export', 'export default 1;'],
    ['default-export', '/** Does it. */\nexport default function f() {}'],
    ['default-export', 'export { f as default };'],
    ['export-star', `export * from './x.ts';`],
    ['export-star', `export * as x from './x.ts';`],
    ['dated-todo', 'f(); // TODO: later'],
    ['dated-todo', '/** Does it. FIXME */\nfunction f() {}'],
    ['dated-todo', 'f(/* XXX */);'],
    ['whole-test-run', `test.only('x', f);`],
    ['whole-test-run', `describe.skip('x', f);`],
    ['whole-test-run', `it.concurrent.todo('x');`],
    ['whole-test-run', `test.skipIf(bare)('x', f);`],
    ['doc-comment', 'export function f() {}'],
    ['doc-comment', '// Not a doc comment.\nexport class C {}'],
    ['doc-comment', 'export interface I { x: number }'],
    ['doc-comment', 'export type T = 1;'],
    ['doc-comment', 'const schema = z.int();\nexport type T = z.output<typeof schema>;'],
    ['doc-comment', 'function f() {}\nexport { f };'],
  ];

  test.each(bad)('%s in %j', (rule, text) => {
    expect(untidyIn(parse('models/a.ts', text)).map((one) => one.rule)).toEqual([rule]);
  });

  test.each([
    many('f();', FILE_LINES),
    `// ${'x'.repeat(LINE_CHARACTERS - 3)}`,
    `function f() {\n${many('g();', FUNCTION_LINES - 2)}}`,
    `describe('x', () => {\n${many('g();', FUNCTION_LINES)}});`,
    `const words = 'any enum namespace TODO test.only export *';`,
    '// TODO 2027-01-31: the second disk',
    'class C { constructor(x: number) {} }',
    'declare global { interface Window { weir: unknown } }',
    'queue.skip(); list.only; test(only, skip);',
    '/** Does it. */\nexport function f(): void;\nexport function f(x?: number): void {}',
    '/** Does it. */\nfunction f() {}\nexport { f };',
    'function f() {}\nexport const LIMIT = 3;',
    '/** The count. */\nexport const schema = z.int();\nexport type T = z.output<typeof schema>;',
    `export { f } from './f.ts';`,
  ])('but not %j', (text) => {
    expect(untidyIn(parse('models/a.ts', text))).toEqual([]);
  });

  test('a default export outside of a configuration, and say where and what to do', () => {
    expect(untidyIn(parse('vite.config.ts', 'export default {};'))).toEqual([]);
    expect(listed(untidyIn(parse('sim/a.ts', '\nexport default {};'))))
      .toEqual(['sim/a.ts:2 a default export has another name in every file: export it by name']);
  });
});

function covers(exception: { readonly path: string; readonly rule: RuleName }, found: TidyFinding): boolean {
  return exception.path === found.path && exception.rule === found.rule;
}
