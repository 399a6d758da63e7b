import type { Ladder } from './ladder.ts';

/**
 * BOLA's trade between the utility of a rung (the logarithm of its rate) and the buffer: at level Q it takes
 * the rung that makes (Vp (utility + gp) - Q) / rate greatest (Spiteri, Urgaonkar, Sitaraman, INFOCOM 2016).
 */
export class BolaCurve {
  /** Utility of each rung: the lowest rung has `firstUtility`. */
  readonly utilities: Float64Array;
  /** Weight of the buffer against utility, as a utility. */
  readonly gp: number;
  readonly #kbps: Float64Array;
  /** Level at which a rung is worth nothing any more. [ms] */
  readonly #worth: Float64Array;
  /** Lowest level at which a rung is preferred to all below it. [ms] */
  readonly #least: Float64Array;
  #vp = NaN;

  /** The level scale `vp` [ms a unit of utility] is set with `scale` before anything is asked. */
  constructor(ladder: Ladder, firstUtility: number, gp: number | ((highestUtility: number) => number)) {
    this.#kbps = ladder.kbps;
    const offset = firstUtility - Math.log(ladder.kbps[0]!);
    this.utilities = ladder.kbps.map((rate) => Math.log(rate) + offset);
    this.gp = typeof gp === 'number' ? gp : gp(this.utilities[ladder.rungs - 1]!);
    this.#worth = new Float64Array(ladder.rungs);
    this.#least = new Float64Array(ladder.rungs);
  }

  /** Utility of the highest rung. */
  get highestUtility(): number {
    return this.utilities[this.utilities.length - 1]!;
  }

  /** Sets Vp. [ms a unit of utility] */
  scale(vp: number): void {
    if (vp === this.#vp) return;
    this.#vp = vp;
    for (let rung = 0; rung < this.#worth.length; rung++) {
      this.#worth[rung] = vp * (this.utilities[rung]! + this.gp);
    }
    this.#least[0] = NaN;
  }

  /** The rung of the greatest score at a level [ms]; the lowest of equals. */
  best(levelMs: number): number {
    const [kbps, worth] = [this.#kbps, this.#worth];
    let best = 0;
    let bestScore = (worth[0]! - levelMs) / kbps[0]!;
    for (let rung = 1; rung < worth.length; rung++) {
      const score = (worth[rung]! - levelMs) / kbps[rung]!;
      if (score > bestScore) {
        best = rung;
        bestScore = score;
      }
    }
    return best;
  }

  /** Level above which BOLA would rather wait than fetch this rung. [ms] */
  worthUpTo(rung: number): number {
    return this.#worth[rung]!;
  }

  /** Lowest level at which the rung is preferred to all below it. [ms] */
  preferredFrom(rung: number): number {
    if (Number.isNaN(this.#least[0]!)) this.#fillLeast();
    return this.#least[rung]!;
  }

  /**
   * The lower rung with which a transfer should start afresh, or the rung itself: the score of fetching
   * `leftBits` at this rung against that of whole segments of lower rungs, each smaller than `leftBits`.
   */
  betterThan(rung: number, leftBits: number, sizeBits: number, levelMs: number, evenIfFull: boolean): number {
    const [kbps, worth] = [this.#kbps, this.#worth];
    let best = rung;
    let bestScore = (worth[rung]! - levelMs) / leftBits;
    if (bestScore < 0 && !evenIfFull) return rung;
    for (let lower = 0; lower < rung; lower++) {
      const otherBits = (sizeBits * kbps[lower]!) / kbps[rung]!;
      if (otherBits >= leftBits) break; // the rungs above are larger still
      const score = (worth[lower]! - levelMs) / otherBits;
      if (score > bestScore) {
        best = lower;
        bestScore = score;
      }
    }
    return best;
  }

  /**
   * Level below which `betterThan` prefers a lower rung, -Infinity if at none: it falls with `leftBits`, so
   * the level of now bounds those to come. [ms]
   */
  givesUpBelow(rung: number, leftBits: number, sizeBits: number): number {
    const [kbps, worth] = [this.#kbps, this.#worth];
    let level = -Infinity;
    for (let lower = 0; lower < rung; lower++) {
      const otherBits = (sizeBits * kbps[lower]!) / kbps[rung]!;
      if (otherBits >= leftBits) break;
      const crossing = (leftBits * worth[lower]! - otherBits * worth[rung]!) / (leftBits - otherBits);
      level = Math.max(level, crossing);
    }
    return level;
  }

  #fillLeast(): void {
    const [kbps, utilities] = [this.#kbps, this.utilities];
    for (let rung = 0; rung < kbps.length; rung++) {
      let least = 0;
      for (let lower = 0; lower < rung; lower++) {
        const [rate, utility] = [kbps[rung]!, utilities[rung]!];
        const [otherRate, otherUtility] = [kbps[lower]!, utilities[lower]!];
        const crossing = (rate * otherUtility - otherRate * utility) / (rate - otherRate);
        least = Math.max(least, this.#vp * (this.gp + crossing));
      }
      this.#least[rung] = least;
    }
  }
}
