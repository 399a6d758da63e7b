import type { Us } from '../models/core/units.ts';
import type { PartOutcome } from '../models/operations/run-summary.ts';
import type { RecommendationsParams } from '../models/services/recommendations/params.ts';
import { Recommender, type RecommenderState } from '../models/services/recommendations/recommender.ts';
import type { ScenarioPlan } from '../scenarios/plan.ts';
import type { AskedService } from './discovery.ts';
import { RecommendationsLevers, type RecommendationsLeversState } from './recommendations-levers.ts';
import type { RunContext, RunPart } from './run-part.ts';

/** Copied state of recommendations and of what has been done to them. */
export interface RecommendationsState {
  readonly recommender: RecommenderState;
  readonly levers: RecommendationsLeversState;
}

/** The recommendations of a run. */
export class Recommendations implements RunPart {
  readonly name = 'recommendations';
  readonly recommender: Recommender;
  /** What viewers ask of them. */
  readonly asked: AskedService;
  /** What can be broken and mended while it runs. */
  readonly levers: RecommendationsLevers;

  constructor(plan: ScenarioPlan, params: RecommendationsParams, { loop, metrics, streams }: RunContext) {
    this.recommender = new Recommender(params, streams, metrics, {
      slowness: (now) => this.levers.slowness(now),
    });
    const { perSession } = params;
    this.asked = { name: 'recommendations', perSession, ask: (now) => this.recommender.ask(now) };
    this.levers = new RecommendationsLevers(plan.scenario.faults, this.recommender, loop);
  }

  settle(now: Us): void {
    this.recommender.settle(now);
  }

  nextLook(_at: Us): void {
    // Nothing is worked out ahead.
  }

  closeBooks(_now: Us): void {
    // A list that is to be ranked is under way, and not counted.
  }

  outcome(): PartOutcome {
    return {};
  }

  save(): RecommendationsState {
    return { recommender: this.recommender.save(), levers: this.levers.save() };
  }

  restore(state: RecommendationsState): void {
    this.recommender.restore(state.recommender);
    this.levers.restore(state.levers);
  }
}
