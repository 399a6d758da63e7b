import type { Us } from '../models/core/units.ts';
import {
  isRecommendationsFault, type RecommendationsFault,
} from '../models/operations/faults/discovery-params.ts';
import type { FaultParams } from '../models/operations/faults/params.ts';
import {
  isRecommendationsAction, type RecommendationsAction,
} from '../models/operations/runbook/discovery-params.ts';
import type { ActionParams } from '../models/operations/runbook/params.ts';
import type { Recommender } from '../models/services/recommendations/recommender.ts';
import { CODES } from './codes.ts';
import type { Levers } from './incidents.ts';
import type { EventLoop } from './kernel/event-loop.ts';
import { SlowSpells, type SlowSpell } from './slow-spells.ts';

/** Copied state of the levers. */
export interface RecommendationsLeversState {
  readonly slow: readonly SlowSpell<null>[];
  /** Instances that each fault has taken, by its number. */
  readonly lost: ReadonlyArray<readonly [fault: number, instances: readonly number[]]>;
  readonly isRolledBack: boolean;
}

/** What can be broken and mended in recommendations while a scenario runs. */
export class RecommendationsLevers implements Levers {
  readonly detection = 0;
  readonly #faults: readonly FaultParams[];
  readonly #recommender: Recommender;
  readonly #loop: EventLoop;
  readonly #slow = new SlowSpells<null>();
  readonly #lost = new Map<number, readonly number[]>();
  /** Heavier models have been taken back. */
  #isRolledBack = false;

  constructor(faults: readonly FaultParams[], recommender: Recommender, loop: EventLoop) {
    this.#faults = faults;
    this.#recommender = recommender;
    this.#loop = loop;
    loop.on(CODES.recommendationsScaled, (more) => recommender.addInstances(loop.now, more));
  }

  breaks(fault: FaultParams): boolean {
    return isRecommendationsFault(fault);
  }

  mends(action: ActionParams): boolean {
    return isRecommendationsAction(action);
  }

  /** A fault begins, to last until a time. */
  begin(fault: RecommendationsFault, until: Us): void {
    const { now } = this.#loop;
    this.#recommender.settle(now);
    switch (fault.kind) {
      case 'rankingSlow': {
        const { ramp, factor } = fault;
        return this.#slow.begin({ scope: null, from: now, until, ramp, factor });
      }
      case 'rankingLoss':
        this.#lost.set(this.#faults.indexOf(fault), this.#recommender.lose(now, fault.instances));
        return;
      case 'featureCacheFlush':
        return this.#recommender.flush(now);
      default:
        fault satisfies never;
    }
  }

  /** Lost instances come back; slowness ends by its time. */
  end(fault: RecommendationsFault): void {
    const index = this.#faults.indexOf(fault);
    this.#recommender.regain(this.#loop.now, this.#lost.get(index) ?? []);
    this.#lost.delete(index);
  }

  foundOut(_fault: RecommendationsFault, _began: boolean): void {
    // Nothing finds out of itself.
  }

  /** Somebody does something about it. */
  act(action: RecommendationsAction): void {
    const { now } = this.#loop;
    this.#recommender.settle(now);
    switch (action.action) {
      case 'scaleRecommendations':
        this.#loop.schedule(now + action.takes, CODES.recommendationsScaled, action.instances, 0);
        return;
      case 'deferRecommendations':
        return this.#recommender.defer(now, action.on);
      case 'rollback':
        this.#isRolledBack = action.on;
        return;
      default:
        action satisfies never;
    }
  }

  isDone(action: RecommendationsAction): boolean {
    return action.action === 'deferRecommendations' && this.#recommender.isDeferred === action.on;
  }

  /** Times the usual that ranking takes. */
  slowness(now: Us): number {
    return this.#isRolledBack ? 1 : this.#slow.slowness(now, () => true);
  }

  save(): RecommendationsLeversState {
    return { slow: this.#slow.save(), lost: [...this.#lost], isRolledBack: this.#isRolledBack };
  }

  restore(state: RecommendationsLeversState): void {
    this.#slow.restore(state.slow);
    this.#isRolledBack = state.isRolledBack;
    this.#lost.clear();
    for (const [fault, instances] of state.lost) this.#lost.set(fault, instances);
  }
}
