import type { MetricMark } from '../models/core/metrics.ts';
import { US_PER_S, type Us } from '../models/core/units.ts';
import {
  lookAt, lookAtAll, type ProbeOutcome, type ProbeWorld, type SteadyState,
} from '../models/operations/rehearsal/probe.ts';
import { Condition } from '../models/operations/runbook/condition.ts';
import type { ScenarioPlan } from '../scenarios/plan.ts';
import type { VideoRun } from './video-run.ts';

/** Why a rehearsal goes no further: not steady before its faults, or a condition to abort holds. */
export type StopReason = 'failed' | 'aborted';

/**
 * Watches a run that is rehearsed: verifies the hypothesis before the first fault and at the end, and looks
 * at the conditions to abort from the first fault on.
 */
export class SteadyWatch {
  /** The steady state before the first fault; undefined until then, or without a hypothesis. */
  before: SteadyState | undefined;
  after: SteadyState | undefined;
  /** What made it stop, and when. [s] */
  abortedBy: { readonly seconds: number; readonly probe: ProbeOutcome } | undefined;
  readonly #plan: ScenarioPlan;
  readonly #run: VideoRun;
  readonly #onset: Us;
  readonly #stepUs: Us;
  readonly #longest: Us;
  readonly #marks: MetricMark[] = [];
  readonly #conditions = new Map<string, Condition>();

  /** `stepUs`: time between two looks. */
  constructor(plan: ScenarioPlan, run: VideoRun, stepUs: Us) {
    const { hypothesis, abort } = plan.scenario;
    this.#plan = plan;
    this.#run = run;
    this.#stepUs = stepUs;
    this.#onset = Math.min(Infinity, ...run.faults.map(({ fromSeconds }) => fromSeconds * US_PER_S));
    const probes = [...(hypothesis?.probes ?? []), ...abort];
    this.#longest = Math.max(0, ...probes.map(({ sli, over }) => (sli === undefined ? 0 : over)));
    for (const { promql } of probes) {
      if (promql !== undefined) this.#conditions.set(promql, new Condition(promql));
    }
  }

  /** Looks at the run as it stands; says why it must go no further. */
  looked(now: Us): StopReason | undefined {
    this.#remember(now);
    const { hypothesis, abort } = this.#plan.scenario;
    const isLast = now + this.#stepUs >= this.#onset; // before the next look a fault begins
    if (hypothesis !== undefined && this.before === undefined && isLast) {
      this.before = lookAtAll(hypothesis.probes, this.#world(now), now / US_PER_S);
      if (!this.before.met) return 'failed';
    }
    if (now < this.#onset) return undefined;
    const probe = abort.map((one) => lookAt(one, this.#world(now))).find(({ met }) => met);
    if (probe === undefined) return undefined;
    this.abortedBy = { seconds: now / US_PER_S, probe };
    return 'aborted';
  }

  /** The rehearsal is over: the hypothesis is looked at once more. */
  ended(now: Us): void {
    const { hypothesis } = this.#plan.scenario;
    if (hypothesis === undefined) return;
    this.after = lookAtAll(hypothesis.probes, this.#world(now), now / US_PER_S);
  }

  /** Keeps what indicators are taken from, for as long as a probe looks back. */
  #remember(now: Us): void {
    if (this.#longest === 0) return;
    this.#marks.push(this.#run.look(undefined).mark);
    while (this.#marks.length > 1 && this.#marks[1]!.atUs <= now - this.#longest) this.#marks.shift();
  }

  #world(now: Us): ProbeWorld {
    const { monitoring } = this.#run;
    return {
      sli: (name, over) => {
        const from = this.#marks.findLast(({ atUs }) => atUs <= now - over) ?? this.#marks[0];
        return from === undefined || from.atUs >= now ? undefined : this.#run.look(from).slis[name];
      },
      holds: (condition) => monitoring?.holds(this.#conditions.get(condition)!) === true,
    };
  }
}
