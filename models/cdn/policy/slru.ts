import { assert } from '../../core/assert.ts';
import type { Bytes } from '../../core/units.ts';
import { BoundedPolicy } from './bounded.ts';
import type { PolicyLayout } from './policy.ts';
import { Segments } from './segments.ts';
import type { PolicyPart } from './state.ts';

/** Parameters of segmented LRU; the default is libCacheSim's. */
export const SLRU_DEFAULTS = {
  /** Segments of equal size. */
  segments: 4,
};

/**
 * Segmented LRU: an object has to be used to rise above those that were not; the lowest segment's oldest
 * is dropped first.
 */
export class SlruPolicy extends BoundedPolicy {
  readonly name = 'slru';
  readonly #segments: Segments;
  /** Whether the last hit made anything sink to the lowest segment. */
  #sank = false;

  constructor(capacity: Bytes, parameters: Partial<typeof SLRU_DEFAULTS> = {}, layout?: PolicyLayout) {
    super(capacity, layout);
    const { segments } = { ...SLRU_DEFAULTS, ...parameters };
    assert(Number.isSafeInteger(segments) && segments >= 1, 'segments are counted', { segments });
    const limit = capacity < segments ? capacity / segments : Math.floor(capacity / segments);
    const limits = Array.from({ length: segments }, () => limit);
    this.#segments = new Segments(limits, (slot) => this.sizeAt(slot), this.room);
  }

  override touch(object: number, onEvict?: (object: number) => void): void {
    super.touch(object);
    if (onEvict === undefined || !this.#sank) return;
    while (this.#segments.overflows) {
      const { victim } = this.#segments;
      this.#segments.remove(victim);
      onEvict(this.dropped(victim));
    }
  }

  /** An object has to fit into one segment. */
  protected override accepts(bytes: Bytes): boolean {
    return bytes <= this.#segments.limits[0]!;
  }

  protected override parts(): readonly PolicyPart[] {
    return [this.#segments];
  }

  protected override hit(object: number): void {
    this.#sank = this.#segments.lift(object);
  }

  protected override stored(object: number, bytes: Bytes): void {
    this.#segments.add(object, bytes);
  }

  protected override takeVictim(): number {
    const { victim } = this.#segments;
    this.#segments.remove(victim);
    return victim;
  }

  protected override purged(object: number): void {
    this.#segments.remove(object);
  }
}
