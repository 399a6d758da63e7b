import { NEVER, type Us } from '../../core/units.ts';
import { evaluatePromql } from '../promql/evaluate.ts';
import { parsePromql } from '../promql/parse.ts';
import type { SeriesStore } from '../promql/series.ts';
import type { Expression } from '../promql/syntax.ts';
import type { ActionParams, RunbookParams } from './params.ts';

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
  /** undefined: the name of an alert. */
  readonly when: Expression | undefined;
  readonly expect: Expression | undefined;
  state: StepState;
  seenAt: Us;
  doneAt: Us;
  workedAt: Us;
}

/** Copied state of runbooks. */
export type RunbooksState = ReadonlyArray<Pick<Step, 'state' | 'seenAt' | 'doneAt' | 'workedAt'>>;

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
      runbook: name, step, params, when: isName(params.when) ? undefined : parsePromql(params.when),
      expect: params.expect === undefined ? undefined : parsePromql(params.expect),
      state: 'waiting', seenAt: NEVER, doneAt: NEVER, workedAt: NEVER,
    })));
  }

  /** Looks at alerts and probes, and does what is due. */
  looked(now: Us, firing: ReadonlySet<string>): void {
    for (const step of this.#steps) this.#look(step, now, firing);
  }

  /** What became of each step so far. */
  reports(): StepReport[] {
    return this.#steps.map(({ runbook, step, params, state, seenAt, doneAt, workedAt }) => {
      return { runbook, step, action: params.do.action, state, seenAt, doneAt, workedAt };
    });
  }

  /** A copy of the whole state. */
  save(): RunbooksState {
    return this.#steps.map(({ state, seenAt, doneAt, workedAt }) => ({ state, seenAt, doneAt, workedAt }));
  }

  /** Puts a saved state of the same runbooks back. */
  restore(state: RunbooksState): void {
    state.forEach((saved, i) => Object.assign(this.#steps[i]!, saved));
  }

  #look(step: Step, now: Us, firing: ReadonlySet<string>): void {
    const { params } = step;
    if (step.state === 'waiting') {
      const isSeen = step.when === undefined ? firing.has(params.when) : this.#holds(step.when, now);
      if (!isSeen) return;
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
    if (this.#holds(step.expect, now)) {
      step.state = 'worked';
      step.workedAt = now;
    } else if (now >= step.doneAt + params.within) step.state = 'failed';
  }

  #holds(expression: Expression, now: Us): boolean {
    const value = evaluatePromql(expression, this.#store, now / 1000);
    return value.kind === 'scalar' ? value.value !== 0 : value.samples.length > 0;
  }
}

/** An alert's name rather than an expression. */
export function isName(text: string): boolean {
  return /^[A-Za-z][\w-]*$/.test(text);
}
