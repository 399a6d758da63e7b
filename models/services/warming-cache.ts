import type { Us } from '../core/units.ts';

/** Copied state of a cache that fills. */
export interface WarmingCacheState {
  readonly hits: number;
  readonly warmUs: Us;
  readonly from: Us;
}

/** A cache known by the share of queries it answers: from empty that grows with a time constant. */
export class WarmingCache {
  #hits: number;
  #warmUs: Us;
  /** When it was empty last; -Infinity for one that is full. */
  #from: Us = -Infinity;

  /** `hits`: once it is full, as it is to begin with. */
  constructor(hits: number, warmUs: Us) {
    this.#hits = hits;
    this.#warmUs = warmUs;
  }

  /** It loses what it holds. */
  flush(now: Us): void {
    this.#from = now;
  }

  /** Another one takes its place, empty at first. */
  replace(now: Us, hits: number, warmUs: Us): void {
    this.#hits = hits;
    this.#warmUs = warmUs;
    this.#from = now;
  }

  /** Share of queries that it answers now. */
  hits(now: Us): number {
    if (this.#from === -Infinity || this.#warmUs === 0) return this.#hits;
    return this.#hits * (1 - Math.exp(-(now - this.#from) / this.#warmUs));
  }

  save(): WarmingCacheState {
    return { hits: this.#hits, warmUs: this.#warmUs, from: this.#from };
  }

  restore({ hits, warmUs, from }: WarmingCacheState): void {
    this.#hits = hits;
    this.#warmUs = warmUs;
    this.#from = from;
  }
}
