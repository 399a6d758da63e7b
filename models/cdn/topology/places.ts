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
  readonly out: Uint8Array;
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
  /** Servers that are known to be down, and how many of each place are not. */
  readonly #out: Uint8Array;
  readonly #alive: Int32Array;

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
    this.#none = new Float64Array(this.nodes);
    this.#out = new Uint8Array(this.nodes);
    this.#alive = Int32Array.from(this.tierOf, (tier) => servers[tier]!);
  }

  /** Servers of a place. */
  serversOf(pop: number): number {
    return this.#perPop[this.tierOf[pop]!]!;
  }

  /** Servers of a place that are not known to be down. */
  aliveIn(pop: number): number {
    return this.#alive[pop]!;
  }

  /** Others have found out that a server is down, or back: its objects go to the others of its place. */
  setOut(node: number, out: boolean): void {
    if ((this.#out[node] === 1) === out) return;
    this.#out[node] = out ? 1 : 0;
    this.#alive[this.popOf[node]!]! += out ? -1 : 1;
  }

  /** The server of a place that a request for an object goes to; -1 when all are known to be down. */
  serverFor(now: Us, pop: number, object: number): number {
    const first = this.firstOf[pop]!;
    const tier = this.tierOf[pop]!;
    const alive = this.#alive[pop]!;
    if (this.#perPop[tier] === 1) return alive === 1 ? first : -1;
    if (now - this.#since[pop]! >= this.#windowUs) {
      this.#since[pop] = now;
      this.#totals[pop] = 0;
      this.#loads.fill(0, first, first + this.#perPop[tier]!);
    }
    const ring = this.#rings[tier]!;
    const server = ring.serverOf(object, this.#loads, first, this.#totals[pop]!, this.#out, alive);
    if (server < 0) return -1;
    const node = first + server;
    this.#loads[node]!++;
    this.#totals[pop]!++;
    return node;
  }

  /** The server of a place that has an object as long as no load moves it; -1 when all are down. */
  homeFor(pop: number, object: number): number {
    const tier = this.tierOf[pop]!;
    const first = this.firstOf[pop]!;
    const alive = this.#alive[pop]!;
    if (this.#perPop[tier] === 1) return alive === 1 ? first : -1;
    const server = this.#rings[tier]!.serverOf(object, this.#none, first, 0, this.#out, alive);
    return server < 0 ? -1 : first + server;
  }

  save(): PlacesState {
    return {
      loads: this.#loads.slice(), totals: this.#totals.slice(), since: this.#since.slice(),
      out: this.#out.slice(),
    };
  }

  restore(state: PlacesState): void {
    this.#loads.set(state.loads);
    this.#totals.set(state.totals);
    this.#since.set(state.since);
    state.out.forEach((out, node) => this.setOut(node, out === 1));
  }
}
