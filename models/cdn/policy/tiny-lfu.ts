import { assert } from '../../core/assert.ts';
import type { Bytes } from '../../core/units.ts';
import type { AdmissionFilter } from './admission.ts';
import { CountMinSketch } from './count-min.ts';
import type { EvictionPolicy } from './policy.ts';
import type { StateReader, StateWriter } from './state.ts';

/** Policies that TinyLFU can stand before: they can say who would go next, and admit all by themselves. */
export const TINY_LFU_POLICIES: readonly string[] = ['lru', 'fifo', 'lfu', 'gdsf'];
/** Requests for each object held after which counts are halved: W / C of Einziger et al., section 4. */
export const TINY_LFU_SAMPLE = 10;

/** Counters in a row of the sketch at first, and for each object held later on. */
const FIRST_COUNTERS = 1024;
const COUNTERS = 4;

/**
 * TinyLFU (Einziger, Friedman and Manes 2017): where something would have to go for it, an object comes in
 * only if it was asked for more often of late than the first that would go. Requests are counted in a
 * count-min sketch, hits and misses alike, and counts are halved every `sample` requests for each object
 * held, so that what is over is forgotten. Sizes do not count in the comparison.
 */
export class TinyLfuAdmission implements AdmissionFilter {
  readonly name = 'tiny-lfu';
  readonly #sample: number;
  readonly #seen = new CountMinSketch(FIRST_COUNTERS);
  /** Requests counted since counts were last halved. */
  #counted = 0;

  constructor(sample: number = TINY_LFU_SAMPLE) {
    assert(sample > 0, 'counts are halved after some requests', { sample });
    this.#sample = sample;
  }

  used(object: number): void {
    this.#seen.add(object);
    this.#counted++;
  }

  admits(object: number, bytes: Bytes, policy: EvictionPolicy): boolean {
    assert(policy.victim !== undefined, 'TinyLFU knows who would go', { policy: policy.name });
    const { count } = policy;
    if (this.#seen.width < COUNTERS * count) this.#seen.widen(COUNTERS * count);
    this.used(object);
    if (count > 0 && this.#counted >= this.#sample * count) {
      this.#counted = 0;
      this.#seen.halve();
    }
    if (policy.used + bytes <= policy.capacity) return true;
    const victim = policy.victim();
    return victim < 0 || this.#seen.estimate(object) > this.#seen.estimate(victim);
  }

  save(to: StateWriter): void {
    to.number(this.#counted);
    this.#seen.save(to);
  }

  restore(from: StateReader): void {
    this.#counted = from.number();
    this.#seen.restore(from);
  }
}
