import type { Us } from '../../core/units.ts';
import type { AlertState } from './rule.ts';

/** One alert's change of state. */
export interface AlertChange {
  readonly at: Us;
  readonly alert: string;
  /** Labels of the alert, the rule's own included. */
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly from: AlertState;
  readonly to: AlertState;
  /** The expression's value; the last one when it holds no more. */
  readonly value: number;
}

/**
 * What the rule engine asks of the world: void calls, never awaited.
 *
 *   woken ──▶ ┌────────────┐ ─▶ alertChanged
 *             │ RuleEngine │ ─▶ ruleFailed
 *             └────────────┘
 */
export interface AlertPorts {
  alertChanged(change: AlertChange): void;
  /** A rule could not be evaluated, as when several series match one; its alerts stay as they are. */
  ruleFailed(at: Us, rule: string, problem: string): void;
}
