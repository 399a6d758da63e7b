import type { Us } from '../models/core/units.ts';
import type { PartOutcome } from '../models/operations/run-summary.ts';
import type { RunPart } from './run-part.ts';

/** What can be copied and put back. */
interface Kept<State> {
  save(): State;
  restore(state: State): void;
}

/** Copied state of a service and of what has been done to it. */
export interface ServiceState<State, LeversState> {
  readonly service: State;
  readonly levers: LeversState;
}

/** A part of a run that is one service: others ask it, and nothing of it is worked out ahead. */
export abstract class ServicePart<State, LeversState> implements RunPart {
  abstract readonly name: string;
  protected abstract readonly service: Kept<State> & { settle(now: Us): void };
  /** What can be broken and mended while it runs. */
  abstract readonly levers: Kept<LeversState>;

  settle(now: Us): void {
    this.service.settle(now);
  }

  nextLook(_at: Us): void {
    // Nothing is worked out ahead.
  }

  closeBooks(_now: Us): void {
    // A query is counted when it comes or when its answer is certain; one under way is not.
  }

  outcome(): PartOutcome {
    return {};
  }

  save(): ServiceState<State, LeversState> {
    return { service: this.service.save(), levers: this.levers.save() };
  }

  restore(state: ServiceState<State, LeversState>): void {
    this.service.restore(state.service);
    this.levers.restore(state.levers);
  }
}
