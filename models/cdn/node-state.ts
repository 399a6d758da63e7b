import type { IntMap, IntMapState } from '../core/int-map.ts';
import type { RowLists, RowListsState } from '../core/row-lists.ts';
import type { Us } from '../core/units.ts';
import type { Fetches, FetchesState } from './fetches.ts';
import type { Holdings, HoldingsState } from './holdings.ts';
import type { LookAgain } from './look-again.ts';
import type { OpenRequests, OpenRequestsState } from './open-requests.ts';
import type { EvictionPolicyState } from './policy/policy.ts';
import type { UncacheableMemory } from './uncacheable.ts';

/** Copied state of a cache node. */
export interface CacheNodeState {
  readonly held: HoldingsState;
  readonly requests: OpenRequestsState;
  readonly fetches: FetchesState;
  readonly lists: RowListsState;
  readonly lookAgain: EvictionPolicyState;
  readonly leads: IntMapState;
  readonly uncacheable: ReadonlyArray<readonly [object: number, until: Us]>;
}

/** The parts of a node that have state. */
export interface NodeParts {
  readonly held: Holdings;
  readonly requests: OpenRequests;
  readonly fetches: Fetches;
  readonly lists: RowLists;
  readonly lookAgain: LookAgain;
  readonly leads: IntMap;
  readonly uncacheable: UncacheableMemory;
}

/** A copy of the state of all parts. */
export function saveNode(parts: NodeParts): CacheNodeState {
  return {
    held: parts.held.save(), requests: parts.requests.save(), fetches: parts.fetches.save(),
    lists: parts.lists.save(), lookAgain: parts.lookAgain.save(), leads: parts.leads.save(),
    uncacheable: parts.uncacheable.save(),
  };
}

/** Puts a saved state back into the parts. */
export function restoreNode(parts: NodeParts, state: CacheNodeState): void {
  parts.held.restore(state.held);
  parts.requests.restore(state.requests);
  parts.fetches.restore(state.fetches);
  parts.lists.restore(state.lists);
  parts.lookAgain.restore(state.lookAgain);
  parts.leads.restore(state.leads);
  parts.uncacheable.restore(state.uncacheable);
}
