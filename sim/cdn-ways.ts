import type { Places } from '../models/cdn/topology/places.ts';
import { ORIGIN, type Topology } from '../models/cdn/topology/topology.ts';
import type { Us } from '../models/core/units.ts';

/** Copied state of who asks whom. */
export interface CdnWaysState {
  readonly down: Uint8Array;
  readonly avoided: Uint8Array;
  readonly shieldOn: boolean;
  readonly serversDown: Uint8Array;
}

/** Whom a place asks as things stand: which are down, which are known to be, whether the shield is on. */
export class CdnWays {
  readonly #topology: Topology;
  readonly #places: Places;
  readonly #down: Uint8Array;
  readonly #avoided: Uint8Array;
  #shieldOn = true;
  readonly #serversDown: Uint8Array;

  constructor(topology: Topology, places: Places) {
    this.#topology = topology;
    this.#places = places;
    this.#down = new Uint8Array(topology.pops);
    this.#avoided = new Uint8Array(topology.pops);
    this.#serversDown = new Uint8Array(places.nodes);
  }

  /** True while a place answers nobody. */
  isDown(pop: number): boolean {
    return this.#down[pop] === 1;
  }

  /** True while a server answers nobody, by itself or with its place. */
  isServerDown(node: number): boolean {
    return this.#serversDown[node] === 1 || this.#down[this.#places.popOf[node]!] === 1;
  }

  setServerDown(node: number, down: boolean): void {
    this.#serversDown[node] = down ? 1 : 0;
  }

  setDown(pop: number, down: boolean): void {
    this.#down[pop] = down ? 1 : 0;
  }

  /** Others have found out that a place is down, or back. */
  setAvoided(pop: number, avoided: boolean): void {
    this.#avoided[pop] = avoided ? 1 : 0;
  }

  /** Regionals ask the shield, or the origin directly. */
  setShield(on: boolean): void {
    this.#shieldOn = on;
  }

  /**
   * Whom a place asks now: its parent, another one of the tier when that is known to be down, or the
   * origin.
   */
  parentOf(pop: number): number {
    const topology = this.#topology;
    const parent = (this.#shieldOn ? topology.parentOf : topology.parentWithoutShield)[pop]!;
    if (parent === ORIGIN || this.#avoided[parent] === 0) return parent;
    const tier = this.#places.tierOf[parent]!;
    let best = ORIGIN;
    let least = Infinity;
    for (let other = 0; other < topology.pops; other++) {
      if (this.#places.tierOf[other] !== tier || this.#avoided[other] === 1) continue;
      if (topology.providerOf[other] !== topology.providerOf[pop]) continue;
      const rtt = topology.between(pop, other);
      if (rtt >= least) continue;
      least = rtt;
      best = other;
    }
    return best;
  }

  /** Round-trip time from a place to whom it asks. */
  rtt(pop: number, parent: number): Us {
    const topology = this.#topology;
    if (parent === ORIGIN) return topology.rttOrigin[pop]!;
    return parent === topology.parentOf[pop] ? topology.rttUp[pop]! : topology.between(pop, parent);
  }

  save(): CdnWaysState {
    return {
      down: this.#down.slice(), avoided: this.#avoided.slice(), shieldOn: this.#shieldOn,
      serversDown: this.#serversDown.slice(),
    };
  }

  restore(state: CdnWaysState): void {
    this.#down.set(state.down);
    this.#avoided.set(state.avoided);
    this.#shieldOn = state.shieldOn;
    this.#serversDown.set(state.serversDown);
  }
}
