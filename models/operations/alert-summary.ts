import { formatLabels, type Labels } from '../core/labels.ts';
import type { AlertResult, AlertTransition } from '../core/run-record.ts';
import { US_PER_S } from '../core/units.ts';
import type { AlertChange } from './alerts/ports.ts';

/** What the alerts of one replication leave behind. */
export interface AlertOutcome {
  /** Alerting rules that were evaluated, in their order. */
  readonly rules: ReadonlyArray<{ readonly alert: string; readonly severity: string }>;
  readonly changes: readonly AlertChange[];
  /** When its measured span began, after the warm-up, and when it ended. [s] */
  readonly fromSeconds: number;
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

/**
 * The alerts of all replications: rule by rule, and within a rule in the order they first changed. Caches and
 * windows fill in the warm-up: what fires there and stops before its end is listed, and counts for nothing.
 */
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
    if (started !== undefined) fire(one, replication, Math.max(started, alerts.fromSeconds), seconds);
    since.delete(key);
    if (to !== 'firing') continue;
    since.set(key, seconds);
  }
  for (const [key, started] of since) {
    fire(found.get(key)!, replication, Math.max(started, alerts.fromSeconds), alerts.untilSeconds);
  }
}

/** Counts a stretch of firing, as far as it lies in the measured span. */
function fire(one: Gathered, replication: number, from: number, until: number): void {
  if (until <= from) return;
  one.fired.add(replication);
  one.firingSeconds += until - from;
}
