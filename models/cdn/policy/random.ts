import { grownIntegers } from './columns.ts';
import type { Bytes } from '../../core/units.ts';
import type { RandomStream, StreamState } from '../../core/rng.ts';
import { BoundedPolicy } from './bounded.ts';
import type { PolicyLayout } from './policy.ts';
import type { PolicyPart, StateReader, StateWriter } from './state.ts';

/**
 * Random replacement: any object may be dropped, each as likely as the others. It hits as often as FIFO where
 * requests are independent (Gelenbe 1973), and is the measure of what order is worth.
 */
export class RandomPolicy extends BoundedPolicy {
  readonly name = 'random';
  readonly #stream: RandomStream;
  readonly #bag: Bag;

  constructor(capacity: Bytes, stream: RandomStream, layout?: PolicyLayout) {
    super(capacity, layout);
    this.#stream = stream;
    this.#bag = new Bag(this.room);
  }

  protected override parts(): readonly PolicyPart[] {
    return [this.#bag];
  }

  protected override hit(): void {}

  protected override stored(slot: number): void {
    this.#bag.add(slot);
  }

  protected override takeVictim(): number {
    const victim = this.#bag.at(this.#stream.integer(this.#bag.size));
    this.#bag.remove(victim);
    return victim;
  }

  protected override purged(slot: number): void {
    this.#bag.remove(slot);
  }

  protected override saveOwn(to: StateWriter): void {
    for (const word of this.#stream.save()) to.number(word);
  }

  protected override restoreOwn(from: StateReader): void {
    const words: StreamState = [from.number(), from.number(), from.number(), from.number()];
    this.#stream.restore(words);
  }
}

/** Slots without an order: the last one fills the place of one that goes. */
class Bag implements PolicyPart {
  size = 0;
  #slots: Int32Array;
  #place: Int32Array;

  constructor(room: number) {
    this.#slots = new Int32Array(room);
    this.#place = new Int32Array(room);
  }

  at(index: number): number {
    return this.#slots[index]!;
  }

  add(slot: number): void {
    this.#slots[this.size] = slot;
    this.#place[slot] = this.size++;
  }

  remove(slot: number): void {
    const hole = this.#place[slot]!;
    const last = this.#slots[--this.size]!;
    this.#slots[hole] = last;
    this.#place[last] = hole;
  }

  grow(length: number): void {
    this.#slots = grownIntegers(this.#slots, length, 0);
    this.#place = grownIntegers(this.#place, length, 0);
  }

  save(to: StateWriter): void {
    to.number(this.size);
    to.column(this.#slots);
    to.column(this.#place);
  }

  restore(from: StateReader): void {
    this.size = from.number();
    this.#slots = from.integers();
    this.#place = from.integers();
  }
}
