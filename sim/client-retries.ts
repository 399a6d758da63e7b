import type { RandomStream, RandomStreams } from '../models/core/rng.ts';
import type { Us } from '../models/core/units.ts';

/** Clients that ask again at once, from one moment to another. */
export interface RetryStorm {
  readonly from: Us;
  readonly until: Us;
  readonly retries: number;
  /** [us] */
  readonly every: Us;
  /** Share of viewers whose clients do so. */
  readonly share: number;
}

/**
 * What clients do under the player when a request fails: usually nothing, the player hears of it; in a retry
 * storm they ask again, some times, before it does.
 */
export class ClientRetries {
  readonly #streams: RandomStreams;
  #draws: RandomStream | undefined;
  readonly #storms: RetryStorm[] = [];
  /** Attempts made for the request a slot waits for, and the number its viewer drew. */
  readonly #made = new Map<number, number>();
  readonly #drawn = new Map<number, number>();

  constructor(streams: RandomStreams) {
    this.#streams = streams;
  }

  /** A storm begins. */
  add(storm: RetryStorm): void {
    this.#storms.push(storm);
  }

  /** A viewer comes into the slot. */
  joined(slot: number): void {
    if (this.#storms.length === 0) return;
    this.#made.delete(slot);
    this.#drawn.delete(slot);
  }

  /** The slot's request was answered, given up, or its player hears of its failure. */
  settled(slot: number): void {
    if (this.#made.size > 0) this.#made.delete(slot);
  }

  /** The slot's request failed now: when it is sent again; undefined: the player is to hear of it. [us] */
  again(now: Us, slot: number): Us | undefined {
    const storm = this.#storms.find(({ from, until }) => now >= from && now < until);
    if (storm === undefined || this.#draw(slot) >= storm.share) return undefined;
    const made = this.#made.get(slot) ?? 0;
    if (made >= storm.retries) return undefined;
    this.#made.set(slot, made + 1);
    return now + storm.every;
  }

  save() {
    return { storms: [...this.#storms], made: [...this.#made], drawn: [...this.#drawn] };
  }

  restore({ storms, made, drawn }: ReturnType<ClientRetries['save']>): void {
    this.#storms.splice(0, Infinity, ...storms);
    this.#made.clear();
    for (const [slot, attempts] of made) this.#made.set(slot, attempts);
    this.#drawn.clear();
    for (const [slot, number] of drawn) this.#drawn.set(slot, number);
  }

  /** A viewer's client is one of those or not, for as long as they watch. */
  #draw(slot: number): number {
    const known = this.#drawn.get(slot);
    if (known !== undefined) return known;
    this.#draws ??= this.#streams.stream('faults/clients');
    const number = this.#draws.uniform();
    this.#drawn.set(slot, number);
    return number;
  }
}
