import { NEVER, US_PER_S, type Us } from '../models/core/units.ts';
import { Monitor, type MonitorState } from '../models/operations/monitoring/monitor.ts';
import { budgetOutcomes } from '../models/operations/budget/budget-outcome.ts';
import type { MonitoringParams } from '../models/operations/monitoring/params.ts';
import type { PartOutcome } from '../models/operations/run-summary.ts';
import type { ScenarioPlan } from '../scenarios/plan.ts';
import { CODES } from './codes.ts';
import type { EventLoop } from './kernel/event-loop.ts';
import type { RunContext, RunPart } from './run-part.ts';

/** The monitoring of a run: metrics are scraped and rules evaluated in virtual time. */
export class Monitoring implements RunPart {
  readonly name = 'monitoring';
  readonly #plan: ScenarioPlan;
  readonly #replication: number;
  readonly #loop: EventLoop;
  readonly #monitor: Monitor;

  readonly #expectLook: RunContext['expectLook'];

  constructor(plan: ScenarioPlan, params: MonitoringParams, context: RunContext) {
    const { loop, metrics, settle } = context;
    this.#expectLook = context.expectLook;
    this.#replication = context.replication;
    this.#plan = plan;
    this.#loop = loop;
    const buckets = plan.slos.flatMap(({ events }) => (events?.bucket === undefined ? [] : [events.bucket]));
    this.#monitor = new Monitor(metrics, params.scrapeEvery, plan.rules, buckets);
    loop.on(CODES.monitor, () => {
      settle();
      this.#monitor.woken(loop.now);
      this.#rearm();
    });
    this.#rearm();
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
    const rules = this.#plan.rules.flatMap(({ groups }) => groups.flatMap((group) =>
      group.rules.flatMap(({ alert, labels }) => {
        return alert === undefined ? [] : [{ alert, severity: labels?.['severity'] ?? '' }];
      })));
    const { changes, store } = this.#monitor;
    const { scenario, slos } = this.#plan;
    const { warmup, sampleEvery } = scenario.run;
    const seconds: number[] = [];
    for (let at = warmup; at <= this.#loop.now; at += sampleEvery) seconds.push(at / US_PER_S);
    const { outcomes, series } = budgetOutcomes(slos, store, seconds);
    return {
      alerts: { rules, changes, fromSeconds: warmup / US_PER_S, untilSeconds: this.#loop.now / US_PER_S },
      ...(this.#replication === 0 ? { scrapes: this.#monitor.scrapes() } : {}),
      budgets: outcomes,
      series,
      warnings: this.#monitor.problems,
    };
  }

  save(): MonitorState {
    return this.#monitor.save();
  }

  restore(state: MonitorState): void {
    this.#monitor.restore(state);
  }

  #rearm(): void {
    const at = this.#monitor.wakeAt();
    const goesOn = at <= this.#plan.scenario.run.duration;
    if (goesOn) this.#loop.schedule(at, CODES.monitor, 0, 0);
    this.#expectLook(this.name, goesOn ? at : NEVER);
  }
}
