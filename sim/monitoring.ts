import { formatLabels } from '../models/core/labels.ts';
import { NEVER, type Us } from '../models/core/units.ts';
import type { AlertChange } from '../models/operations/alerts/ports.ts';
import type { ActiveAlert } from '../models/operations/alerts/rule-engine.ts';
import { Monitor, type MonitorState } from '../models/operations/monitoring/monitor.ts';
import { bucketsOf, monitoredOutcome } from '../models/operations/monitoring/outcome.ts';
import type { MonitoringParams } from '../models/operations/monitoring/params.ts';
import type { ActionParams } from '../models/operations/runbook/params.ts';
import { evaluatePromql } from '../models/operations/promql/evaluate.ts';
import { labelRecord } from '../models/operations/promql/labels.ts';
import { parsePromql } from '../models/operations/promql/parse.ts';
import {
  DegradedLevels, type DegradedLevelsState, type LevelPorts,
} from '../models/operations/degraded/levels.ts';
import type { Condition } from '../models/operations/runbook/condition.ts';
import { levelsOf } from '../models/operations/degraded/params.ts';
import { runbooksOf } from '../models/operations/runbook/params.ts';
import { Runbooks, type RunbooksState } from '../models/operations/runbook/runbook.ts';
import type { PartOutcome } from '../models/operations/run-summary.ts';
import type { ScenarioPlan } from '../scenarios/plan.ts';
import { CODES } from './codes.ts';
import type { EventLoop } from './kernel/event-loop.ts';
import type { RunContext, RunPart } from './run-part.ts';

/** Copied state of the monitoring of a run. */
export interface MonitoringState {
  readonly monitor: MonitorState;
  readonly runbooks: RunbooksState;
  readonly levels: DegradedLevelsState;
}

/** The monitoring of a run: metrics are scraped and rules evaluated in virtual time. */
export class Monitoring implements RunPart {
  readonly name = 'monitoring';
  readonly #plan: ScenarioPlan;
  readonly #replication: number;
  readonly #loop: EventLoop;
  readonly #monitor: Monitor;
  readonly #runbooks: Runbooks;
  readonly #levels: DegradedLevels;
  readonly #act: (action: ActionParams) => void;

  readonly #expectLook: RunContext['expectLook'];

  /** `ports` do what runbooks and degraded levels order. */
  constructor(
    plan: ScenarioPlan, params: MonitoringParams, context: RunContext, ports: LevelPorts,
  ) {
    const { loop, metrics, settle } = context;
    this.#expectLook = context.expectLook;
    this.#replication = context.replication;
    this.#plan = plan;
    this.#loop = loop;
    this.#monitor = new Monitor(metrics, params.scrapeEvery, plan.rules, bucketsOf(plan.slos));
    const { store } = this.#monitor;
    this.#act = (action) => ports.act(action);
    this.#levels = new DegradedLevels(levelsOf(plan.scenario.degraded), store, ports);
    this.#runbooks = new Runbooks(runbooksOf(plan.scenario.runbooks), store,
      { act: (action) => this.act(action) });
    loop.on(CODES.monitor, () => {
      settle();
      this.#monitor.woken(loop.now);
      if (loop.now < plan.scenario.run.warmup) return this.#rearm();
      const active = this.#monitor.active().filter(({ state }) => state === 'firing');
      const firing = new Set(active.map(({ alert }) => alert));
      this.#levels.looked(loop.now, firing);
      this.#runbooks.looked(loop.now, firing);
      this.#rearm();
    });
    this.#rearm();
  }

  /** Somebody does something: a degraded level is known here, all else elsewhere. */
  act(action: ActionParams): void {
    if (action.action === 'degrade') this.#levels.ordered(this.#loop.now, action.level, action.on);
    else this.#act(action);
  }

  /** Whether a condition holds now. */
  holds(condition: Condition): boolean {
    const firing = this.active().filter(({ state }) => state === 'firing').map(({ alert }) => alert);
    return condition.holds(this.#monitor.store, this.#loop.now, new Set(firing));
  }

  /** Samples of a PromQL expression now; throws PromqlError for what is none. */
  ask(question: string): { readonly labels: string; readonly value: number }[] {
    const value = evaluatePromql(parsePromql(question), this.#monitor.store, this.#loop.now / 1000);
    if (value.kind === 'scalar') return [{ labels: '', value: value.value }];
    return value.samples.map((sample) => {
      return { labels: formatLabels(labelRecord(sample.labels)), value: sample.value };
    });
  }

  /** Alerts that are pending or firing now. */
  active(): ActiveAlert[] {
    return this.#monitor.active();
  }

  /** Changes of alerts so far. */
  get changes(): readonly AlertChange[] {
    return this.#monitor.changes;
  }

  settle(_now: Us): void {
    // Nothing is counted lazily here.
  }

  nextLook(_at: Us): void {
    // Nothing is worked out ahead.
  }

  closeBooks(_now: Us): void {
    // An alert that fires at the end goes on firing.
  }

  outcome(): PartOutcome {
    const { scenario, slos, rules } = this.#plan;
    const monitored = { rules, slos, run: scenario.run };
    const { scrapes, ...seen } = monitoredOutcome(monitored, this.#monitor, this.#loop.now);
    return {
      ...seen,
      ...(this.#replication === 0 && scrapes !== undefined ? { scrapes } : {}),
      steps: this.#runbooks.reports(),
      levels: this.#levels.reports(this.#loop.now),
    };
  }

  save(): MonitoringState {
    return {
      monitor: this.#monitor.save(), runbooks: this.#runbooks.save(), levels: this.#levels.save(),
    };
  }

  restore(state: MonitoringState): void {
    this.#monitor.restore(state.monitor);
    this.#runbooks.restore(state.runbooks);
    this.#levels.restore(state.levels);
  }

  #rearm(): void {
    const at = this.#monitor.wakeAt();
    const goesOn = at <= this.#plan.scenario.run.duration;
    if (goesOn) this.#loop.schedule(at, CODES.monitor, 0, 0);
    this.#expectLook(this.name, goesOn ? at : NEVER);
  }
}
