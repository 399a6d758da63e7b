import { NEVER, type Us } from '../models/core/units.ts';
import { isSearchFault, type SearchFault } from '../models/operations/faults/discovery-params.ts';
import type { FaultParams } from '../models/operations/faults/params.ts';
import { isSearchAction, type SearchAction } from '../models/operations/runbook/discovery-params.ts';
import type { ActionParams } from '../models/operations/runbook/params.ts';
import type { SearchCluster, SearchNode } from '../models/services/search/cluster.ts';
import type { SearchParams } from '../models/services/search/params.ts';
import { CODES } from './codes.ts';
import type { Levers } from './incidents.ts';
import type { EventLoop } from './kernel/event-loop.ts';
import { SlowSpells, type SlowSpell } from './slow-spells.ts';

/** Copies that are slow: the first of a shard, or of each. */
interface SlowCopies {
  readonly shard: number | undefined;
  readonly copies: number;
}

/** Copied state of the levers. */
export interface SearchLeversState {
  readonly slow: readonly SlowSpell<SlowCopies>[];
  /** Nodes that each fault has taken, by its number. */
  readonly lost: ReadonlyArray<readonly [fault: number, nodes: readonly SearchNode[]]>;
}

/** What can be broken and mended in the search index while a scenario runs. */
export class SearchLevers implements Levers {
  readonly detection = 0;
  readonly #faults: readonly FaultParams[];
  readonly #params: SearchParams;
  readonly #cluster: SearchCluster;
  readonly #loop: EventLoop;
  readonly #slow = new SlowSpells<SlowCopies>();
  readonly #lost = new Map<number, readonly SearchNode[]>();

  constructor(faults: readonly FaultParams[], params: SearchParams, cluster: SearchCluster, loop: EventLoop) {
    this.#faults = faults;
    this.#params = params;
    this.#cluster = cluster;
    this.#loop = loop;
    loop.on(CODES.searchScaled, (copies) => cluster.addCopies(loop.now, copies));
  }

  breaks(fault: FaultParams): boolean {
    return isSearchFault(fault);
  }

  mends(action: ActionParams): boolean {
    return isSearchAction(action);
  }

  /** A fault begins, to last until a time. */
  begin(fault: SearchFault, until: Us): void {
    const { now } = this.#loop;
    this.#cluster.settle(now);
    switch (fault.kind) {
      case 'searchSlow': {
        const { shard, copies, ramp, factor } = fault;
        return this.#slow.begin({ scope: { shard, copies }, from: now, until, ramp, factor });
      }
      case 'searchNodeLoss':
        this.#lost.set(this.#faults.indexOf(fault), this.#cluster.lose(now, fault.shard, fault.copies));
        return;
      case 'searchCacheFlush':
        return this.#cluster.flush(now);
      default:
        fault satisfies never;
    }
  }

  /** Lost nodes come back; slowness ends by its time. */
  end(fault: SearchFault): void {
    const index = this.#faults.indexOf(fault);
    this.#cluster.regain(this.#loop.now, this.#lost.get(index) ?? []);
    this.#lost.delete(index);
  }

  foundOut(_fault: SearchFault, _began: boolean): void {
    // Nothing finds out of itself.
  }

  /** Somebody does something about it. */
  act(action: SearchAction): void {
    const { now } = this.#loop;
    switch (action.action) {
      case 'scaleSearch':
        this.#loop.schedule(now + action.takes, CODES.searchScaled, action.copies, 0);
        return;
      case 'hedgeSearches':
        return this.#cluster.hedge(now, this.#hedgeAfter(action));
      case 'shedSearches':
        return this.#cluster.shed(now, this.#shedWait(action));
      case 'cacheSearches':
        return this.#cluster.addCache(now, action.hits, action.warm);
      default:
        action satisfies never;
    }
  }

  isDone(action: SearchAction): boolean {
    const { hedgeAfter, shedWait } = this.#cluster.tuning;
    if (action.action === 'hedgeSearches') return hedgeAfter === this.#hedgeAfter(action);
    return action.action === 'shedSearches' && shedWait === this.#shedWait(action);
  }

  /** Times the usual that a copy of a shard takes for a query. */
  slowness(now: Us, shard: number, copy: number): number {
    if (this.#slow.isEmpty) return 1;
    return this.#slow.slowness(now, (scope) =>
      copy < scope.copies && (scope.shard === undefined || scope.shard === shard));
  }

  save(): SearchLeversState {
    return { slow: this.#slow.save(), lost: [...this.#lost] };
  }

  restore(state: SearchLeversState): void {
    this.#slow.restore(state.slow);
    this.#lost.clear();
    for (const [fault, nodes] of state.lost) this.#lost.set(fault, nodes);
  }

  #hedgeAfter({ on, after }: { readonly on: boolean; readonly after: Us }): Us {
    return on ? after : this.#params.hedge?.after ?? NEVER;
  }

  #shedWait({ on, wait }: { readonly on: boolean; readonly wait: Us }): Us {
    return on ? wait : this.#params.shed?.wait ?? NEVER;
  }
}
