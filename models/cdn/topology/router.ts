import type { Topology } from './topology.ts';
import { NOWHERE } from './topology.ts';

/** Copied state of a router. */
export interface RouterState {
  readonly down: Uint8Array;
  readonly full: Uint8Array;
}

/**
 * Sends viewers to edges by latency, load and health, as far as it knows of them: to the nearest that is up
 * and not full, else to the nearest that is up. Without a geography all edges are equally near, and a
 * number drawn for the viewer says which comes first.
 */
export class Router {
  readonly #topology: Topology;
  readonly #edges: number;
  readonly #acrossRegions: boolean;
  readonly #down: Uint8Array;
  readonly #full: Uint8Array;
  /** Edges by city and provider, the nearest first; made when first asked for. */
  readonly #near: (Int32Array | undefined)[] = [];

  constructor(topology: Topology, edgesPerProvider: number, acrossRegions: boolean) {
    this.#topology = topology;
    this.#edges = edgesPerProvider;
    this.#acrossRegions = acrossRegions;
    this.#down = new Uint8Array(topology.edges);
    this.#full = new Uint8Array(topology.edges);
  }

  /** What health checks have found of an edge. */
  setHealth(edge: number, up: boolean): void {
    this.#down[edge] = up ? 0 : 1;
  }

  /** What an edge says of its load. */
  setFull(edge: number, full: boolean): void {
    this.#full[edge] = full ? 1 : 0;
  }

  /** True while the router takes an edge for down. */
  isDown(edge: number): boolean {
    return this.#down[edge] === 1;
  }

  /**
   * The edge of a viewer, -1 when none is up. `drawn` is the viewer's number among the provider's edges,
   * used where no edge is nearer than another.
   */
  edgeFor(city: number, provider: number, drawn: number): number {
    const near = this.#topology.cityOf[0] === NOWHERE ? undefined : this.#nearTo(city, provider);
    const first = provider * this.#edges;
    const count = near?.length ?? this.#edges;
    let fallback = -1;
    for (let i = 0; i < count; i++) {
      const edge = near === undefined ? first + ((drawn + i) % this.#edges) : near[i]!;
      if (this.#down[edge] === 1) continue;
      if (this.#full[edge] === 0) return edge;
      if (fallback < 0) fallback = edge;
    }
    return fallback;
  }

  /** A copy of the state. */
  save(): RouterState {
    return { down: this.#down.slice(), full: this.#full.slice() };
  }

  /** Puts a saved state back. */
  restore(state: RouterState): void {
    this.#down.set(state.down);
    this.#full.set(state.full);
  }

  #nearTo(city: number, provider: number): Int32Array {
    const key = city * Math.max(1, this.#topology.edges / this.#edges) + provider;
    return (this.#near[key] ??= this.#topology.edgesFor(city, provider, this.#acrossRegions));
  }
}
