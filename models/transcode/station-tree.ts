import { assert } from '../core/assert.ts';

/** What a session needs of a station, or what a station has left. */
export interface Room {
  /** Engines, at the speed that sessions are to keep. */
  readonly load: number;
  readonly memory: number;
  readonly sessions: number;
}

/**
 * Stations with the room they have left, in a tree whose inner nodes hold the most of each resource below
 * them: a branch without enough of one of them is not looked into. First fit and most room each take about
 * the logarithm of the number of stations; since the maxima of a branch may be of different stations, a
 * search may have to come back from one, which no more than a few mixed sizes of sessions make it do.
 */
export class StationTree {
  #leaves: number;
  /** Room left by node, 1 at the root; a leaf that is out of use has none. */
  #load: Float64Array;
  #memory: Float64Array;
  #sessions: Float64Array;

  constructor(stations: number) {
    this.#leaves = 2 ** Math.ceil(Math.log2(Math.max(2, stations)));
    this.#load = new Float64Array(2 * this.#leaves).fill(NONE);
    this.#memory = new Float64Array(2 * this.#leaves).fill(NONE);
    this.#sessions = new Float64Array(2 * this.#leaves).fill(NONE);
  }

  /** Sets the room of a station; the tree grows to hold it. */
  set(station: number, load: number, memory: number, sessions: number): void {
    while (station >= this.#leaves) this.#grow();
    let node = station + this.#leaves;
    this.#load[node] = load;
    this.#memory[node] = memory;
    this.#sessions[node] = sessions;
    for (node >>= 1; node >= 1; node >>= 1) {
      const changed = this.#lift(node);
      if (!changed) return;
    }
  }

  /** Takes a station out of use. */
  remove(station: number): void {
    if (station < this.#leaves) this.set(station, NONE, NONE, NONE);
  }

  /** The first station with this much room, or -1. */
  first(load: number, memory: number, sessions: number): number {
    return this.#search(1, load, memory, sessions, false);
  }

  /** The station with the most load left among those with this much room, or -1. */
  emptiest(load: number, memory: number, sessions: number): number {
    return this.#search(1, load, memory, sessions, true);
  }

  #search(node: number, load: number, memory: number, sessions: number, byLoad: boolean): number {
    const enough = this.#load[node]! >= load - SLACK && this.#memory[node]! >= memory
      && this.#sessions[node]! >= sessions;
    if (!enough) return -1;
    if (node >= this.#leaves) return node - this.#leaves;
    const left = 2 * node;
    const rightFirst = byLoad && this.#load[left + 1]! > this.#load[left]!;
    const found = this.#search(rightFirst ? left + 1 : left, load, memory, sessions, byLoad);
    if (found >= 0) return found;
    return this.#search(rightFirst ? left : left + 1, load, memory, sessions, byLoad);
  }

  /** Makes a node the most of its children; false when it was that already. */
  #lift(node: number): boolean {
    const [left, right] = [2 * node, 2 * node + 1];
    const load = Math.max(this.#load[left]!, this.#load[right]!);
    const memory = Math.max(this.#memory[left]!, this.#memory[right]!);
    const sessions = Math.max(this.#sessions[left]!, this.#sessions[right]!);
    const same = load === this.#load[node] && memory === this.#memory[node]
      && sessions === this.#sessions[node];
    if (same) return false;
    this.#load[node] = load;
    this.#memory[node] = memory;
    this.#sessions[node] = sessions;
    return true;
  }

  #grow(): void {
    assert(this.#leaves < 2 ** 26, 'stations can be counted', { leaves: this.#leaves });
    const before = [this.#load, this.#memory, this.#sessions].map((one) => one.slice(this.#leaves));
    this.#leaves *= 2;
    const [load, memory, sessions] = before.map((leaves) => {
      const grown = new Float64Array(2 * this.#leaves).fill(NONE);
      grown.set(leaves, this.#leaves);
      return grown;
    });
    this.#load = load!;
    this.#memory = memory!;
    this.#sessions = sessions!;
    for (let node = this.#leaves - 1; node >= 1; node--) this.#lift(node);
  }
}

/** Room of what is not there. */
const NONE = -1;
/** Loads are fractions of engines: their sums are not exact. */
const SLACK = 1e-9;
