import type { Places } from '../models/cdn/topology/places.ts';
import { ORIGIN, type Topology } from '../models/cdn/topology/topology.ts';
import type { Us } from '../models/core/units.ts';
import type { CdnVerdicts } from './cdn-port-faults.ts';

/** Copied state of who asks whom. */
export interface CdnWaysState {
  readonly down: Uint8Array;
  readonly avoided: Uint8Array;
  readonly shieldOn: boolean;
  readonly serversDown: Uint8Array;
}

/**
 * Whom a place asks as things stand, and how far that is: which are down, which are known to be, whether the
 * shield is on.
 */
export class CdnWays {
  readonly #topology: Topology;
  readonly #places: Places;
  readonly #verdicts: CdnVerdicts;
  /** Places that are down, and those that are known to be. */
  readonly #down: Uint8Array;
  readonly #avoided: Uint8Array;
  #shieldOn = true;
  readonly #serversDown: Uint8Array;

  constructor(topology: Topology, places: Places, verdicts: CdnVerdicts) {
    this.#topology = topology;
    this.#places = places;
    this.#verdicts = verdicts;
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

  /** A place goes down, or comes back with what it held. */
  setDown(pop: number, down: boolean): void {
    this.#down[pop] = down ? 1 : 0;
  }

  /** Others have found out that a place is down, or back. */
  setAvoided(pop: number, avoided: boolean): void {
    this.#avoided[pop] = avoided ? 1 : 0;
  }

  /** Whether regionals ask the shield. */
  get shieldOn(): boolean {
    return this.#shieldOn;
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

  /** Round trip between a place and whom it asks, with what a fault adds to it. [us] */
  rtt(pop: number, parent: number): Us {
    const topology = this.#topology;
    const added = this.#verdicts.way(pop)?.latency ?? 0;
    if (parent === ORIGIN) return topology.rttOrigin[pop]! + added;
    const own = parent === topology.parentOf[pop] ? topology.rttUp[pop]! : topology.between(pop, parent);
    return own + added;
  }

  /** Whether a fault has cut a place from the one it asks. */
  isCut(pop: number, parent: number): boolean {
    return this.#verdicts.cut(this.#topology.regionOf[pop]!, this.#topology.regionOf[parent]!);
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
