import type { z } from 'zod';
import { levelFile, type LevelParams } from '../models/operations/degraded/params.ts';
import { runbookParams, type RunbookParams } from '../models/operations/runbook/params.ts';
import { describeProblems } from './describe.ts';
import { parseYamlFile } from './document.ts';
import { formatPath, ScenarioError } from './errors.ts';
import { levelProblems, stepProblems } from './incident-limits.ts';
import type { LimitProblem } from './limit-problem.ts';

/** Parses a file with a runbook (YAML); throws ScenarioError with all of its problems. */
export function parseRunbook(text: string, file: string): RunbookParams {
  return parseFile(text, file, runbookParams, ({ steps }) => stepProblems(steps, ['steps']));
}

/** Parses a file with degraded levels (YAML); throws ScenarioError with all of its problems. */
export function parseLevels(text: string, file: string): readonly LevelParams[] {
  return parseFile(text, file, levelFile, ({ levels }) => levelProblems(levels, ['levels'])).levels;
}

function parseFile<Value>(
  text: string, file: string, schema: z.ZodType<Value>, problemsOf: (value: Value) => LimitProblem[],
): Value {
  const document = parseYamlFile(text, file);
  const place = (path: ReadonlyArray<string | number>) => {
    return document.place(path)?.place ?? { file, line: 1, column: 1 };
  };
  const parsed = schema.safeParse(document.value, { reportInput: true });
  const issues = parsed.success
    ? problemsOf(parsed.data).map(({ path, message }) => {
      return { ...place(path), path: formatPath(path), message };
    })
    : describeProblems(parsed.error.issues, document.value, place, schema);
  if (parsed.success && issues.length === 0) return parsed.data;
  throw new ScenarioError(issues.sort((a, b) => a.line - b.line || a.column - b.column));
}
