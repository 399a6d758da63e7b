import { assert } from '../../models/core/assert.ts';
import type { Us } from '../../models/core/units.ts';

/** What a time-weighted statistic holds, as plain data. */
export interface TimeWeightedState {
  readonly level: number;
  readonly sinceUs: Us;
  readonly area: number;
  readonly areaOfSquares: number;
  readonly spanUs: Us;
  readonly min: number;
  readonly max: number;
}

/**
 * Mean and variance over time of a level that steps: a queue length, servers busy, viewers watching. Areas
 * of whole levels over whole microseconds are exact up to 2^53, so that merging gives the same bytes in any
 * order.
 */
export class TimeWeighted {
  #level: number;
  #sinceUs: Us;
  #area = 0;
  #areaOfSquares = 0;
  #spanUs: Us = 0;
  #min: number;
  #max: number;

  constructor(now: Us, level = 0) {
    this.#level = level;
    this.#sinceUs = now;
    this.#min = level;
    this.#max = level;
  }

  /** The level as it stands. */
  get level(): number {
    return this.#level;
  }

  /** Lowest level since the beginning or the last reset. */
  get min(): number {
    return this.#min;
  }

  /** Highest level since the beginning or the last reset. */
  get max(): number {
    return this.#max;
  }

  /** The level is `level` from `now` on. */
  set(now: Us, level: number): void {
    assert(Number.isFinite(level), 'a level is finite', { level });
    this.#pass(now);
    this.#level = level;
    if (level < this.#min) this.#min = level;
    if (level > this.#max) this.#max = level;
  }

  /** The level rises by `change` at `now`, or falls. */
  add(now: Us, change: number): void {
    this.set(now, this.#level + change);
  }

  /** Mean over the time since the beginning or the last reset; the level itself while no time has passed. */
  mean(now: Us): number {
    this.#pass(now);
    return this.#spanUs === 0 ? this.#level : this.#area / this.#spanUs;
  }

  /** Variance over time; 0 while no time has passed. */
  variance(now: Us): number {
    const mean = this.mean(now);
    return this.#spanUs === 0 ? 0 : Math.max(0, this.#areaOfSquares / this.#spanUs - mean * mean);
  }

  /** Ends the warm-up: the past is forgotten, the level stays, as what is in a queue is still in it. */
  reset(now: Us): void {
    assert(now >= this.#sinceUs, 'time runs forward', { now, sinceUs: this.#sinceUs });
    this.#sinceUs = now;
    this.#area = 0;
    this.#areaOfSquares = 0;
    this.#spanUs = 0;
    this.#min = this.#level;
    this.#max = this.#level;
  }

  /**
   * Adds the time that another statistic has watched up to its last change or reading; the level here
   * stays.
   */
  merge(other: TimeWeighted): void {
    this.#area += other.#area;
    this.#areaOfSquares += other.#areaOfSquares;
    this.#spanUs += other.#spanUs;
    this.#min = Math.min(this.#min, other.#min);
    this.#max = Math.max(this.#max, other.#max);
  }

  save(): TimeWeightedState {
    return {
      level: this.#level, sinceUs: this.#sinceUs, area: this.#area, areaOfSquares: this.#areaOfSquares,
      spanUs: this.#spanUs, min: this.#min, max: this.#max,
    };
  }

  restore(state: TimeWeightedState): void {
    this.#level = state.level;
    this.#sinceUs = state.sinceUs;
    this.#area = state.area;
    this.#areaOfSquares = state.areaOfSquares;
    this.#spanUs = state.spanUs;
    this.#min = state.min;
    this.#max = state.max;
  }

  #pass(now: Us): void {
    const passedUs = now - this.#sinceUs;
    assert(passedUs >= 0, 'time runs forward', { now, sinceUs: this.#sinceUs });
    this.#area += this.#level * passedUs;
    this.#areaOfSquares += this.#level * this.#level * passedUs;
    this.#spanUs += passedUs;
    this.#sinceUs = now;
  }
}
