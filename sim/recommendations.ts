import type { RecommendationsParams } from '../models/services/recommendations/params.ts';
import { Recommender, type RecommenderState } from '../models/services/recommendations/recommender.ts';
import type { ScenarioPlan } from '../scenarios/plan.ts';
import type { AskedService } from './discovery.ts';
import { RecommendationsLevers, type RecommendationsLeversState } from './recommendations-levers.ts';
import type { RunContext } from './run-part.ts';
import { ServicePart } from './service-part.ts';

/** The recommendations of a run. */
export class Recommendations extends ServicePart<RecommenderState, RecommendationsLeversState> {
  readonly name = 'recommendations';
  protected readonly service: Recommender;
  /** What viewers ask of them. */
  readonly asked: AskedService;
  readonly levers: RecommendationsLevers;

  constructor(plan: ScenarioPlan, params: RecommendationsParams, { loop, metrics, streams }: RunContext) {
    super();
    this.service = new Recommender(params, streams, metrics, {
      slowness: (now) => this.levers.slowness(now),
    });
    const { perSession } = params;
    this.asked = { name: 'recommendations', perSession, ask: (now) => this.service.ask(now) };
    this.levers = new RecommendationsLevers(plan.scenario.faults, this.service, loop);
  }
}
