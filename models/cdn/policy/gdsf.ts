import type { Bytes } from '../../core/units.ts';
import { BoundedPolicy } from './bounded.ts';
import { IntegerColumn } from './columns.ts';
import { ColumnHeap } from './heap.ts';
import type { PolicyLayout } from './policy.ts';
import type { PolicyPart, StateReader, StateWriter } from './state.ts';

/** Scale of frequency over size, as in libCacheSim: only ratios matter, but rounding does too. [bytes] */
const SCALE = 1e6;

/**
 * Greedy dual, size and frequency (Cherkasova 1998): an object's priority is its uses while held over its
 * size, plus the priority of the last victim, by which what has gone unused ages.
 */
export class GdsfPolicy extends BoundedPolicy {
  readonly name = 'gdsf';
  readonly #heap: ColumnHeap;
  readonly #uses: IntegerColumn;
  /** Priority of the last victim. */
  #age = 0;

  constructor(capacity: Bytes, layout?: PolicyLayout) {
    super(capacity, layout);
    this.#heap = new ColumnHeap(this.room);
    this.#uses = new IntegerColumn(this.room);
  }

  victim(): number {
    return this.nameAt(this.#heap.first);
  }

  protected override parts(): readonly PolicyPart[] {
    return [this.#heap, this.#uses];
  }

  protected override hit(object: number): void {
    this.#uses.values[object]!++;
    this.#rank(object, this.sizeAt(object));
  }

  protected override stored(object: number, bytes: Bytes): void {
    this.#uses.values[object] = 1;
    this.#rank(object, bytes);
  }

  protected override takeVictim(): number {
    const victim = this.#heap.first;
    this.#age = this.#heap.keyOf(victim);
    this.#heap.remove(victim);
    return victim;
  }

  protected override purged(object: number): void {
    this.#heap.remove(object);
  }

  protected override saveOwn(to: StateWriter): void {
    to.number(this.#age);
  }

  protected override restoreOwn(from: StateReader): void {
    this.#age = from.number();
  }

  #rank(object: number, bytes: Bytes): void {
    // An object without bytes costs nothing to keep; it counts as one byte so that it can age.
    this.#heap.put(object, this.#age + (this.#uses.values[object]! * SCALE) / Math.max(1, bytes));
  }
}
