import { assert } from '../../core/assert.ts';
import { NEVER, type Us } from '../../core/units.ts';
import { evaluatePromql } from '../promql/evaluate.ts';
import { labelRecord, labelSet, NAME, without, withLabels, type LabelSet } from '../promql/labels.ts';
import { ENDED, type SeriesStore } from '../promql/series.ts';
import { vectorOf, type Sample } from '../promql/value.ts';
import type { AlertPorts } from './ports.ts';
import type { AlertingRule, AlertState, RecordingRule, RuleGroup } from './rule.ts';

const US_PER_MS = 1000;

/** An alert that is pending or firing. */
export interface ActiveAlert {
  readonly alert: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly state: AlertState;
  /** Since when the expression has held. */
  readonly since: Us;
  readonly value: number;
}

interface Alert {
  readonly labels: Readonly<Record<string, string>>;
  state: 'pending' | 'firing';
  activeAtMs: number;
  /** Since when a firing alert's expression has not held; -1 while it holds. */
  keptSinceMs: number;
  value: number;
}

/** Copied state of an engine; the store is saved by its owner. */
export interface RuleEngineState {
  readonly nextMs: readonly number[];
  readonly rules: ReadonlyArray<{
    readonly alerts: ReadonlyArray<readonly [string, Alert]>;
    readonly written: ReadonlyArray<Readonly<Record<string, string>>>;
  }>;
}

/** What a rule has going: its alerts, and the series it wrote last, by their keys. */
interface RuleState {
  readonly alerts: Map<string, Alert>;
  written: Map<string, LabelSet>;
}

/**
 * Evaluates groups of rules at their intervals over a store of series, as Prometheus does: recording rules
 * add series, alerting rules go from inactive over pending to firing. SPEC.md numbers what it promises.
 */
export class RuleEngine {
  readonly #groups: readonly RuleGroup[];
  readonly #store: SeriesStore;
  readonly #ports: AlertPorts;
  readonly #states: ReadonlyArray<readonly RuleState[]>;
  readonly #nextMs: number[];

  constructor(groups: readonly RuleGroup[], store: SeriesStore, ports: AlertPorts) {
    this.#groups = groups;
    this.#store = store;
    this.#ports = ports;
    this.#states = groups.map((group) => group.rules.map(() => ({ alerts: new Map(), written: new Map() })));
    this.#nextMs = groups.map(() => 0);
  }

  /** When the next group is due. */
  wakeAt(): Us {
    return this.#nextMs.length === 0 ? NEVER : Math.min(...this.#nextMs) * US_PER_MS;
  }

