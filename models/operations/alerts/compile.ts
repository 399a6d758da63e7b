import { parsePromql } from '../promql/parse.ts';
import type { RuleFile } from './rule-file.ts';
import type { AlertingRule, RecordingRule, RuleGroup } from './rule.ts';

/** Interval of groups that name none. [ms] */
export const DEFAULT_INTERVAL_MS = 60_000; // Prometheus, global.evaluation_interval

/** The rules of a file, ready to be evaluated; throws PromqlError for an expression that is none. */
export function compileRules(file: RuleFile): RuleGroup[] {
  return file.groups.map((group) => ({
    name: group.name,
    intervalMs: group.interval || DEFAULT_INTERVAL_MS,
    rules: group.rules.map((rule) => compileRule(rule, group.labels ?? {})),
  }));
}

type RuleEntry = RuleFile['groups'][number]['rules'][number];

function compileRule(
  rule: RuleEntry,
  shared: Readonly<Record<string, string>>,
): RecordingRule | AlertingRule {
  const labels = { ...shared, ...rule.labels };
  const query = rule.expr;
  const expression = parsePromql(query);
  if (rule.record !== undefined) return { kind: 'record', record: rule.record, query, expression, labels };
  return {
    kind: 'alert',
    alert: rule.alert!,
    query,
    expression,
    labels,
    forMs: rule.for ?? 0,
    keepFiringForMs: rule.keep_firing_for ?? 0,
    annotations: rule.annotations ?? {},
  };
}
