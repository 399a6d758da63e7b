import type { RandomStream } from '../../core/rng.ts';
import type { Bytes } from '../../core/units.ts';

/**
 * The contract of an eviction policy: which objects a cache of `capacity` bytes holds. Objects are small
 * interned integers. Semantics shared by all policies (as libCacheSim has them): an object larger than the
 * capacity is never held; on an insertion the policy evicts until it fits; a hit never changes a stored size.
 */
export interface EvictionPolicy {
  readonly name: string;
  readonly capacity: Bytes;
  /** Bytes held; never above capacity. */
  readonly used: Bytes;
  /** Objects held. */
  readonly count: number;
  has(object: number): boolean;
  /** Size of a held object; 0 when it is not held. */
  sizeOf(object: number): Bytes;
  /** Small number of a held object, its own until it is dropped: the place for what others keep about it. */
  slotOf(object: number): number;
  /**
   * Notes a hit on a held object. A policy of several lists may want to drop others for it: they go at
   * once when `onEvict` is there to hear of them, and stay until the next insertion when it is not.
   */
  touch(object: number, onEvict?: (object: number) => void): void;
  /**
   * Takes in an object that is not held; `onEvict` hears of each object that has to go. False when it
   * cannot be held.
   */
  insert(object: number, bytes: Bytes, onEvict: (object: number) => void): boolean;
  /**
   * Fetches from memory what a use of an object needs; then, `further`, what is known where by that. The sum
   * has no meaning, but has to be used.
   */
  warm?(object: number, further: boolean): number;
  /** Fetches from memory the sizes of neighbouring objects, so many from `first` on; as above. */
  warmSizes?(first: number, count: number): number;
  /** The held object that would go next, or -1; for policies in which that is no search. */
  victim?(): number;
  /** Drops a held object (purge). */
  remove(object: number): void;
  /** Tells a policy whose objects expire what time it is; others need not know. */
  advance?(now: number): void;
  save(): EvictionPolicyState;
  restore(state: EvictionPolicyState): void;
}

/** A column of a policy's state, indexed by object or slot. */
export type StateColumn = Uint8Array | Int32Array | Float64Array;

/** How a policy lays out its columns (what it does is the same, bit for bit), and where it draws from. */
export interface PolicyLayout {
  /**
   * By object (default): fastest where names are few for what is held. Compact: by slot, through a hash
   * table, with memory for what is held and remembered alone.
   */
  readonly compact?: boolean;
  /** Objects for which there is room at first. */
  readonly objects?: number;
  /** Where a policy draws from that draws; without it, one of the same seed for all. */
  readonly stream?: RandomStream;
}

/** Copied state of a policy: its numbers and its columns, in an order of its own. */
export interface EvictionPolicyState {
  readonly numbers: readonly number[];
  readonly columns: readonly StateColumn[];
}
