import { expect, test } from 'vitest';
import { ScenarioError } from './errors.ts';
import { readFaults } from './fault-files.ts';

test('a file of faults gives them as they were written', () => {
  expect(readFaults('faults:\n  - { kind: originOutage, at: 4s, duration: 1min }\n', 'x.yaml'))
    .toEqual([{ kind: 'originOutage', at: '4s', duration: '1min' }]);
});

test('every problem is told at its place', () => {
  const text = 'faults:\n  - { kind: originOutage, at: soon, duration: 1s }\n  - { kind: nothing, at: 1s }\n';
  try {
    readFaults(text, 'x.yaml');
    expect.unreachable();
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    const places = error.issues.map(({ line, path }) => `${line} ${path}`);
    expect(places).toEqual(['2 faults[0].at', '3 faults[1].kind']);
  }
});
