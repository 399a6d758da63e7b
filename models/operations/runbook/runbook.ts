import { NEVER, type Us } from '../../core/units.ts';
import type { SeriesStore } from '../promql/series.ts';
import { Condition } from './condition.ts';
import { actionText, type ActionParams, type RunbookParams } from './params.ts';

/** What became of a step: waiting for its cause, about to be done, done, worked or not in time. */
export type StepState = 'waiting' | 'due' | 'done' | 'worked' | 'failed';

/** What a runbook asks of the world: void calls. */
export interface RunbookPorts {
  act(action: ActionParams): void;
}

/** A step with what became of it. */
export interface StepReport {
  readonly runbook: string;
  readonly step: number;
  readonly action: string;
  readonly state: StepState;
  /** When its cause was seen, when it was done, and when it had worked. [us], NEVER if not. */
  readonly seenAt: Us;
  readonly doneAt: Us;
  readonly workedAt: Us;
}

interface Step {
  readonly runbook: string;
  readonly step: number;
  readonly params: RunbookParams['steps'][number];
  readonly when: Condition;
  readonly if: Condition | undefined;
  readonly expect: Condition | undefined;
  state: StepState;
  /** Since when its cause has held without a break. */
  heldSince: Us;
  seenAt: Us;
  doneAt: Us;
  workedAt: Us;
}

/** Copied state of runbooks. */
export type RunbooksState =
  ReadonlyArray<Pick<Step, 'state' | 'heldSince' | 'seenAt' | 'doneAt' | 'workedAt'>>;

/**
 * Runbooks that are followed: each step once, when its alert fires or its probe finds something, after the
 * time it takes people to do it. The host calls `looked` whenever rules have been evaluated.
 */
export class Runbooks {
  readonly #steps: readonly Step[];
  readonly #store: SeriesStore;
  readonly #ports: RunbookPorts;

  constructor(runbooks: readonly RunbookParams[], store: SeriesStore, ports: RunbookPorts) {
    this.#store = store;
    this.#ports = ports;
    this.#steps = runbooks.flatMap(({ name, steps }) => steps.map((params, step): Step => ({
      runbook: name, step, params, when: new Condition(params.when),
      if: params.if === undefined ? undefined : new Condition(params.if),
      expect: params.expect === undefined ? undefined : new Condition(params.expect),
      state: 'waiting', heldSince: NEVER, seenAt: NEVER, doneAt: NEVER, workedAt: NEVER,
    })));
  }

  /** Looks at alerts and probes, and does what is due. */
  looked(now: Us, firing: ReadonlySet<string>): void {
    for (const step of this.#steps) this.#look(step, now, firing);
  }

  /** What became of each step so far. */
  reports(): StepReport[] {
    return this.#steps.map(({ runbook, step, params, state, seenAt, doneAt, workedAt }) => {
      return { runbook, step, action: actionText(params.do), state, seenAt, doneAt, workedAt };
    });
  }

  /** A copy of the whole state. */
  save(): RunbooksState {
    return this.#steps.map(({ state, heldSince, seenAt, doneAt, workedAt }) =>
      ({ state, heldSince, seenAt, doneAt, workedAt }));
  }

  /** Puts a saved state of the same runbooks back. */
  restore(state: RunbooksState): void {
    state.forEach((saved, i) => Object.assign(this.#steps[i]!, saved));
  }

  #look(step: Step, now: Us, firing: ReadonlySet<string>): void {
    const { params } = step;
    const store = this.#store;
    if (step.state === 'waiting') {
      const isSeen = step.when.holds(store, now, firing) && step.if?.holds(store, now, firing) !== false;
      step.heldSince = isSeen ? Math.min(step.heldSince, now) : NEVER;
      if (now - step.heldSince < params.for || !isSeen) return;
      step.state = 'due';
      step.seenAt = now;
    }
    if (step.state === 'due') {
      if (now < step.seenAt + params.after) return;
      step.state = 'done';
      step.doneAt = now;
      this.#ports.act(params.do);
      return;
    }
    if (step.state !== 'done' || step.expect === undefined) return;
    if (step.expect.holds(store, now, firing)) {
      step.state = 'worked';
      step.workedAt = now;
    } else if (now >= step.doneAt + params.within) step.state = 'failed';
  }
}
