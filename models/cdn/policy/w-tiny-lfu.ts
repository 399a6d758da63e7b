import { assert } from '../../core/assert.ts';
import type { Bytes } from '../../core/units.ts';
import { BoundedPolicy } from './bounded.ts';
import { ByteColumn } from './columns.ts';
import { CountMinSketch } from './count-min.ts';
import { Links, SizedList } from './linked-list.ts';
import type { PolicyLayout } from './policy.ts';
import { Segments } from './segments.ts';
import type { PolicyPart, StateReader, StateWriter } from './state.ts';

/** Parameters of W-TinyLFU; the defaults are libCacheSim's. */
export const W_TINY_LFU_DEFAULTS = {
  /** Share of the capacity for new objects. */
  windowShare: 0.01,
  /** Share of the main part for objects that were used in it; the rest is on probation. */
  protectedShare: 0.8,
  /** Uses of the main part after which counts are halved, for each object that it can hold. */
  sample: 32,
};

/** Counters in a row of the sketch at first. */
const FIRST_COUNTERS = 1024;
/** Counters of the sketch for each object that the cache can hold. */
const COUNTERS = 4;
const WINDOW = 0;
const MAIN = 1;

/**
 * W-TinyLFU (Einziger, Friedman and Manes 2017): new objects come into a small LRU window; what leaves it
 * comes into the main part, a segmented LRU, only if it was seen more often than what would have to go for
 * it.
 */
export class WTinyLfuPolicy extends BoundedPolicy {
  readonly name = 'wtinylfu';
  readonly #links: Links;
  readonly #window: SizedList;
  readonly #main: Segments;
  readonly #where: ByteColumn;
  readonly #seen: CountMinSketch;
  readonly #windowLimit: Bytes;
  readonly #mainLimit: Bytes;
  readonly #sample: number;
  /** Uses of the main part since counts were last halved. */
  #uses = 0;

  constructor(capacity: Bytes, parameters: Partial<typeof W_TINY_LFU_DEFAULTS> = {}, layout?: PolicyLayout) {
    super(capacity, layout);
    const { windowShare, protectedShare, sample } = { ...W_TINY_LFU_DEFAULTS, ...parameters };
    assert(windowShare > 0 && windowShare < 1 && protectedShare > 0 && protectedShare < 1 && sample > 0,
      'shares are between 0 and 1', { windowShare, protectedShare, sample });
    this.#windowLimit = Math.max(1, Math.floor(capacity * windowShare));
    this.#mainLimit = capacity - this.#windowLimit;
    this.#sample = sample;
    // 1 - 0.8 is a little less than 0.2.
    const probation = Math.floor(this.#mainLimit * (1 - protectedShare) + 1e-9);
    this.#links = new Links(this.room);
    this.#window = new SizedList(this.#links);
    const limits = [probation, this.#mainLimit - probation];
    this.#main = new Segments(limits, (object) => this.sizeAt(object), this.room);
    this.#where = new ByteColumn(this.room);
    this.#seen = new CountMinSketch(FIRST_COUNTERS);
  }

  /** An object has to fit into the window and into the part on probation. */
  protected override accepts(bytes: Bytes): boolean {
    return bytes <= this.#windowLimit && bytes <= this.#main.limits[0]!;
  }

  protected override parts(): readonly PolicyPart[] {
    return [this.#links, this.#window, this.#main, this.#where, this.#seen];
  }

  protected override hit(object: number): void {
    if (this.#where.values[object] === WINDOW) {
      this.#window.renew(object);
      return;
    }
    this.#main.lift(object);
    this.#seen.add(this.objectAt(object));
    // What the main part can hold, at the mean size of what is held.
    const objects = (this.#mainLimit * this.count) / this.used;
    if (++this.#uses >= this.#sample * objects) {
      this.#uses = 0;
      this.#seen.halve();
    }
  }

  protected override stored(object: number, bytes: Bytes): void {
    this.#where.values[object] = WINDOW;
    this.#window.push(object, bytes);
    if (this.#seen.width < COUNTERS * this.count) this.#seen.widen(COUNTERS * this.count);
    this.#seen.add(this.objectAt(object));
  }

  protected override takeVictim(): number {
    while (!this.#window.isEmpty) {
      const candidate = this.#window.oldest;
      const bytes = this.sizeAt(candidate);
      const fits = this.#main.bytes + bytes <= this.#mainLimit;
      const victim = fits ? candidate : this.#main.victim;
      const enters = fits || this.#seen.estimate(this.objectAt(candidate))
        > this.#seen.estimate(this.objectAt(victim));
      this.#window.remove(candidate, bytes);
      this.#seen.add(this.objectAt(candidate));
      if (!enters) return candidate;
      if (!fits) this.#main.remove(victim);
      this.#where.values[candidate] = MAIN;
      this.#main.add(candidate, bytes);
      if (!fits) return victim;
    }
    const { victim } = this.#main;
    this.#main.remove(victim);
    return victim;
  }

  protected override purged(object: number): void {
    if (this.#where.values[object] === MAIN) this.#main.remove(object);
    else this.#window.remove(object, this.sizeAt(object));
  }

  protected override saveOwn(to: StateWriter): void {
    to.number(this.#uses);
  }

  protected override restoreOwn(from: StateReader): void {
    this.#uses = from.number();
  }
}
