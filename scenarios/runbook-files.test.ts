import { expect, test } from 'vitest';
import { buildPlan } from './build.ts';
import { ScenarioError } from './errors.ts';
import { loadScenario } from './load.ts';
import { memoryFiles } from './memory-files.fixture.ts';

const BOOK = `
name: book
steps:
  - { when: CdnErrorsHigh, do: { action: shield } }
`;
const LEVELS = `
levels:
  - { level: 2, name: origin, when: 'x > 5', do: [{ action: shield }] }
`;

test('runbooks and degraded levels may stand in files of their own', () => {
  const { scenario, inputs } = plan({ 'book.yaml': BOOK, 'levels.yaml': LEVELS });
  expect(scenario.runbooks.map(({ name, steps }) => [name, steps.length])).toEqual([['book', 1]]);
  expect(scenario.degraded[0]!.levels.map(({ name }) => name)).toEqual(['origin']);
  expect(inputs.map(({ path }) => path)).toEqual(expect.arrayContaining(['book.yaml', 'levels.yaml']));
});

test('their problems are told with file and line, a probe that is no PromQL among them', () => {
  const wrong = BOOK.replace('shield }', 'sheild }');
  expect(problems({ 'book.yaml': wrong, 'levels.yaml': LEVELS }))
    .toEqual([expect.stringMatching(/^book.yaml:4:\d+ .*"shield".*got "sheild": did you mean "shield"\?/)]);
  expect(problems({ 'book.yaml': BOOK, 'levels.yaml': LEVELS.replace('x > 5', 'x >') }))
    .toEqual([expect.stringMatching(/^levels.yaml:3:\d+ levels\[0\].when/)]);
});

test('an alert that no rule has is told with the nearest one', () => {
  expect(problems({ 'book.yaml': BOOK.replace('CdnErrorsHigh', 'CdnErrorHigh'), 'levels.yaml': LEVELS }))
    .toEqual([expect.stringMatching(/no alert "CdnErrorHigh".*CdnErrorsHigh/)]);
});

function plan(files: Readonly<Record<string, string>>) {
  const source = memoryFiles({
    'net.csv': '0,5000000\n1000,5000000\n',
    'rules.yaml': 'groups: [{ name: g, rules: [{ alert: CdnErrorsHigh, expr: "x > 1" }] }]',
    'test.yaml': `
weir: 1
name: test
title: A test
run: { duration: 1h }
audience:
  arrivals: { law: poisson, peak: 1/min }
  networks: [{ name: wired, profile: [{ at: 0s, rate: 5 Mbps }] }]
monitoring: { rules: [rules.yaml] }
runbooks: [{ file: book.yaml }]
degraded: [{ file: levels.yaml }]
`,
    ...files,
  });
  return buildPlan(loadScenario('test.yaml', source), source);
}

function problems(files: Readonly<Record<string, string>>): string[] {
  try {
    plan(files);
    return [];
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    return error.issues.map(({ file, line, column, path, message }) =>
      `${file}:${line}:${column} ${path} ${message}`);
  }
}
