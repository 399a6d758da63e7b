/**
 * A 64-bit running hash over a run's event history: integers only, so that engines and machines
 * that deliver the same events in the same order get the same digits.
 */
export class Fingerprint {
  #a = 0x6a09e667 | 0;
  #b = 0xbb67ae85 | 0;
  #count = 0;

  /** Adds one event: its time [us], its numeric code and the entity it concerned. */
  add(timeUs: number, code: number, entity: number): void {
    const low = timeUs | 0;
    const high = (timeUs / 4_294_967_296) | 0;
    let a = Math.imul(this.#a ^ low, 0x9e3779b1);
    a = ((a << 13) | (a >>> 19)) ^ code;
    // Entity and high word go in one after the other: XORed together, one could stand for the other.
    let b = Math.imul(this.#b ^ entity, 0x85ebca77);
    b = Math.imul(((b << 17) | (b >>> 15)) ^ high, 0xc2b2ae3d) + a;
    this.#a = Math.imul(a, 5) + b;
    this.#b = b ^ (a >>> 15);
    this.#count++;
  }

  get count(): number {
    return this.#count;
  }

  /** Sixteen hexadecimal digits over the history so far. */
  digest(): string {
    return hex(mix(this.#a ^ this.#count)) + hex(mix(this.#b + this.#count));
  }

  save(): readonly [number, number, number] {
    return [this.#a, this.#b, this.#count];
  }

  restore([a, b, count]: readonly [number, number, number]): void {
    this.#a = a;
    this.#b = b;
    this.#count = count;
  }
}

/** Joins digests in order into one of the same form: a run's fingerprint from its replications'. */
export function joinDigests(digests: readonly string[]): string {
  if (digests.length === 1) return digests[0]!;
  const joined = new Fingerprint();
  for (const digest of digests) {
    joined.add(parseInt(digest.slice(0, 8), 16), 1, parseInt(digest.slice(8), 16));
  }
  return joined.digest();
}

function mix(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0');
}
