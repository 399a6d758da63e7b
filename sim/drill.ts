import type { MetricMark } from '../models/core/metrics.ts';
import { US_PER_S, type Us } from '../models/core/units.ts';
import type { AlertState } from '../models/operations/alerts/rule.ts';
import type { ActionParams } from '../models/operations/runbook/params.ts';
import type { ReplicationOutcome } from '../models/operations/run-summary.ts';
import type { ScenarioPlan } from '../scenarios/plan.ts';
import { VideoRun } from './video-run.ts';

/** Something that was done or seen in a drill, for its journal. */
export interface DrillEntry {
  readonly seconds: number;
  readonly what: string;
}

/** What the people in a drill can see. */
export interface DrillView {
  readonly seconds: number;
  /** Indicators since the last look. */
  readonly slis: Readonly<Record<string, number>>;
  readonly alerts: ReadonlyArray<{
    readonly name: string;
    readonly state: AlertState;
    readonly forSeconds: number;
  }>;
}

/**
 * One run that unfolds as somebody asks it to, whose faults they are not shown: time goes on by whole
 * scrapes, they look at indicators and alerts, and act.
 */
export class Drill {
  readonly journal: DrillEntry[] = [];
  readonly #run: VideoRun;
  readonly #stepUs: Us;
  readonly #warmupUs: Us;
  #at: Us = 0;
  #mark: MetricMark | undefined;
  #told = 0;

  /** The scenario's runbooks are not followed: the people are there instead. */
  constructor(plan: ScenarioPlan) {
    const { monitoring, run } = plan.scenario;
    const scenario = { ...plan.scenario, runbooks: [], degraded: { levels: [] } };
    this.#run = new VideoRun({ ...plan, scenario }, 0);
    this.#stepUs = monitoring?.scrapeEvery ?? US_PER_S;
    this.#warmupUs = run.warmup;
    this.wait(run.warmup / US_PER_S);
    this.journal.length = 0;
  }

  /** Time since the end of the warm-up, when the drill began. [s] */
  get seconds(): number {
    return (this.#at - this.#warmupUs) / US_PER_S;
  }

  /**
   * Lets time go on, to a whole scrape, until an alert changes if that is sooner; true when the run is over.
   */
  wait(seconds: number, untilAlert = false): boolean {
    const until = this.#at + Math.ceil((seconds * US_PER_S) / this.#stepUs) * this.#stepUs;
    let over = false;
    while (this.#at < until && !over) {
      this.#at += this.#stepUs;
      over = this.#run.advanceTo(this.#at);
      if (this.#noteAlerts() && untilAlert) break;
    }
    return over;
  }

  /** What there is to be seen now. */
  look(): DrillView {
    const { slis, mark } = this.#run.look(this.#mark);
    this.#mark = mark;
    const alerts = (this.#run.monitoring?.active() ?? []).map(({ alert, state, since }) => {
      return { name: alert, state, forSeconds: (this.#at - since) / US_PER_S };
    });
    return { seconds: this.seconds, slis, alerts };
  }

  /** Somebody does something. */
  act(action: ActionParams): void {
    this.#note(`does: ${JSON.stringify(action)}`);
    this.#run.act(action);
  }

  /** Runs to the end and hands out what the run has left. */
  finish(): ReplicationOutcome {
    while (!this.wait(3600));
    return this.#run.finish();
  }

  #noteAlerts(): boolean {
    const changes = this.#run.monitoring?.changes ?? [];
    const fresh = changes.slice(this.#told);
    this.#told = changes.length;
    for (const { alert, to } of fresh) if (to !== 'pending') this.#note(`alert ${alert}: ${to}`);
    return fresh.some(({ to }) => to !== 'pending');
  }

  #note(what: string): void {
    this.journal.push({ seconds: this.seconds, what });
  }
}
