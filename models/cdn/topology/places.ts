import type { Us } from '../../core/units.ts';
import { HashRing } from './hash-ring.ts';
import type { Topology } from './topology.ts';

/** The tiers of caches, from the viewers on; a tier's index is its place here. */
export const TIERS = ['edge', 'regional', 'shield'] as const;
/** Name of a tier of caches. */
export type TierName = (typeof TIERS)[number];

/** Copied state of the places' servers. */
export interface PlacesState {
  readonly loads: Float64Array;
  readonly totals: Float64Array;
  readonly since: Float64Array;
}

/**
 * Servers in the places of a topology: their numbers, place by place, and which of a place's has an object.
 */
export class Places {
  readonly nodes: number;
  /** Place of each server. */
  readonly popOf: Int32Array;
  /** Tier of each place, an index into `TIERS`. */
  readonly tierOf: Uint8Array;
  /** First server of each place. */
  readonly firstOf: Int32Array;
  readonly #perPop: readonly number[];
  readonly #rings: readonly HashRing[];
  readonly #windowUs: Us;
  /** Requests in the window under way, by server and by place, and when it began. */
  readonly #loads: Float64Array;
  readonly #totals: Float64Array;
  readonly #since: Float64Array;
  /** Loads of servers that have none. */
  readonly #none: Float64Array;

  /** `servers`: in each place, tier by tier. */
  constructor(topology: Topology, servers: readonly number[], epsilon: number, windowUs: Us) {
    this.#perPop = servers;
    this.#rings = servers.map((count) => new HashRing(count, epsilon));
    this.#windowUs = windowUs;
    this.tierOf = Uint8Array.from({ length: topology.pops }, (_, pop) =>
      (pop < topology.edges ? 0 : pop < topology.edges + topology.regionals ? 1 : 2));
    this.firstOf = new Int32Array(topology.pops);
    const popOf: number[] = [];
    this.tierOf.forEach((tier, pop) => {
      this.firstOf[pop] = popOf.length;
      for (let i = 0; i < servers[tier]!; i++) popOf.push(pop);
    });
    this.popOf = Int32Array.from(popOf);
    this.nodes = popOf.length;
    this.#loads = new Float64Array(this.nodes);
    this.#totals = new Float64Array(topology.pops);
    this.#since = new Float64Array(topology.pops);
    this.#none = new Float64Array(Math.max(...servers));
  }

  /** Servers of a place. */
  serversOf(pop: number): number {
    return this.#perPop[this.tierOf[pop]!]!;
  }

  /** The server of a place that a request for an object goes to. */
  serverFor(now: Us, pop: number, object: number): number {
    const first = this.firstOf[pop]!;
    const tier = this.tierOf[pop]!;
    if (this.#perPop[tier] === 1) return first;
    if (now - this.#since[pop]! >= this.#windowUs) {
      this.#since[pop] = now;
      this.#totals[pop] = 0;
      this.#loads.fill(0, first, first + this.#perPop[tier]!);
    }
    const node = first + this.#rings[tier]!.serverOf(object, this.#loads, first, this.#totals[pop]!);
    this.#loads[node]!++;
    this.#totals[pop]!++;
    return node;
  }

  /** The server of a place that has an object as long as no load moves it. */
  homeFor(pop: number, object: number): number {
    const tier = this.tierOf[pop]!;
    if (this.#perPop[tier] === 1) return this.firstOf[pop]!;
    return this.firstOf[pop]! + this.#rings[tier]!.serverOf(object, this.#none, 0, 0);
  }

  save(): PlacesState {
    return { loads: this.#loads.slice(), totals: this.#totals.slice(), since: this.#since.slice() };
  }

  restore(state: PlacesState): void {
    this.#loads.set(state.loads);
    this.#totals.set(state.totals);
    this.#since.set(state.since);
  }
}
