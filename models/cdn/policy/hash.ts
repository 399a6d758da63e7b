/** Odd multipliers: the golden ratio, then sqrt(2), sqrt(3) and sqrt(5) in binary. */
const MULTIPLIERS = [0x9e3779b1, 0xb504f333, 0xbb67ae85, 0x8f1bbcdd];

/** A hash of an object's name, from 0 to 2^32 - 1; each of the four rows is another function. */
export function hashObject(object: number, row: number): number {
  let hash = Math.imul(object + 1, MULTIPLIERS[row & 3]!);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}
