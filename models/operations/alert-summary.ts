import { formatLabels, type Labels } from '../core/labels.ts';
import type { AlertResult, AlertTransition } from '../core/run-record.ts';
import { US_PER_S } from '../core/units.ts';
import type { AlertChange } from './alerts/ports.ts';

/** What the alerts of one replication leave behind. */
export interface AlertOutcome {
  /** Alerting rules that were evaluated, in their order. */
  readonly rules: ReadonlyArray<{ readonly alert: string; readonly severity: string }>;
  readonly changes: readonly AlertChange[];
  /** When the replication ended. [s] */
  readonly untilSeconds: number;
}

interface Gathered {
  readonly name: string;
  readonly severity: string;
  readonly labels: Labels;
  readonly transitions: AlertTransition[];
  readonly fired: Set<number>;
  firingSeconds: number;
}

/** The alerts of all replications: rule by rule, and within a rule in the order they first changed. */
export function summariseAlerts(
  outcomes: ReadonlyArray<{ readonly alerts?: AlertOutcome | undefined }>,
): AlertResult[] {
  const rules = outcomes.find(({ alerts }) => alerts !== undefined)?.alerts?.rules ?? [];
  const found = new Map<string, Gathered>();
  outcomes.forEach(({ alerts }, replication) => {
    if (alerts !== undefined) gather(alerts, replication, found);
  });
  return rules.flatMap(({ alert, severity }): AlertResult[] => {
    const raised = [...found.values()].filter((one) => one.name === alert && one.severity === severity);
    if (raised.length === 0) {
      return [{ name: alert, severity, labels: {}, firedIn: 0, firingSeconds: 0, transitions: [] }];
    }
    return raised.map(({ labels, transitions, fired, firingSeconds }) => {
      const mean = firingSeconds / outcomes.length;
      return { name: alert, severity, labels, firedIn: fired.size, firingSeconds: mean, transitions };
    });
  });
}

function gather(alerts: AlertOutcome, replication: number, found: Map<string, Gathered>): void {
  const since = new Map<string, number>();
  for (const { at, alert, labels: all, to } of alerts.changes) {
    const { alertname: _name, severity = '', ...labels } = all;
    const key = `${alert} ${severity} ${formatLabels(labels)}`;
    const one = found.get(key)
      ?? { name: alert, severity, labels, transitions: [], fired: new Set<number>(), firingSeconds: 0 };
    found.set(key, one);
    const seconds = at / US_PER_S;
    one.transitions.push({ replication, seconds, state: to });
    const started = since.get(key);
    if (started !== undefined) one.firingSeconds += seconds - started;
    since.delete(key);
    if (to !== 'firing') continue;
    one.fired.add(replication);
    since.set(key, seconds);
  }
  for (const [key, started] of since) found.get(key)!.firingSeconds += alerts.untilSeconds - started;
}
