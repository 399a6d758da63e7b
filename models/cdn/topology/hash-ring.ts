import { assert } from '../../core/assert.ts';

/** Points of each server on the ring: their arcs then differ by some 10 %, as ketama's do. */
const POINTS = 160;

/**
 * Consistent hashing with bounded loads (Mirrokni, Thorup and Zadimoghaddam, SODA 2018): a key belongs to
 * the first server clockwise of its hash that may take more, and no server takes more than `1 + epsilon`
 * times the mean, rounded up. A server that goes takes only its own keys along. Loads are counted by the
 * caller.
 */
export class HashRing {
  readonly servers: number;
  readonly #epsilon: number;
  readonly #hashes: Uint32Array;
  readonly #owners: Int32Array;

  /** `epsilon`: how far above the mean a server may be loaded; Infinity for plain consistent hashing. */
  constructor(servers: number, epsilon: number) {
    assert(servers >= 1 && epsilon > 0, 'a ring has servers and room', { servers, epsilon });
    this.servers = servers;
    this.#epsilon = epsilon;
    const points = Array.from({ length: servers * POINTS }, (_, i) => {
      const owner = Math.floor(i / POINTS);
      return { hash: mix(Math.imul(i + 1, 0x9e3779b1)), owner };
    }).sort((a, b) => a.hash - b.hash || a.owner - b.owner);
    this.#hashes = Uint32Array.from(points, (point) => point.hash);
    this.#owners = Int32Array.from(points, (point) => point.owner);
  }

  /**
   * The server of a key; -1 when all are out. `loads` has what each of the servers carries, from index
   * `base` on, and `total` is its sum: the key is counted as one more. `out` has 1 for those that are taken
   * out, from `base` on as well, and `alive` are left.
   */
  serverOf(
    key: number, loads: Float64Array, base: number, total: number, out: Uint8Array, alive: number,
  ): number {
    if (alive === 0) return -1;
    const most = this.#epsilon === Infinity ? Infinity
      : Math.ceil(((1 + this.#epsilon) * (total + 1)) / alive);
    const length = this.#hashes.length;
    let at = this.#firstAfter(mix(key));
    for (let step = 0; step < length; step++) {
      const server = this.#owners[at]!;
      if (out[base + server] === 0 && loads[base + server]! + 1 <= most) return server;
      at = at + 1 === length ? 0 : at + 1;
    }
    assert(false, 'a server has room: the bound is above the mean', { total });
    return -1;
  }

  #firstAfter(hash: number): number {
    const hashes = this.#hashes;
    let low = 0;
    let high = hashes.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (hashes[middle]! < hash) low = middle + 1;
      else high = middle;
    }
    return low === hashes.length ? 0 : low;
  }
}

/** A 32-bit hash (MurmurHash3's avalanche). */
function mix(value: number): number {
  let h = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
