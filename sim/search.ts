import { SearchCluster, type SearchClusterState } from '../models/services/search/cluster.ts';
import type { SearchParams } from '../models/services/search/params.ts';
import type { ScenarioPlan } from '../scenarios/plan.ts';
import type { AskedService } from './discovery.ts';
import type { RunContext } from './run-part.ts';
import { SearchLevers, type SearchLeversState } from './search-levers.ts';
import { ServicePart } from './service-part.ts';

/** The search index of a run. */
export class Search extends ServicePart<SearchClusterState, SearchLeversState> {
  readonly name = 'search';
  protected readonly service: SearchCluster;
  /** What viewers ask of it. */
  readonly asked: AskedService;
  readonly levers: SearchLevers;

  constructor(plan: ScenarioPlan, params: SearchParams, { loop, metrics, streams }: RunContext) {
    super();
    this.service = new SearchCluster(params, streams, metrics, {
      slowness: (now, shard, copy) => this.levers.slowness(now, shard, copy),
    });
    const { perSession } = params;
    this.asked = { name: 'search', perSession, ask: (now) => this.service.ask(now) };
    this.levers = new SearchLevers(plan.scenario.faults, params, this.service, loop);
  }
}
