import type { Us } from '../models/core/units.ts';
import type { PartOutcome } from '../models/operations/run-summary.ts';
import { SearchCluster, type SearchClusterState } from '../models/services/search/cluster.ts';
import type { SearchParams } from '../models/services/search/params.ts';
import type { ScenarioPlan } from '../scenarios/plan.ts';
import type { AskedService } from './discovery.ts';
import type { RunContext, RunPart } from './run-part.ts';
import { SearchLevers, type SearchLeversState } from './search-levers.ts';

/** Copied state of search and of what has been done to it. */
export interface SearchState {
  readonly cluster: SearchClusterState;
  readonly levers: SearchLeversState;
}

/** The search index of a run. */
export class Search implements RunPart {
  readonly name = 'search';
  readonly cluster: SearchCluster;
  /** What viewers ask of it. */
  readonly asked: AskedService;
  /** What can be broken and mended while it runs. */
  readonly levers: SearchLevers;

  constructor(plan: ScenarioPlan, params: SearchParams, { loop, metrics, streams }: RunContext) {
    this.cluster = new SearchCluster(params, streams, metrics, {
      slowness: (now, shard, copy) => this.levers.slowness(now, shard, copy),
    });
    const { perSession } = params;
    this.asked = { name: 'search', perSession, ask: (now) => this.cluster.ask(now) };
    this.levers = new SearchLevers(plan.scenario.faults, params, this.cluster, loop);
  }

  settle(now: Us): void {
    this.cluster.settle(now);
  }

  nextLook(_at: Us): void {
    // Nothing is worked out ahead.
  }

  closeBooks(_now: Us): void {
    // A search whose shards may still be asked again is under way, and not counted.
  }

  outcome(): PartOutcome {
    return {};
  }

  save(): SearchState {
    return { cluster: this.cluster.save(), levers: this.levers.save() };
  }

  restore(state: SearchState): void {
    this.cluster.restore(state.cluster);
    this.levers.restore(state.levers);
  }
}
