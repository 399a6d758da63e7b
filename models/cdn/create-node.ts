import type { MetricSet } from '../core/metrics.ts';
import { BEHAVIOURS } from './behaviour.ts';
import { CacheNode, type CacheNodeSetup } from './cache-node.ts';
import type { CacheNodeState } from './node-state.ts';
import type { CacheNodePorts } from './ports.ts';
import { SlicedNode, type SlicedNodeState } from './sliced-node.ts';

/** A cache of whole objects, or one of slices: to its host they are the same. */
export type AnyCacheNode = Pick<SlicedNode, Exclude<keyof SlicedNode, 'save' | 'restore'>> & {
  /** A copy of the whole state. */
  save(): AnyCacheNodeState;
  /** Puts a saved state of the same kind of node back. */
  restore(state: AnyCacheNodeState): void;
};

/** Copied state of either. */
export type AnyCacheNodeState = CacheNodeState | SlicedNodeState;

/** The node that a behaviour asks for. */
export function createCacheNode(
  setup: CacheNodeSetup, ports: CacheNodePorts, metrics: MetricSet,
): AnyCacheNode {
  const { behaviour = BEHAVIOURS.varnish } = setup;
  if (behaviour.range === 'slice') return new SlicedNode({ ...setup, behaviour }, ports, metrics);
  return new CacheNode(setup, ports, metrics);
}
