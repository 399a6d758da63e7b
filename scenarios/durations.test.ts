import { expect, test } from 'vitest';
import { parseDurations } from './durations.ts';
import { ScenarioError } from './errors.ts';

test('durations are read one a line, with or without a heading', () => {
  expect([...parseDurations('seconds\n1.5\n# remark\n\n60\n', 'd.csv')]).toEqual([1_500_000, 60_000_000]);
  expect([...parseDurations('2\n3,x\n', 'd.csv')]).toEqual([2_000_000, 3_000_000]);
});

test.each([
  ['seconds\n', ['d.csv: expected durations in seconds, one a line']],
  ['1\nlong\n-3\n', [
    'd.csv:2:1: expected a duration > 0 in seconds, got "long"',
    'd.csv:3:1: expected a duration > 0 in seconds, got "-3"',
  ]],
])('what is no duration is refused at its line: %j', (text, expected) => {
  const read = () => parseDurations(text, 'd.csv');
  expect(read).toThrow(ScenarioError);
  for (const problem of expected) expect(read).toThrow(problem);
});
