import { ruleFileSchema, type RuleFile } from '../models/operations/alerts/rule-file.ts';
import type { AlertingRule, RecordingRule, RuleGroup } from '../models/operations/alerts/rule.ts';
import { parsePromql } from '../models/operations/promql/parse.ts';
import { PromqlError, type Expression } from '../models/operations/promql/syntax.ts';
import { describeProblems } from './describe.ts';
import { readScenarioFile } from './document.ts';
import { formatPath, ScenarioError, type ScenarioIssue } from './errors.ts';
import type { FileSource } from './files.ts';

/** Interval of groups that name none. [ms] */
export const DEFAULT_INTERVAL_MS = 60_000; // Prometheus, global.evaluation_interval

/**
 * Reads a Prometheus rule file (YAML); throws ScenarioError with all of its problems: unknown keys, wrong
 * durations, expressions that are no PromQL or use what Weir does not evaluate.
 */
export function readRuleFile(file: string, files: FileSource): RuleGroup[] {
  const document = readScenarioFile(file, files);
  const place = (path: ReadonlyArray<string | number>) => {
    return document.place(path)?.place ?? { file, line: 1, column: 1 };
  };
  const parsed = ruleFileSchema.safeParse(document.value, { reportInput: true });
  if (!parsed.success) {
    throw inOrder(describeProblems(parsed.error.issues, document.value, place, ruleFileSchema));
  }
  const issues: ScenarioIssue[] = [];
  const groups = parsed.data.groups.map((group, g): RuleGroup => ({
    name: group.name,
    intervalMs: group.interval || DEFAULT_INTERVAL_MS,
    rules: group.rules.flatMap((rule, r) => {
      const path = ['groups', g, 'rules', r, 'expr'];
      try {
        return [toRule(rule, group.labels ?? {}, parsePromql(rule.expr))];
      } catch (error) {
        if (!(error instanceof PromqlError)) throw error;
        issues.push({ ...place(path), path: formatPath(path), message: error.message });
        return [];
      }
    }),
  }));
  const names = new Set<string>();
  groups.forEach(({ name }, g) => {
    const path = ['groups', g, 'name'];
    const message = `another group is named "${name}"`;
    if (names.has(name)) issues.push({ ...place(path), path: formatPath(path), message });
    names.add(name);
  });
  if (issues.length > 0) throw inOrder(issues);
  return groups;
}

function inOrder(issues: readonly ScenarioIssue[]): ScenarioError {
  return new ScenarioError([...issues].sort((a, b) => a.line - b.line || a.column - b.column));
}

type RuleEntry = RuleFile['groups'][number]['rules'][number];

function toRule(
  rule: RuleEntry, shared: Readonly<Record<string, string>>, expression: Expression,
): RecordingRule | AlertingRule {
  const labels = { ...shared, ...rule.labels };
  const query = rule.expr;
  if (rule.record !== undefined) return { kind: 'record', record: rule.record, query, expression, labels };
  return {
    kind: 'alert', alert: rule.alert!, query, expression, labels,
    forMs: rule.for ?? 0, keepFiringForMs: rule.keep_firing_for ?? 0, annotations: rule.annotations ?? {},
  };
}
