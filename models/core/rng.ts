import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';
import { assert } from './assert.ts';
import { naturalLog } from './natural-log.ts';

/** The generator's whole state: four 32-bit words, copied by save and restore. */
export type StreamState = readonly [number, number, number, number];

interface Generator {
  next(): number;
  getState(): readonly number[];
}

/**
 * One named stream of random numbers. Every use of randomness owns one, so that adding a stream
 * shifts no other and two configurations can be compared on common random numbers.
 */
export class RandomStream {
  #generator: Generator;

  constructor(state: StreamState) {
    this.#generator = xoroshiro128plusFromState([...state]);
  }

  /** A double uniform on [0, 1) with 53 random bits. */
  uniform(): number {
    // The lowest bits of xoroshiro128+ are its weakest: both halves are taken from the top.
    const high = this.#generator.next() >>> 5;
    const low = this.#generator.next() >>> 6;
    return (high * 67_108_864 + low) * 1.1102230246251565e-16;
  }

  /** A double uniform on (0, 1]: safe to take the logarithm of. */
  uniformPositive(): number {
    return 1 - this.uniform();
  }

  /** An integer uniform on [0, bound). */
  integer(bound: number): number {
    assert(Number.isSafeInteger(bound) && bound > 0, 'integer bound must be a positive integer', { bound });
    return Math.floor(this.uniform() * bound);
  }

  /** An exponential variate with the given mean, by inversion. */
  exponential(mean: number): number {
    return -mean * naturalLog(this.uniformPositive());
  }

  /**
   * A standard normal variate by Marsaglia's polar method; no spare is kept, so the stream has no hidden
   * state.
   */
  normal(): number {
    for (;;) {
      const u = 2 * this.uniform() - 1;
      const v = 2 * this.uniform() - 1;
      const s = u * u + v * v;
      if (s > 0 && s < 1) return u * Math.sqrt((-2 * Math.log(s)) / s);
    }
  }

  save(): StreamState {
    const [a, b, c, d] = this.#generator.getState();
    return [a!, b!, c!, d!];
  }

  restore(state: StreamState): void {
    this.#generator = xoroshiro128plusFromState([...state]);
  }
}

/** Hands out named streams derived from (run seed, replication, name). */
export class RandomStreams {
  readonly seed: number;
  readonly replication: number;
  readonly #streams = new Map<string, RandomStream>();

  constructor(seed: number, replication: number) {
    assert(Number.isSafeInteger(seed) && seed >= 0, 'seed must be a non-negative integer', { seed });
    this.seed = seed;
    this.replication = replication;
  }

  /** The stream of this name; the same object each time it is asked for. */
  stream(name: string): RandomStream {
    let stream = this.#streams.get(name);
    if (stream === undefined) {
      stream = new RandomStream(deriveState(this.seed, this.replication, name));
      this.#streams.set(name, stream);
    }
    return stream;
  }

  /** States of all streams handed out so far, by name in the order of their creation. */
  save(): ReadonlyArray<readonly [string, StreamState]> {
    return [...this.#streams].map(([name, stream]) => [name, stream.save()] as const);
  }

  /** Puts saved states back; a stream that was handed out since the save starts over. */
  restore(saved: ReadonlyArray<readonly [string, StreamState]>): void {
    const { seed, replication } = this;
    for (const [name, stream] of this.#streams) stream.restore(deriveState(seed, replication, name));
    for (const [name, state] of saved) this.stream(name).restore(state);
  }
}

/**
 * 128 bits of generator state from (seed, replication, name): four FNV-1a lanes over the bytes,
 * each with its own offset, finished by MurmurHash3's avalanche. Version 1 of the derivation:
 * a change moves every result, so it must be recorded in the manifest (STREAM_DERIVATION).
 */
export function deriveState(seed: number, replication: number, name: string): StreamState {
  const words = [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344]; // digits of pi, as in Blowfish
  const text = `${seed}/${replication}/${name}`;
  for (let lane = 0; lane < 4; lane++) {
    let hash = words[lane]!;
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
    words[lane] = avalanche(hash ^ Math.imul(lane + 1, 0x9e3779b9));
  }
  // An all-zero state is a fixed point of the generator.
  if ((words[0]! | words[1]! | words[2]! | words[3]!) === 0) words[0] = 1;
  return [words[0]! | 0, words[1]! | 0, words[2]! | 0, words[3]! | 0];
}

/** Version of the stream derivation, part of every manifest. */
export const STREAM_DERIVATION = 1;

function avalanche(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
