import type { Expression } from '../promql/syntax.ts';

/** A rule that keeps the result of an expression as series of its own. */
export interface RecordingRule {
  readonly kind: 'record';
  readonly record: string;
  readonly query: string;
  readonly expression: Expression;
  readonly labels: Readonly<Record<string, string>>;
}

/** A rule that raises an alert for each series its expression gives. */
export interface AlertingRule {
  readonly kind: 'alert';
  readonly alert: string;
  readonly query: string;
  readonly expression: Expression;
  /** How long the expression must hold before the alert fires. [ms] */
  readonly forMs: number;
  /** How long it goes on firing when the expression holds no more. [ms] */
  readonly keepFiringForMs: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Rules evaluated together, in order, at one interval: a group of a Prometheus rule file. */
export interface RuleGroup {
  readonly name: string;
  /** [ms] */
  readonly intervalMs: number;
  readonly rules: ReadonlyArray<RecordingRule | AlertingRule>;
}

/** inactive: the expression does not hold; pending: it does, not yet for long enough; firing: it does. */
export type AlertState = 'inactive' | 'pending' | 'firing';
