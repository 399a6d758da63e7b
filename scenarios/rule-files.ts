import { alertWindowsSchema, type AlertWindows } from '../models/operations/budget/burn-rate-rules.ts';
import { ruleFileSchema, type RuleFile } from '../models/operations/alerts/rule-file.ts';
import { parsePromql } from '../models/operations/promql/parse.ts';
import { PromqlError } from '../models/operations/promql/syntax.ts';
import { describeProblems } from './describe.ts';
import { parseYamlFile } from './document.ts';
import { formatPath, ScenarioError, type ScenarioIssue } from './errors.ts';

/**
 * Parses a Prometheus rule file (YAML); throws ScenarioError with all of its problems: unknown keys, wrong
 * durations, expressions that are no PromQL or use what Weir does not evaluate.
 */
export function parseRuleFile(text: string, file: string): RuleFile {
  const document = parseYamlFile(text, file);
  const place = (path: ReadonlyArray<string | number>) => {
    return document.place(path)?.place ?? { file, line: 1, column: 1 };
  };
  const parsed = ruleFileSchema.safeParse(document.value, { reportInput: true });
  if (!parsed.success) {
    throw inOrder(describeProblems(parsed.error.issues, document.value, place, ruleFileSchema));
  }
  const issues: ScenarioIssue[] = [];
  const problem = (path: ReadonlyArray<string | number>, message: string) => {
    issues.push({ ...place(path), path: formatPath(path), message });
  };
  const names = new Set<string>();
  parsed.data.groups.forEach(({ name, rules }, g) => {
    if (names.has(name)) problem(['groups', g, 'name'], `another group is named "${name}"`);
    names.add(name);
    rules.forEach(({ expr }, r) => {
      try {
        parsePromql(expr);
      } catch (error) {
        if (!(error instanceof PromqlError)) throw error;
        problem(['groups', g, 'rules', r, 'expr'], error.message);
      }
    });
  });
  if (issues.length > 0) throw inOrder(issues);
  return parsed.data;
}

function inOrder(issues: readonly ScenarioIssue[]): ScenarioError {
  return new ScenarioError([...issues].sort((a, b) => a.line - b.line || a.column - b.column));
}

/** Parses windows of burn-rate alerts (Sloth AlertWindows, YAML); throws ScenarioError with all problems. */
export function parseAlertWindows(text: string, file: string): AlertWindows {
  const document = parseYamlFile(text, file);
  const place = (path: ReadonlyArray<string | number>) => {
    return document.place(path)?.place ?? { file, line: 1, column: 1 };
  };
  const parsed = alertWindowsSchema.safeParse(document.value, { reportInput: true });
  if (parsed.success) return parsed.data;
  throw inOrder(describeProblems(parsed.error.issues, document.value, place, alertWindowsSchema));
}
