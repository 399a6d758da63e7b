import { z } from 'zod';
import { faultParams } from '../models/operations/faults/params.ts';
import { describeProblems } from './describe.ts';
import { parseYamlFile } from './document.ts';
import { ScenarioError } from './errors.ts';

const faultFile = z.strictObject({ faults: z.array(faultParams).min(1).max(100) });

/**
 * The faults of a fault file (YAML) as they were written, which take the place of a scenario's own; throws
 * ScenarioError with all of its problems.
 */
export function readFaults(text: string, file: string): readonly unknown[] {
  const document = parseYamlFile(text, file);
  const place = (path: ReadonlyArray<string | number>) => {
    return document.place(path)?.place ?? { file, line: 1, column: 1 };
  };
  const parsed = faultFile.safeParse(document.value, { reportInput: true });
  if (parsed.success) return document.value['faults'] as readonly unknown[];
  const issues = describeProblems(parsed.error.issues, document.value, place, faultFile);
  throw new ScenarioError(issues.sort((a, b) => a.line - b.line || a.column - b.column));
}
