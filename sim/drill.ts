import type { MetricMark } from '../models/core/metrics.ts';
import { US_PER_S, type Us } from '../models/core/units.ts';
import type { AlertState } from '../models/operations/alerts/rule.ts';
import type { ActionParams } from '../models/operations/runbook/params.ts';
import type { ReplicationOutcome } from '../models/operations/run-summary.ts';
import type { ScenarioPlan } from '../scenarios/plan.ts';
import { SteadyWatch, type StopReason } from './steady-watch.ts';
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
 * scrapes, they look at indicators and alerts, and act. Its hypothesis and its conditions to abort are
 * watched.
 */
export class Drill {
  readonly journal: DrillEntry[] = [];
  readonly #run: VideoRun;
  readonly #stepUs: Us;
  readonly #durationUs: Us;
  readonly #warmupUs: Us;
  readonly #watch: SteadyWatch;
  #stopped: StopReason | undefined;
  #at: Us = 0;
  #mark: MetricMark | undefined;
  #told = 0;

  /** With runbooks in the plan they are followed; without, the people are there instead. */
  constructor(plan: ScenarioPlan) {
    const { monitoring, run } = plan.scenario;
    this.#run = new VideoRun(plan, 0);
    // At whole scrapes or samples nothing has been worked out ahead.
    this.#stepUs = monitoring?.scrapeEvery ?? run.sampleEvery;
    this.#warmupUs = run.warmup;
    this.#durationUs = run.duration;
    this.#watch = new SteadyWatch(plan, this.#run, this.#stepUs);
    this.wait(run.warmup / US_PER_S);
    this.journal.length = 0;
  }

  /** Time since the end of the warm-up, when the drill began. [s] */
  get seconds(): number {
    return (this.#at - this.#warmupUs) / US_PER_S;
  }

  /** Time between two looks. [s] */
  get stepSeconds(): number {
    return this.#stepUs / US_PER_S;
  }

  /** What the hypothesis and the conditions to abort came to. */
  get watch(): Pick<SteadyWatch, 'before' | 'after' | 'abortedBy'> {
    return this.#watch;
  }

  /** Why it went no further, if it did not. */
  get stopped(): StopReason | undefined {
    return this.#stopped;
  }

  /** Lets time go on, to a whole scrape; true when the run is over or must go no further. */
  wait(seconds: number): boolean {
    const until = this.#at + Math.ceil((seconds * US_PER_S) / this.#stepUs) * this.#stepUs;
    let over = this.#stopped !== undefined;
    while (this.#at < until && !over) over = this.step().over;
    return over;
  }

  /** Lets one scrape's time go on; says whether an alert began to fire or stopped. */
  step(): { readonly over: boolean; readonly alert: boolean } {
    if (this.#stopped !== undefined) return { over: true, alert: false };
    const at = this.#at + this.#stepUs;
    const isEnd = this.#run.advanceTo(at);
    this.#at = Math.min(at, this.#durationUs);
    this.#stopped = this.#watch.looked(this.#at);
    return { over: isEnd || this.#stopped !== undefined, alert: this.#noteAlerts() };
  }

  /** Samples of a PromQL expression now; throws PromqlError for what is none. */
  ask(question: string): { readonly labels: string; readonly value: number }[] {
    return this.#run.monitoring?.ask(question) ?? [];
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

  /** Closes the books at the time reached and hands out what the run has left. */
  finish(): ReplicationOutcome {
    if (this.#stopped !== 'failed') this.#watch.ended(this.#at); // what never began has no end
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

/** What would have been, with the same seed and up to the same time: exact pairs of a drill. */
export function otherwise(
  plan: ScenarioPlan, until: Us,
): Readonly<Record<'noFault' | 'nothing' | 'runbook', ReplicationOutcome>> {
  const nobody = { runbooks: [], degraded: [] };
  const outcomeOf = (other: Partial<ScenarioPlan['scenario']>) => {
    const run = new VideoRun({ ...plan, scenario: { ...plan.scenario, ...other } }, 0);
    run.advanceTo(until);
    return run.finish();
  };
  const noFault = outcomeOf({ ...nobody, faults: [] });
  return { noFault, nothing: outcomeOf(nobody), runbook: outcomeOf({}) };
}