  /** Evaluates the groups that are due; series must hold the samples up to `now`. */
  woken(now: Us): void {
    const nowMs = now / US_PER_MS;
    this.#groups.forEach((group, g) => {
      if (this.#nextMs[g]! > nowMs) return;
      // A late timer skips what it missed, as Prometheus does.
      while (this.#nextMs[g]! <= nowMs) this.#nextMs[g]! += group.intervalMs;
      group.rules.forEach((rule, r) => this.#evaluate(rule, this.#states[g]![r]!, nowMs));
    });
  }

  /** Alerts that are pending or firing, in the order of their rules. */
  active(): ActiveAlert[] {
    return this.#groups.flatMap((group, g) => group.rules.flatMap((rule, r) => {
      if (rule.kind === 'record') return [];
      return [...this.#states[g]![r]!.alerts.values()].map(({ labels, state, activeAtMs, value }) => {
        return { alert: rule.alert, labels, state, since: activeAtMs * US_PER_MS, value };
      });
    }));
  }

  /** A copy of the whole state. */
  save(): RuleEngineState {
    const rules = this.#states.flat().map(({ alerts, written }) => ({
      alerts: [...alerts].map(([key, alert]) => [key, { ...alert }] as const),
      written: [...written.values()].map(labelRecord),
    }));
    return { nextMs: [...this.#nextMs], rules };
  }

  /** Puts a saved state of the same groups back. */
  restore(state: RuleEngineState): void {
    const states = this.#states.flat();
    assert(state.rules.length === states.length, 'a state goes back into an engine of the same rules');
    state.nextMs.forEach((next, g) => { this.#nextMs[g] = next; });
    state.rules.forEach(({ alerts, written }, i) => {
      states[i]!.alerts.clear();
      for (const [key, alert] of alerts) states[i]!.alerts.set(key, { ...alert });
      states[i]!.written = new Map(written.map(labelSet).map((labels) => [labels.key, labels]));
    });
  }

  #evaluate(rule: RecordingRule | AlertingRule, state: RuleState, nowMs: number): void {
    let samples: readonly Sample[];
    try {
      const value = evaluatePromql(rule.expression, this.#store, nowMs);
      samples = value.kind === 'scalar' ? [{ labels: labelSet({}), value: value.value }] : vectorOf(value);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      const name = rule.kind === 'record' ? rule.record : rule.alert;
      this.#ports.ruleFailed(nowMs * US_PER_MS, name, error.message);
      return;
    }
    if (rule.kind === 'record') this.#record(rule, samples, state, nowMs);
    else this.#alert(rule, samples, state, nowMs);
  }

  #record(rule: RecordingRule, samples: readonly Sample[], state: RuleState, nowMs: number): void {
    const series = samples.map(({ labels, value }) => {
      return { labels: withLabels(labels, { ...rule.labels, [NAME]: rule.record }), value };
    });
    this.#write(rule.record, series, state, nowMs);
  }

  #alert(rule: AlertingRule, samples: readonly Sample[], state: RuleState, nowMs: number): void {
    const held = new Set<string>();
    for (const { labels, value } of samples) {
      const own = withLabels(without(labels, [NAME]), { ...rule.labels, alertname: rule.alert });
      held.add(own.key);
      const known = state.alerts.get(own.key);
      if (known !== undefined) {
        known.value = value;
        known.keptSinceMs = -1;
        continue;
      }
      const alert: Alert = {
        labels: labelRecord(own), state: 'pending', activeAtMs: nowMs, keptSinceMs: -1, value,
      };
      state.alerts.set(own.key, alert);
      this.#changed(rule, alert, 'inactive', 'pending', nowMs);
    }
    for (const [key, alert] of state.alerts) this.#step(rule, state, key, alert, held.has(key), nowMs);
    const series = [...state.alerts.values()].map((alert) => {
      const labels = labelSet({ ...alert.labels, [NAME]: 'ALERTS', alertstate: alert.state });
      return { labels, value: 1 };
    });
    this.#write(rule.alert, series, state, nowMs);
  }

  /** Moves one alert on, after its expression was found to hold or not. */
  #step(
    rule: AlertingRule, state: RuleState, key: string, alert: Alert, holds: boolean, nowMs: number,
  ): void {
    if (holds) {
      if (alert.state === 'pending' && nowMs - alert.activeAtMs >= rule.forMs) {
        alert.state = 'firing';
        this.#changed(rule, alert, 'pending', 'firing', nowMs);
      }
      return;
    }
    if (alert.state === 'firing' && rule.keepFiringForMs > 0) {
      if (alert.keptSinceMs < 0) alert.keptSinceMs = nowMs;
      if (nowMs - alert.keptSinceMs < rule.keepFiringForMs) return;
    }
    state.alerts.delete(key);
    this.#changed(rule, alert, alert.state, 'inactive', nowMs);
  }

  #changed(rule: AlertingRule, alert: Alert, from: AlertState, to: AlertState, nowMs: number): void {
    const { alert: name, annotations } = rule;
    const { labels, value } = alert;
    this.#ports.alertChanged({ at: nowMs * US_PER_MS, alert: name, labels, annotations, from, to, value });
  }

  /** Adds samples of a rule's series, and ends those it wrote last time and not now. */
  #write(
    rule: string, series: readonly { labels: LabelSet; value: number }[], state: RuleState, nowMs: number,
  ): void {
    const written = new Map<string, LabelSet>();
    for (const { labels, value } of series) {
      if (this.#store.append(labels, nowMs, value)) written.set(labels.key, labels);
      else this.#ports.ruleFailed(nowMs * US_PER_MS, rule, 'another rule writes the same series');
    }
    for (const [key, labels] of state.written) {
      if (!written.has(key)) this.#store.append(labels, nowMs, ENDED);
    }
    state.written = written;
  }
}
